package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// AwaitServerGroup returns when the server group is as wanted. It asks the
// cloud again and again, the longer it waits the less often; its heartbeats
// carry a gennaker.Progress. Clouds that cannot be reached are waited for.
func (a *ServerGroups) AwaitServerGroup(ctx context.Context, u Until) error {
	groups, err := providers.Find[providers.ServerGroups](a.registry, u.Account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error {
		if a.lookOnce {
			return a.glance(ctx, groups, u, b)
		}
		return a.watch(ctx, groups, u, b)
	})
}

func (a *ServerGroups) watch(ctx context.Context, groups providers.ServerGroups, u Until, b *pulse) error {
	started := activity.GetInfo(ctx).ScheduledTime
	var least time.Duration
	if paced, ok := groups.(providers.Paced); ok {
		least = paced.Pace()
	}
	for {
		done, err := a.look(ctx, groups, u, b)
		if done || err != nil {
			return err
		}
		select {
		case <-time.After(max(least, pace(time.Since(started)))):
		case <-ctx.Done():
			return ctx.Err()
		case <-activity.GetWorkerStopChannel(ctx):
			return fmt.Errorf("await %s: %w: this worker is stopping", u.Name, gennaker.ErrUnavailable)
		}
	}
}

// glance looks once, and is ErrUnavailable if the time has not come.
func (a *ServerGroups) glance(ctx context.Context, groups providers.ServerGroups, u Until, b *pulse) error {
	done, err := a.look(ctx, groups, u, b)
	if err == nil && !done {
		return fmt.Errorf("await %s: %w: not yet", u.Name, gennaker.ErrUnavailable)
	}
	return err
}

// pace is the pause between two looks: a tenth of the time waited so far.
func pace(waited time.Duration) time.Duration {
	return min(max(waited/10, 200*time.Millisecond), 10*time.Second)
}

// look reads the server group once and reports what it saw. It is not done, and
// does not believe that there is none, while the cloud may not yet show what
// was changed last.
func (a *ServerGroups) look(ctx context.Context, groups providers.ServerGroups, u Until, b *pulse) (bool, error) {
	settled := a.lag(groups, u.Changed) <= 0
	g, err := groups.Get(ctx, u.ServerGroupRef)
	switch {
	case errors.Is(err, gennaker.ErrNotFound) && !settled:
		b.say(ctx, gennaker.Progress{ServerGroup: u.Name, Reason: err.Error()})
		return false, nil
	case errors.Is(err, gennaker.ErrNotFound):
		if u.Gone || u.Idle {
			return true, nil
		}
		return false, fmt.Errorf("await %s: %w", u.Name, err)
	case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
		b.say(ctx, gennaker.Progress{ServerGroup: u.Name, Reason: err.Error()})
		return false, nil
	case err != nil:
		return false, fmt.Errorf("await %s: %w", u.Name, err)
	}
	b.say(ctx, u.progress(g))
	return settled && u.holds(g), nil
}
