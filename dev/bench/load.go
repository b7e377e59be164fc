package main

import (
	"context"
	"sync"
	"time"
)

// sample is what a load has seen.
type sample struct {
	latencies []time.Duration // of each execution
	elapsed   time.Duration   // from the first start to the last end
	cpu       time.Duration
}

func (s *sample) add(more sample) {
	s.latencies = append(s.latencies, more.latencies...)
	s.elapsed += more.elapsed
	s.cpu += more.cpu
}

func (s sample) speed() Speed {
	n := float64(len(s.latencies))
	return Speed{
		Executions: len(s.latencies),
		PerSecond:  ratio(n, s.elapsed.Seconds()),
		P50Millis:  millis(percentile(s.latencies, 50)),
		P99Millis:  millis(percentile(s.latencies, 99)),
		CPUMillis:  ratio(float64(s.cpu)/float64(time.Millisecond), n),
	}
}

// load keeps so many executions in flight, starts none once the time is over,
// and waits for the last. It fails when one does.
func (s *server) load(ctx context.Context, w workload, concurrency int, d time.Duration) (sample, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	before, err := cpu(s.processes...)
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	latencies := make([][]time.Duration, concurrency)
	var clients sync.WaitGroup
	for i := range concurrency {
		clients.Go(func() {
			for ctx.Err() == nil && time.Since(began) < d {
				start := time.Now()
				if _, err := w.run(ctx, s.client); err != nil {
					fail(err)
					return
				}
				latencies[i] = append(latencies[i], time.Since(start))
			}
		})
	}
	clients.Wait()
	all := sample{elapsed: time.Since(began)}
	for _, l := range latencies {
		all.latencies = append(all.latencies, l...)
	}
	if err := context.Cause(ctx); err != nil {
		return sample{}, err
	}
	after, err := cpu(s.processes...)
	all.cpu = after - before
	return all, err
}
