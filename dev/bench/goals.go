package main

// goals holds the report against the goals.
func goals(r Report) Goals {
	var throughput, events, p50 []float64
	for _, c := range r.TenStages {
		throughput = append(throughput, c.ThroughputRatio)
		if c.Shape == sequential && c.Concurrency == 1 {
			p50 = append(p50, c.Gennaker.P50Millis)
		}
	}
	for _, h := range r.Histories {
		events = append(events, h.Ratio)
	}
	slowest, longest, latency := lowest(throughput), highest(events), highest(p50)
	return Goals{
		ThroughputRatio:     Goal{Want: ">= 0.9", Measured: slowest, Met: slowest >= 0.9},
		EventsRatio:         Goal{Want: "<= 1.2", Measured: longest, Met: longest <= 1.2},
		SequentialP50Millis: Goal{Want: "< 150", Measured: latency, Met: latency < 150},
	}
}
