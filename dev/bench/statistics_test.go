package main

import (
	"slices"
	"testing"
	"time"
)

func upTo(n int) []int {
	var values []int
	for i := range n {
		values = append(values, i+1)
	}
	return values
}

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []int
		p      float64
		want   int
	}{
		{"of nothing", nil, 50, 0},
		{"of one value every percentile is that value", []int{7}, 99, 7},
		{"half of an even number is the lower of the two in the middle", []int{4, 1, 3, 2}, 50, 2},
		{"half of an odd number is the one in the middle", []int{9, 1, 5}, 50, 5},
		{"99 of a hundred is the last but one", upTo(100), 99, 99},
		{"99 of fewer is the last", upTo(80), 99, 80},
		{"99 of a thousand leaves ten above", upTo(1000), 99, 990},
		{"0 is the lowest", []int{3, 2, 4}, 0, 2},
		{"100 is the highest", []int{3, 4, 2}, 100, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.values)
			if got := percentile(c.values, c.p); got != c.want {
				t.Errorf("percentile(%v, %g) = %d, want %d", c.values, c.p, got, c.want)
			}
			if !slices.Equal(before, c.values) {
				t.Errorf("percentile changed its argument to %v", c.values)
			}
		})
	}
}

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		name       string
		a, b, want float64
	}{
		{"is rounded to three digits", 2, 3, 0.667},
		{"above one", 78, 65, 1.2},
		{"of nothing to something", 0, 5, 0},
		{"by nothing is none", 5, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ratio(c.a, c.b); got != c.want {
				t.Errorf("ratio(%g, %g) = %g, want %g", c.a, c.b, got, c.want)
			}
		})
	}
}

func TestSpeedOfTheRoundsTogether(t *testing.T) {
	round := sample{
		outcomes: []outcome{{took: 100 * time.Millisecond}, {took: 100 * time.Millisecond}, {took: 250 * time.Millisecond, late: true}},
		elapsed:  250 * time.Millisecond, server: 300 * time.Millisecond, rest: 60 * time.Millisecond,
	}
	var sum sample
	sum.add(round)
	sum.add(round)
	want := Speed{Executions: 6, PerSecond: 12, P50Millis: 100, P99Millis: 250,
		ServerCPUMillis: 100, WorkerCPUMillis: 20, LateNotices: 2}
	if got := sum.speed(); got != want {
		t.Errorf("speed = %+v, want %+v", got, want)
	}
	if got := (sample{}).speed(); got != (Speed{}) {
		t.Errorf("speed of nothing = %+v", got)
	}
}

func TestGoals(t *testing.T) {
	cell := func(shape string, concurrency int, ratio, p50 float64) Cell {
		return Cell{Shape: shape, Concurrency: concurrency, ThroughputRatio: ratio, Gennaker: Speed{P50Millis: p50}}
	}
	for _, c := range []struct {
		name      string
		cells     []Cell
		histories []Histories
		want      Goals
	}{
		{"at the limits", []Cell{cell(sequential, 1, 0.9, 149.9), cell(sequential, 8, 1.5, 900), cell(parallel, 1, 0.95, 200)},
			[]Histories{{Ratio: 1.2}, {Ratio: 1}}, Goals{
				ThroughputRatio:     Goal{">= 0.9", 0.9, true},
				EventsRatio:         Goal{"<= 1.2", 1.2, true},
				SequentialP50Millis: Goal{"< 150", 149.9, true}}},
		{"the worst figure counts", []Cell{cell(sequential, 1, 1, 150), cell(parallel, 32, 0.899, 1)},
			[]Histories{{Ratio: 1}, {Ratio: 1.201}}, Goals{
				ThroughputRatio:     Goal{">= 0.9", 0.899, false},
				EventsRatio:         Goal{"<= 1.2", 1.201, false},
				SequentialP50Millis: Goal{"< 150", 150, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := goals(Report{TenStages: c.cells, Histories: c.histories}); got != c.want {
				t.Errorf("goals = %+v, want %+v", got, c.want)
			}
		})
	}
}
