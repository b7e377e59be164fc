package strategies

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// RedBlack disables the old server groups once the new one is healthy. They
// keep their instances, so rolling back is enabling them again; scaleDown
// takes the instances away, and maxRemainingAsgs the oldest server groups.
func RedBlack(ctx workflow.Context, d *Deployment) error {
	if err := None(ctx, d); err != nil || len(d.Old) == 0 {
		return err
	}
	idle, active := surplus(d.Old, d.Config.MaxRemaining, d.Config.AllowDeleteActive)
	if err := destroy(ctx, d, idle); err != nil {
		return err
	}
	if err := gate.Sleep(ctx, d.delay(), "before the old server groups are disabled"); err != nil {
		return err
	}
	if err := disable(ctx, d, d.Old); err != nil {
		return err
	}
	if err := destroy(ctx, d, active); err != nil {
		return err
	}
	return scaleDown(ctx, d)
}

func (d *Deployment) delay() time.Duration {
	return seconds(max(d.Config.DelayCleanup, d.Config.DelayDisable))
}

// surplus is what a limit of server groups, the new one among them, leaves no
// room for, the newest kept first, by Spinnaker's count; 0 is no limit. Those
// that take traffic are surplus only if that is allowed; unlike in Spinnaker,
// they are disabled and the delay is over before they are destroyed.
func surplus(old []gennaker.ServerGroup, limit int, allowActive bool) (idle, active []gennaker.ServerGroup) {
	if limit == 0 {
		return nil, nil
	}
	candidates := slices.Clone(old)
	kept := 1 // the new one
	if !allowActive {
		candidates = slices.DeleteFunc(candidates, isActive)
		kept += len(old) - len(candidates)
	}
	slices.Reverse(candidates)
	slices.SortStableFunc(candidates, func(a, b gennaker.ServerGroup) int {
		return boolOrder(isActive(b)) - boolOrder(isActive(a))
	})
	keep := min(max(0, limit-kept), len(candidates))
	for _, g := range candidates[keep:] {
		if isActive(g) {
			active = append(active, g)
		} else {
			idle = append(idle, g)
		}
	}
	return idle, active
}

func isActive(g gennaker.ServerGroup) bool { return g.Active() }

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// disable takes the enabled ones out of traffic, the oldest first.
func disable(ctx workflow.Context, d *Deployment, list []gennaker.ServerGroup) error {
	for _, g := range list {
		if !isActive(g) || slices.Contains(d.Change.Destroyed, g.Name) {
			continue
		}
		err := d.whenHealthy(ctx, d.Wanted.Desired, func() error { return unlessGone(ops.DisableKeeping(ctx, g.Ref(), d.keep)) })
		if err != nil {
			return err
		}
		d.Change.Disabled = append(d.Change.Disabled, g.Name)
	}
	return nil
}

// unlessGone is no error if a server group that was there at first is not any
// more: somebody has done by hand what was to come, and more.
func unlessGone(err error) error {
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// destroy removes them. The way back is over with the first.
func destroy(ctx workflow.Context, d *Deployment, list []gennaker.ServerGroup) error {
	for _, g := range list {
		err := d.whenHealthy(ctx, d.Wanted.Desired, func() error {
			before := d.Change.Destroyed
			d.Change.Destroyed = append(before, g.Name) // from here on it may be gone
			err := ops.DestroyKeeping(ctx, g.Ref(), d.keep)
			if errors.Is(err, gennaker.ErrGuarded) {
				d.Change.Destroyed = before
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// whenHealthy does something that takes capacity away. If the cluster cannot
// go without that now, because the new server group was healthy and is not any
// more, it waits until it is again.
func (d *Deployment) whenHealthy(ctx workflow.Context, desired int, do func() error) error {
	for range relapses {
		err := do()
		if !errors.Is(err, gennaker.ErrGuarded) {
			return err
		}
		if err := d.awaitHealthy(ctx, desired); err != nil {
			return err
		}
	}
	d.healthy = false
	return fmt.Errorf("%s is %w: it was healthy %d times, and was not when the old server groups were to go", d.New.Name, gennaker.ErrUnhealthy, relapses)
}

// relapses is how often a new server group may turn unhealthy before each step.
const relapses = 5

// scaleDown takes the instances of the old server groups away, if asked to.
func scaleDown(ctx workflow.Context, d *Deployment) error {
	if !d.Config.ScaleDown {
		return nil
	}
	if err := gate.Sleep(ctx, seconds(d.Config.DelayScaleDown), "before the old server groups are scaled down"); err != nil {
		return err
	}
	for _, g := range d.Old {
		if isActive(g) && !slices.Contains(d.Change.Disabled, g.Name) {
			continue // it is none of the strategy's
		}
		if g.Capacity == (gennaker.Capacity{}) || slices.Contains(d.Change.Destroyed, g.Name) {
			continue
		}
		if err := unlessGone(empty(ctx, g.Ref())); err != nil {
			return err
		}
	}
	return nil
}

// empty takes the instances of a server group away.
func empty(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	if err := ops.Resize(ctx, ref, gennaker.Capacity{}); err != nil {
		return err
	}
	return ops.AwaitCapacity(ctx, ref, 0, false)
}
