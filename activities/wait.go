package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// wait is how a change in a cloud is waited for.
type wait struct {
	what string // it is for
	once bool   // do not wait: it is ErrUnavailable if the time has not come
	// least is the least time between two looks.
	least time.Duration
	// watch, if not nil, has the cloud tell when to look.
	watch func(context.Context) <-chan struct{}
}

// on lets a cloud tell when to look, if it can.
func (w wait) on(cloud any, watch func(context.Context, providers.Watching) <-chan struct{}) wait {
	if telling, ok := cloud.(providers.Watching); ok {
		w.watch = func(ctx context.Context) <-chan struct{} { return watch(ctx, telling) }
	}
	return w
}

// until looks until what is waited for is so: when the cloud says that it may
// be, or else the longer it takes the less often.
func (w wait) until(ctx context.Context, look func() (bool, error)) error {
	started := activity.GetInfo(ctx).ScheduledTime
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var told <-chan struct{}
	for {
		looked := time.Now()
		done, err := look()
		switch {
		case done || err != nil:
			return err
		case w.once:
			return fmt.Errorf("%s: %w: not yet", w.what, gennaker.ErrUnavailable)
		}
		var next <-chan time.Time
		switch {
		case w.watch == nil:
			next = time.After(max(w.least, pace(time.Since(started))))
		case told == nil:
			told = w.watch(ctx)
		}
		select {
		case <-told:
			time.Sleep(burst(time.Since(started)) - time.Since(looked))
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		case <-activity.GetWorkerStopChannel(ctx):
			return fmt.Errorf("%s: %w: this worker is stopping", w.what, gennaker.ErrUnavailable)
		}
	}
}

// pace is the pause between two looks: a tenth of the time waited so far.
func pace(waited time.Duration) time.Duration {
	return min(max(waited/10, 200*time.Millisecond), 10*time.Second)
}

// burst is the least time between two looks that a cloud asks for: changes
// come in great numbers.
func burst(waited time.Duration) time.Duration {
	return min(max(waited/50, 100*time.Millisecond), 2*time.Second)
}
