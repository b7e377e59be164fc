package azure

import (
	"context"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
)

// settleLimit is how long one call waits for what it cannot go on without. It
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
	done, err := within(ctx, settleLimit, look)
	if err == nil && !done {
		return fmt.Errorf("%w: %s", gennaker.ErrUnavailable, what)
	}
	return err
}

// within looks again and again for so long, and reports whether what it looks
// for is there.
func within(ctx context.Context, limit time.Duration, look func() (done bool, err error)) (bool, error) {
	deadline := time.Now().Add(limit)
	for wait := lookSoon; ; wait = min(2*wait, lookSeldom) {
		done, err := look()
		if done || err != nil || time.Now().After(deadline) {
			return done, err
		}
		if err := rest(ctx, wait); err != nil {
			return false, err
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

// settled waits until no operation is under way on a scale set, whoever began
// it, and whether its token is known or not: where an operation stands is
// written on what it is about.
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
