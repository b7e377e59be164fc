package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// AwaitServerGroup returns when the server group is as wanted. Its heartbeats
// carry a gennaker.Progress. Clouds that cannot be reached are waited for.
func (a *ServerGroups) AwaitServerGroup(ctx context.Context, u Until) error {
	groups, err := providers.Find[providers.ServerGroups](a.registry, u.Account)
	if err != nil {
		return translate(err)
	}
	w := wait{what: "await " + u.Name, once: a.lookOnce}.on(groups, func(ctx context.Context, cloud providers.Watching) <-chan struct{} {
		return cloud.WatchServerGroup(ctx, u.ServerGroupRef)
	})
	if paced, ok := groups.(providers.Paced); ok {
		w.least = paced.Pace()
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error {
		return w.until(ctx, func() (bool, error) { return a.look(ctx, groups, u, b) })
	})
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
