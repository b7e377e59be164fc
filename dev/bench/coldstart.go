package main

import (
	"context"
	"time"
)

func (b bench) coldStart(ctx context.Context) (ColdStart, error) {
	var ready, first []time.Duration
	for i := range b.plan.coldStarts {
		r, f, err := b.coldStartOnce(ctx)
		if err != nil {
			return ColdStart{}, err
		}
		b.say("cold start %d of %d: ready after %.2fs, first execution finished after %.2fs",
			i+1, b.plan.coldStarts, r.Seconds(), f.Seconds())
		ready, first = append(ready, r), append(first, f)
	}
	return ColdStart{
		Starts:                b.plan.coldStarts,
		ReadySeconds:          seconds(median(ready)),
		FirstExecutionSeconds: seconds(median(first)),
	}, nil
}

// coldStartOnce is how long it takes from nothing until gennaker-dev is ready,
// and until it has run a pipeline of one stage.
func (b bench) coldStartOnce(ctx context.Context) (ready, first time.Duration, err error) {
	l, err := b.startLaptop(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer l.stop()
	ready = time.Since(l.began)
	c, err := l.connect(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	if _, err := gennakers(sequential, 1).run(ctx, c); err != nil {
		return 0, 0, err
	}
	return ready, time.Since(l.began), nil
}
