package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
)

// Destroy takes the instances out of their backend pools and deletes the scale
// set with them. If they take longer than one call may, it is ErrUnavailable:
// call again.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	if c.in(ref.Region, gennaker.ErrNotFound) != nil {
		return nil // there is none
	}
	err := c.destroy(ctx, ref)
	if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("azure: destroy %s: %w", ref.Name, err)
	}
	return nil
}

func (c *Cloud) destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	if _, err := c.resume(ctx); err != nil && !errors.Is(err, errFailed) { // one that has failed is made again
		return err
	}
	s, err := c.living(ctx, ref)
	if err != nil {
		return err
	}
	if err := c.drain(ctx, ref, s); err != nil {
		return err
	}
	begun, err := c.sets.BeginDelete(ctx, s.group, s.name(), nil)
	return follow(ctx, begun, err)
}

// drain returns when no instance that runs is in a backend pool.
func (c *Cloud) drain(ctx context.Context, ref gennaker.ServerGroupRef, s scaleSet) error {
	if len(s.pools()) == 0 {
		return nil
	}
	first := true
	return until(ctx, "instances of it are still in its backend pools: call again", func() (bool, error) {
		machines, err := c.machinesOf(ctx, s)
		if err != nil || !slices.ContainsFunc(machines, busy) {
			return true, err
		}
		if first {
			err := c.move(ctx, ref, outOfTraffic)
			if first = errors.Is(err, errFailed); first {
				return false, nil // what is broken goes too: its model is changed, and the rest is tried
			}
			return false, err
		}
		return false, nil
	})
}

// busy reports whether a machine may get requests.
func busy(m machine) bool {
	return !m.going() && len(m.pools) > 0 && m.power() == "running"
}
