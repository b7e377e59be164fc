package azure

import (
	"context"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
)

// settleLimit is how long one call waits for an operation on a scale set. It
// looks at first after lookSoon, and then after twice the time each, up to
// lookSeldom.
const (
	settleLimit = 90 * time.Second
	lookSoon    = 20 * time.Millisecond
	lookSeldom  = 5 * time.Second
)

// until looks again and again, and returns when what it looks for is there. If
// that takes longer than one call may, it is ErrUnavailable: call again.
func until(ctx context.Context, what string, look func() (done bool, err error)) error {
	deadline := time.Now().Add(settleLimit)
	for wait := lookSoon; ; wait = min(2*wait, lookSeldom) {
		done, err := look()
		if done || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %s", gennaker.ErrUnavailable, what)
		}
		if err := rest(ctx, wait); err != nil {
			return err
		}
	}
}

func rest(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// settled follows the operation that is under way on a scale set to its end,
// whoever began it: this call, an earlier try of it by a worker that has died,
// or somebody else. Where an operation stands is written on what it is about,
// so that nothing but the name is needed to go on with it.
func (c *Cloud) settled(ctx context.Context, s scaleSet) (scaleSet, error) {
	err := until(ctx, "an operation on it is still under way: call again", func() (bool, error) {
		var err error
		s, err = c.set(ctx, s.group, s.name())
		return !s.busyOr(err), err
	})
	if err == nil && s.going() {
		return s, fmt.Errorf("%w: it is being deleted", gennaker.ErrNotFound)
	}
	return s, err
}

// busyOr is busy if it could be read.
func (s scaleSet) busyOr(err error) bool { return err == nil && s.busy() }
