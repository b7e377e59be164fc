package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
)

// experiment makes the same deployments with the same faults, once as they are
// made and once as the control.
type experiment struct {
	on          kind
	seed        uint64
	deployments int
	rate        float64
	kinds       []faulty.Kind // of faults; empty for all
	only        int           // the number of the one deployment to make; -1 for all
	wrap        func(providers.Provider) providers.Provider
	progress    io.Writer
}

// starts are how many seconds instances take to be healthy.
var starts = []int{0, 20}

// trial is the deployment of that number.
func (x experiment) trial(n int, retries bool) trial {
	c := chance{seed: x.seed, deployment: n, rate: x.rate, kinds: x.kinds, oldest: x.on.oldest}
	r := c.dice("size", "")
	return trial{on: x.on, scenario: scenarios[n%len(scenarios)], size: x.on.sizes[r.IntN(len(x.on.sizes))], start: starts[r.IntN(len(starts))],
		chance: c, retries: retries, wrap: x.wrap}
}

// arm makes all deployments, as many at once as there are processors.
func (x experiment) arm(ctx context.Context, retries bool) (Count, error) {
	r := runner{experiment: x, retries: retries, ends: map[string]string{}, begun: time.Now()}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) * x.on.atOnce {
		workers.Go(func() { r.work(ctx) })
	}
	workers.Wait()
	if r.err == nil {
		r.err = ctx.Err()
	}
	return r.sum, r.err
}

// runner shares the deployments of an arm among goroutines.
type runner struct {
	experiment
	retries bool
	begun   time.Time

	mu   sync.Mutex // guards what follows
	next int
	sum  Count
	ends map[string]string // how clusters end without faults, by scenario and size
	told time.Time
	err  error
}

func (r *runner) work(ctx context.Context) {
	for ctx.Err() == nil {
		n, ok := r.take()
		if !ok {
			return
		}
		if err := r.make(n); err != nil {
			r.stop(fmt.Errorf("deployment %d of seed %d: %w", n, r.seed, err))
			return
		}
	}
}

func (r *runner) take() (int, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.next >= r.deployments {
		return 0, false
	}
	if r.only >= 0 {
		r.next = r.deployments
		return r.only, true
	}
	r.next++
	return r.next - 1, true
}

func (r *runner) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (r *runner) make(n int) error {
	t := r.trial(n, r.retries)
	want, err := r.end(t)
	if err != nil {
		return err
	}
	got, err := t.run(want)
	if err != nil {
		return err
	}
	r.count(n, t, got)
	return nil
}

// end is how a deployment ends without faults.
func (r *runner) end(t trial) (string, error) {
	key := fmt.Sprint(t.scenario.name, t.size)
	r.mu.Lock()
	end, ok := r.ends[key]
	r.mu.Unlock()
	if ok {
		return end, nil
	}
	t.chance.rate, t.retries, t.wrap = 0, true, nil
	got, err := t.run("")
	if err != nil {
		return "", err
	}
	if !got.Spotless() {
		return "", fmt.Errorf("%s with %d instances goes wrong without any fault:\n%s", t.scenario.name, t.size, strings.Join(got.timeline, "\n"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[key] = got.end
	return got.end, nil
}

// count adds a deployment, and tells about it if it went wrong.
func (r *runner) count(n int, t trial, got result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum.add(got.Count)
	if r.retries && !got.Spotless() || r.only >= 0 {
		fmt.Fprintf(r.progress, "\nseed %d, deployment %d (%s with %d instances):\n%s\nmake it alone: go run ./faults -cloud %s -seed %d -rate %g -only %d\n\n",
			r.seed, n, t.scenario.name, t.size, strings.Join(got.timeline, "\n"), r.on.name, r.seed, r.rate, n)
	}
	if time.Since(r.told) > 5*time.Second || r.sum.Deployments == r.deployments {
		r.told = time.Now()
		fmt.Fprintf(r.progress, "%s, %s: %d of %d deployments, %d cloud operations, %d faults, %d failed, %s\n",
			r.on.name, armName(r.retries), r.sum.Deployments, r.deployments, r.sum.Calls, r.sum.Injected(), r.sum.Failed+r.sum.Wrong,
			time.Since(r.begun).Round(time.Second))
	}
}

func armName(retries bool) string {
	if retries {
		return "Gennaker"
	}
	return "retries off"
}
