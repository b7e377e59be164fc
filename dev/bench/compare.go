package main

import (
	"context"
	"fmt"
	"slices"

	"go.temporal.io/api/enums/v1"
)

// stages is how many an execution has.
const stages = 10

var concurrencies = []int{1, 8, 32}

// compare measures Gennaker beside the workflow written by hand.
func (b bench) compare(ctx context.Context, s *server) ([]Cell, []Histories, error) {
	var cells []Cell
	var histories []Histories
	for _, shape := range []string{sequential, parallel} {
		sides := []workload{gennakers(shape, stages), handwritten(shape, stages)}
		for _, w := range sides {
			if _, err := s.load(ctx, w, 8, b.plan.warmUp); err != nil {
				return nil, nil, fmt.Errorf("%s, %s: %w", w.name, shape, err)
			}
		}
		h, err := b.histories(ctx, s, shape, sides)
		if err != nil {
			return nil, nil, err
		}
		histories = append(histories, h)
		for _, concurrency := range concurrencies {
			c, err := b.cell(ctx, s, shape, concurrency, sides)
			if err != nil {
				return nil, nil, err
			}
			cells = append(cells, c)
		}
	}
	return cells, histories, nil
}

// cell lets the sides take turns, and each round begins with the other one.
func (b bench) cell(ctx context.Context, s *server, shape string, concurrency int, sides []workload) (Cell, error) {
	sums := map[string]*sample{sides[0].name: {}, sides[1].name: {}}
	for range b.plan.rounds {
		for _, w := range sides {
			taken, err := s.load(ctx, w, concurrency, b.plan.round)
			if err != nil {
				return Cell{}, fmt.Errorf("%s, %s, %d at once: %w", w.name, shape, concurrency, err)
			}
			sums[w.name].add(taken)
		}
		sides = []workload{sides[1], sides[0]}
	}
	c := Cell{Shape: shape, Concurrency: concurrency, Gennaker: sums["gennaker"].speed(), Handwritten: sums["handwritten"].speed()}
	c.ThroughputRatio = ratio(c.Gennaker.PerSecond, c.Handwritten.PerSecond)
	c.CPURatio = ratio(c.Gennaker.CPUMillis, c.Handwritten.CPUMillis)
	b.say("%-10s %2d at once: gennaker %6.2f/s, by hand %6.2f/s, ratio %.2f; p50 %.0f and %.0f ms; cpu %.0f and %.0f ms",
		shape, concurrency, c.Gennaker.PerSecond, c.Handwritten.PerSecond, c.ThroughputRatio,
		c.Gennaker.P50Millis, c.Handwritten.P50Millis, c.Gennaker.CPUMillis, c.Handwritten.CPUMillis)
	return c, nil
}

// histories counts the events of executions that have the server to
// themselves. In parallel ones the count varies with how answers meet, so it
// is the median of several.
func (b bench) histories(ctx context.Context, s *server, shape string, sides []workload) (Histories, error) {
	perStage := map[string]float64{}
	for _, w := range sides {
		var lengths []int
		for range b.plan.histories {
			n, err := s.events(ctx, w)
			if err != nil {
				return Histories{}, fmt.Errorf("%s, %s: history: %w", w.name, shape, err)
			}
			lengths = append(lengths, n)
		}
		b.say("%-10s %s: %d events (%d to %d)", shape, w.name, median(lengths), slices.Min(lengths), slices.Max(lengths))
		perStage[w.name] = ratio(float64(median(lengths)), stages)
	}
	h := Histories{Shape: shape, GennakerPerStage: perStage["gennaker"], HandwrittenPerStage: perStage["handwritten"]}
	h.Ratio = ratio(h.GennakerPerStage, h.HandwrittenPerStage)
	return h, nil
}

// events runs a workload once and counts the events of its history.
func (s *server) events(ctx context.Context, w workload) (int, error) {
	id, err := w.run(ctx, s.client)
	if err != nil {
		return 0, err
	}
	count := 0
	history := s.client.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for ; history.HasNext(); count++ {
		if _, err := history.Next(); err != nil {
			return 0, err
		}
	}
	return count, nil
}
