package main

import (
	"context"
	"slices"
	"sync"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

// sample is what a load has seen.
type sample struct {
	outcomes []outcome
	elapsed  time.Duration // from the first start to the last end
	server   time.Duration // of CPU
	rest     time.Duration // of CPU, of worker and client
}

func (s *sample) add(more sample) {
	s.outcomes = append(s.outcomes, more.outcomes...)
	s.elapsed += more.elapsed
	s.server += more.server
	s.rest += more.rest
}

func (s sample) speed() Speed {
	var latencies []time.Duration
	late := 0
	for _, o := range s.outcomes {
		latencies = append(latencies, o.took)
		if o.late {
			late++
		}
	}
	n := float64(len(latencies))
	return Speed{
		Executions:      len(latencies),
		PerSecond:       ratio(n, s.elapsed.Seconds()),
		P50Millis:       millis(percentile(latencies, 50)),
		P99Millis:       millis(percentile(latencies, 99)),
		ServerCPUMillis: ratio(millis(s.server), n),
		WorkerCPUMillis: ratio(millis(s.rest), n),
		LateNotices:     late,
	}
}

// load keeps so many executions in flight, starts none once the time is over,
// and waits for the last. It fails when one does.
func (s *server) load(ctx context.Context, w workload, concurrency int, d time.Duration) (sample, error) {
	server, rest, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	outcomes, err := s.crowd(ctx, w, concurrency, began.Add(d))
	if err != nil {
		return sample{}, err
	}
	all := sample{outcomes: outcomes}
	if all.server, all.rest, err = s.cpu(); err != nil {
		return sample{}, err
	}
	all.server -= server
	all.rest -= rest
	for i := range all.outcomes {
		o := &all.outcomes[i]
		if err := o.settle(ctx, s.client); err != nil {
			return sample{}, err
		}
		all.elapsed = max(all.elapsed, o.began.Add(o.took).Sub(began))
	}
	return all, nil
}

// crowd lets so many clients run one execution after another, each at least
// one.
func (s *server) crowd(ctx context.Context, w workload, concurrency int, until time.Time) ([]outcome, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	seen := make([][]outcome, concurrency)
	var clients sync.WaitGroup
	for i := range seen {
		clients.Go(func() {
			for len(seen[i]) == 0 || time.Now().Before(until) {
				o, err := w.run(ctx, s.client)
				if err != nil {
					fail(err)
					return
				}
				seen[i] = append(seen[i], o)
			}
		})
	}
	clients.Wait()
	return slices.Concat(seen...), context.Cause(ctx)
}

// cpu is what the server, and this process with worker and client in it, have
// computed so far.
func (s *server) cpu() (server, rest time.Duration, err error) {
	if server, err = computed(s.facts); err != nil {
		return 0, 0, err
	}
	rest, err = computed(s.self)
	return server, rest, err
}

func computed(p *gopsutil.Process) (time.Duration, error) {
	times, err := p.Times()
	if err != nil {
		return 0, err
	}
	return time.Duration((times.User + times.System) * float64(time.Second)), nil
}
