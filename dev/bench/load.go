package main

import (
	"context"
	"sync"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

// sample is what a load has seen.
type sample struct {
	latencies []time.Duration // of each execution
	late      int
	elapsed   time.Duration // from the first start to the last end
	server    time.Duration // of CPU
	rest      time.Duration // of CPU, of worker and client
}

func (s *sample) add(more sample) {
	s.latencies = append(s.latencies, more.latencies...)
	s.late += more.late
	s.elapsed += more.elapsed
	s.server += more.server
	s.rest += more.rest
}

func (s sample) speed() Speed {
	n := len(s.latencies)
	return Speed{
		Executions:      n,
		PerSecond:       ratio(float64(n), s.elapsed.Seconds()),
		P50Millis:       millis(percentile(s.latencies, 50)),
		P99Millis:       millis(percentile(s.latencies, 99)),
		ServerCPUMillis: ratio(millis(s.server), float64(n)),
		WorkerCPUMillis: ratio(millis(s.rest), float64(n)),
		LateNotices:     s.late,
	}
}

// load keeps so many executions in flight, starts none once the time is over,
// and waits for the last. It fails when one does.
func (s *server) load(ctx context.Context, w workload, concurrency int, d time.Duration) (sample, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	server, rest, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	parts := make([]sample, concurrency)
	var clients sync.WaitGroup
	for i := range parts {
		clients.Go(func() {
			if err := s.repeat(ctx, w, began, d, &parts[i]); err != nil {
				fail(err)
			}
		})
	}
	clients.Wait()
	if err := context.Cause(ctx); err != nil {
		return sample{}, err
	}
	all := merge(parts)
	all.server, all.rest, err = s.cpu()
	all.server -= server
	all.rest -= rest
	return all, err
}

// repeat is one client: it runs one execution after another.
func (s *server) repeat(ctx context.Context, w workload, began time.Time, d time.Duration, seen *sample) error {
	for ctx.Err() == nil && time.Since(began) < d {
		start := time.Since(began)
		o, err := w.run(ctx, s.client)
		if err != nil {
			return err
		}
		seen.latencies = append(seen.latencies, o.took)
		seen.elapsed = start + o.took
		if o.late {
			seen.late++
		}
	}
	return nil
}

// merge is what clients have seen who worked side by side.
func merge(parts []sample) sample {
	var all sample
	for _, p := range parts {
		longest := max(all.elapsed, p.elapsed)
		all.add(p)
		all.elapsed = longest
	}
	return all
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
