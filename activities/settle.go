package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// lag is how long an answer of the cloud may not show a change that was made
// at that time; nothing or less when it must.
func (a *ServerGroups) lag(p providers.ServerGroups, changed time.Time) time.Duration {
	slow, ok := p.(providers.Lagging)
	if !ok || changed.IsZero() {
		return 0
	}
	return slow.Lag() - a.now().Sub(changed)
}

// settle waits until the cloud must show what was changed at that time. A
// simulation comes back then.
func (a *ServerGroups) settle(ctx context.Context, p providers.ServerGroups, changed time.Time) error {
	left := a.lag(p, changed)
	if left <= 0 {
		return nil
	}
	if a.lookOnce {
		return later{left}
	}
	select {
	case <-time.After(left):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// found makes a call again if that says that there is no such server group, and
// the cloud may just not show it yet.
func (a *ServerGroups) found(ctx context.Context, p providers.ServerGroups, changed time.Time, call func() error) error {
	err := call()
	if !errors.Is(err, gennaker.ErrNotFound) || a.lag(p, changed) <= 0 {
		return err
	}
	if err := a.settle(ctx, p, changed); err != nil {
		return err
	}
	return call()
}

// later is the error of an activity that Temporal shall try again then.
type later struct{ after time.Duration }

func (l later) Error() string {
	return fmt.Sprintf("the cloud may not show the last change for %s", l.after)
}
func (l later) Unwrap() error { return gennaker.ErrUnavailable }
