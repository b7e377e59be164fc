package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Refreshes replaces the instances of server groups in place.
type Refreshes struct {
	registry *providers.Registry
	lookOnce bool
}

// RefreshRef names a refresh.
type RefreshRef struct {
	gennaker.ServerGroupRef
	Token string `json:"token"`
}

// StartRefresh begins a refresh, once, however often it runs. It is not able
// to where the cloud has none: then nothing is done. Steps are ErrInvalid where
// the cloud's do not pause.
func (a *Refreshes) StartRefresh(ctx context.Context, r gennaker.StartRefresh) (able bool, err error) {
	if _, err := providers.Find[providers.Provider](a.registry, r.Account); err != nil {
		return false, translate(err)
	}
	if len(r.Steps) > 0 {
		if _, err := providers.Find[providers.SteppedRefreshes](a.registry, r.Account); err != nil {
			return false, translate(err)
		}
	}
	refreshes, err := providers.Find[providers.Refreshes](a.registry, r.Account)
	if err != nil {
		return false, nil
	}
	return true, alive(ctx, func(ctx context.Context, _ *pulse) error { return refreshes.StartRefresh(ctx, r) })
}

// AwaitRefresh returns a refresh when it is over, however it ended. Its
// heartbeats carry a gennaker.Progress. If another is under way by then, it is
// ErrExists.
func (a *Refreshes) AwaitRefresh(ctx context.Context, r RefreshRef) (gennaker.Refresh, error) {
	return a.await(ctx, r, func(seen gennaker.Refresh) bool { return seen.State.Over() })
}

// AwaitRefreshStep returns a refresh when it pauses at a step, or at a later
// one, or is over. All else is as with AwaitRefresh.
func (a *Refreshes) AwaitRefreshStep(ctx context.Context, s gennaker.RefreshStep) (gennaker.Refresh, error) {
	return a.await(ctx, RefreshRef{s.ServerGroupRef, s.Token}, func(seen gennaker.Refresh) bool {
		return seen.State.Over() || seen.State == gennaker.RefreshPaused && seen.Step >= s.Step
	})
}

// ContinueRefresh lets a refresh go on from a step, once, however often it runs.
func (a *Refreshes) ContinueRefresh(ctx context.Context, s gennaker.RefreshStep) error {
	refreshes, err := providers.Find[providers.SteppedRefreshes](a.registry, s.Account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, _ *pulse) error { return refreshes.ContinueRefresh(ctx, s) })
}

func (a *Refreshes) await(ctx context.Context, r RefreshRef, done func(gennaker.Refresh) bool) (gennaker.Refresh, error) {
	var seen gennaker.Refresh
	err := a.with(ctx, r, func(ctx context.Context, refreshes providers.Refreshes, b *pulse) error {
		return wait{what: "await the refresh of " + r.Name, once: a.lookOnce}.until(ctx, func() (bool, error) {
			now, ours, err := lookAtRefresh(ctx, refreshes, r)
			seen = now
			if err != nil || ours && done(now) {
				return true, err
			}
			b.say(ctx, a.progress(ctx, r, now))
			return false, nil
		})
	})
	return seen, err
}

// progress is how the server group is meanwhile, as far as it can be read.
func (a *Refreshes) progress(ctx context.Context, r RefreshRef, seen gennaker.Refresh) gennaker.Progress {
	p := gennaker.Progress{ServerGroup: r.Name}
	if groups, err := providers.Find[providers.ServerGroups](a.registry, r.Account); err == nil {
		if g, err := groups.Get(ctx, r.ServerGroupRef); err == nil {
			p = Until{}.progress(g)
		}
	}
	p.Reason = fmt.Sprintf("%d %% replaced", seen.Percent)
	if seen.Step > 0 {
		p.Reason = fmt.Sprintf("step %d: %s", seen.Step, p.Reason)
	}
	if seen.Reason != "" {
		p.Reason += "; " + seen.Reason
	}
	return p
}

// lookAtRefresh reads a refresh once. One that is not seen yet, or whose cloud
// cannot be reached, is an empty one that is not ours.
func lookAtRefresh(ctx context.Context, refreshes providers.Refreshes, r RefreshRef) (seen gennaker.Refresh, ours bool, err error) {
	seen, err = refreshes.GetRefresh(ctx, r.ServerGroupRef)
	switch {
	case errors.Is(err, gennaker.ErrUnavailable), errors.Is(err, gennaker.ErrThrottled), errors.Is(err, gennaker.ErrNotFound):
		return gennaker.Refresh{}, false, nil
	case err != nil:
		return seen, false, fmt.Errorf("await the refresh of %s: %w", r.Name, err)
	case seen.Token == r.Token:
		return seen, true, nil
	case !seen.State.Over():
		return seen, false, fmt.Errorf("await the refresh of %s: %w: somebody else has begun another", r.Name, gennaker.ErrExists)
	}
	return gennaker.Refresh{}, false, nil
}

// StopRefresh stops a refresh where it is, and leaves any other alone. It
// reports whether there was one of that token.
func (a *Refreshes) StopRefresh(ctx context.Context, r RefreshRef) (found bool, err error) {
	err = a.with(ctx, r, func(ctx context.Context, refreshes providers.Refreshes, _ *pulse) error {
		now, err := refreshes.GetRefresh(ctx, r.ServerGroupRef)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		found = err == nil && now.Token == r.Token
		if !found || now.State.Over() {
			return err
		}
		return refreshes.CancelRefresh(ctx, r.ServerGroupRef)
	})
	return found, err
}

func (a *Refreshes) with(ctx context.Context, r RefreshRef, f func(context.Context, providers.Refreshes, *pulse) error) error {
	refreshes, err := providers.Find[providers.Refreshes](a.registry, r.Account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error { return f(ctx, refreshes, b) })
}
