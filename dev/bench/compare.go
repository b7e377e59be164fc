package main

import (
	"context"
	"fmt"
	"slices"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
)

// stagesEach is how many stages an execution has.
const stagesEach = 10

var concurrencies = []int{1, 8, 32}

// sides are what is compared, Gennaker first.
type sides [2]workload

// compare measures Gennaker beside the workflow written by hand.
func (b bench) compare(ctx context.Context, s *server) ([]Cell, []Histories, error) {
	var cells []Cell
	var histories []Histories
	for _, shape := range []string{sequential, parallel} {
		both := sides{gennakers(shape, stagesEach), handwritten(shape, stagesEach)}
		for _, w := range both {
			if _, err := s.load(ctx, w, 8, b.plan.warmUp); err != nil {
				return nil, nil, fmt.Errorf("%s, %s: %w", w.name, shape, err)
			}
		}
		h, err := b.histories(ctx, s, shape, both)
		if err != nil {
			return nil, nil, err
		}
		histories = append(histories, h)
		for _, concurrency := range concurrencies {
			c, err := b.cell(ctx, s, Cell{Shape: shape, Concurrency: concurrency}, both)
			if err != nil {
				return nil, nil, err
			}
			cells = append(cells, c)
		}
	}
	return cells, histories, nil
}

// cell lets the sides take turns; each round begins with the other one.
func (b bench) cell(ctx context.Context, s *server, c Cell, both sides) (Cell, error) {
	var sums [2]sample
	for round := range b.plan.rounds {
		for turn := range both {
			side := (round + turn) % len(both)
			taken, err := s.load(ctx, both[side], c.Concurrency, b.plan.round)
			if err != nil {
				return c, fmt.Errorf("%s, %s, %d at once: %w", both[side].name, c.Shape, c.Concurrency, err)
			}
			sums[side].add(taken)
		}
	}
	g, h := sums[0].speed(), sums[1].speed()
	c.Gennaker, c.Handwritten = g, h
	c.ThroughputRatio = ratio(g.PerSecond, h.PerSecond)
	c.CPURatio = ratio(g.ServerCPUMillis+g.WorkerCPUMillis, h.ServerCPUMillis+h.WorkerCPUMillis)
	b.say("%-10s %2d at once: gennaker %6.2f/s, p50 %.0f ms; by hand %6.2f/s, p50 %.0f ms; throughput ratio %.2f, CPU ratio %.2f",
		c.Shape, c.Concurrency, g.PerSecond, g.P50Millis, h.PerSecond, h.P50Millis, c.ThroughputRatio, c.CPURatio)
	return c, nil
}

// histories counts the events of executions that have the server to
// themselves. In parallel ones the count varies with how answers meet, so it
// is the median of several.
func (b bench) histories(ctx context.Context, s *server, shape string, both sides) (Histories, error) {
	var perStage [2]float64
	for side, w := range both {
		var lengths []int
		for range b.plan.histories {
			events, err := s.history(ctx, w)
			if err != nil {
				return Histories{}, fmt.Errorf("%s, %s: history: %w", w.name, shape, err)
			}
			lengths = append(lengths, len(events))
		}
		perStage[side] = ratio(float64(median(lengths)), stagesEach)
		b.say("%-10s %s: %d events (%d to %d)", shape, w.name, median(lengths), slices.Min(lengths), slices.Max(lengths))
	}
	return Histories{Shape: shape, GennakerPerStage: perStage[0], HandwrittenPerStage: perStage[1],
		Ratio: ratio(perStage[0], perStage[1])}, nil
}

// history runs a workload once and reads what Temporal wrote about it.
func (s *server) history(ctx context.Context, w workload) ([]*history.HistoryEvent, error) {
	o, err := w.run(ctx, s.client)
	if err != nil {
		return nil, err
	}
	var events []*history.HistoryEvent
	pages := s.client.GetWorkflowHistory(ctx, o.id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for pages.HasNext() {
		e, err := pages.Next()
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}
