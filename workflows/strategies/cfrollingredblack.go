package strategies

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// CFRollingRedBlack moves the instances step by step, for clouds that cannot
// take a part of a server group out of traffic: the new server group begins
// with one instance and grows to a percentage of its size, and its source
// shrinks by as much. In the end the old server groups are out of traffic, the
// source is empty, and surplus ones are destroyed.
func CFRollingRedBlack(ctx workflow.Context, d *Deployment) error {
	steps, err := ascending("targetPercentages", d.Config.Percentages)
	if err != nil {
		return err
	}
	d.moving = true
	n := min(1, d.Wanted.Desired)
	d.New.Capacity = gennaker.Capacity{Min: n, Desired: n, Max: n}
	if err := create(ctx, d); err != nil {
		return err
	}
	for _, percent := range steps {
		if err := d.exchange(ctx, percent); err != nil {
			return err
		}
	}
	d.New.Capacity = d.Wanted
	idle, _ := surplus(d.Old, d.Config.MaxRemaining, false)
	if err := destroy(ctx, d, idle); err != nil {
		return err
	}
	if err := disable(ctx, d, d.Old); err != nil {
		return err
	}
	d.moving = false
	return d.reset(ctx)
}

// exchange is one step: instances of the new server group for instances of the
// source.
func (d *Deployment) exchange(ctx workflow.Context, percent int) error {
	if err := d.grow(ctx, percent); err != nil {
		return err
	}
	if err := gate.Sleep(ctx, d.delay(), fmt.Sprintf("at %d %%", percent)); err != nil {
		return err
	}
	if !d.takesFromSource() {
		return nil
	}
	to, made := left(d.Source.Capacity, percent), share(d.Wanted, percent).Desired
	err := d.whenHealthy(ctx, made, func() error { return unlessGone(ops.ResizeKeeping(ctx, d.Source.Ref(), to, d.keep)) })
	if err != nil {
		return err
	}
	return unlessGone(ops.AwaitCapacity(ctx, d.Source.Ref(), to.Desired, false))
}

// left is what remains of a capacity without that percentage, rounded up.
func left(c gennaker.Capacity, percent int) gennaker.Capacity {
	n := c.Desired - c.Desired*percent/100
	return gennaker.Capacity{Min: min(c.Min, n), Desired: n, Max: c.Max}
}

// reset leaves the source without instances, as it is until somebody goes back
// to it.
func (d *Deployment) reset(ctx workflow.Context) error {
	if d.Source == nil || !d.Source.Enabled {
		return nil
	}
	if err := gate.Sleep(ctx, seconds(d.Config.DelayScaleDown), "before the source is reset"); err != nil {
		return err
	}
	return unlessGone(ops.Resize(ctx, d.Source.Ref(), gennaker.Capacity{Max: d.Source.Capacity.Max}))
}
