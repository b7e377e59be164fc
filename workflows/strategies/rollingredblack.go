package strategies

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// RollingRedBlack moves the traffic step by step: the new server group grows
// to a percentage of its source, a pipeline may judge it, and as much of the
// source is taken out of traffic. Old server groups other than the source are
// left alone.
func RollingRedBlack(ctx workflow.Context, d *Deployment) error {
	steps, err := ascending("targetPercentages", d.Config.Percentages)
	if err != nil {
		return err
	}
	d.moving = true
	if err := create(ctx, d); err != nil {
		return err
	}
	if err := d.pinSource(ctx); err != nil {
		return err
	}
	for _, percent := range steps {
		if err := d.roll(ctx, percent); err != nil {
			return err
		}
	}
	d.moving = false
	if d.Config.ScaleDown {
		return scaleDown(ctx, d)
	}
	return d.unpinSource(ctx)
}

// ascending are the percentages of a field, of which the last is 100.
func ascending(field string, percentages []int) ([]int, error) {
	steps := slices.Clone(percentages)
	if len(steps) == 0 || steps[len(steps)-1] != 100 {
		steps = append(steps, 100)
	}
	for i, p := range steps {
		if p < 1 || p > 100 || i > 0 && p <= steps[i-1] {
			return nil, fmt.Errorf("%s %v: %w: each must be more than the one before, from 1 to 100", field, percentages, gennaker.ErrInvalid)
		}
	}
	return steps, nil
}

// roll is one step.
func (d *Deployment) roll(ctx workflow.Context, percent int) error {
	if err := d.grow(ctx, percent); err != nil {
		return err
	}
	summary := fmt.Sprintf("at %d %%", percent)
	if err := gate.Sleep(ctx, d.delay(), summary); err != nil {
		return err
	}
	if err := d.validate(ctx, percent); err != nil {
		return err
	}
	return d.shift(ctx, percent)
}

// grow gives the new server group that percentage of its size.
func (d *Deployment) grow(ctx workflow.Context, percent int) error {
	to := share(d.Wanted, percent)
	if err := ops.Resize(ctx, d.New.Ref(), to); err != nil {
		return err
	}
	return d.awaitHealthy(ctx, to.Desired)
}

// share is that percentage of a capacity, rounded up and pinned; all of it at
// 100.
func share(c gennaker.Capacity, percent int) gennaker.Capacity {
	if percent == 100 {
		return c
	}
	n := (c.Desired*percent + 99) / 100
	return gennaker.Capacity{Min: n, Desired: n, Max: n}
}

// shift takes as much of the source out of traffic as the new server group
// has taken over.
func (d *Deployment) shift(ctx workflow.Context, percent int) error {
	if d.Source == nil || !d.Source.Enabled {
		return nil
	}
	ref := d.Source.Ref()
	if percent < 100 {
		made := share(d.Wanted, percent).Desired
		return d.whenHealthy(ctx, made, func() error { return unlessGone(ops.DisablePart(ctx, ref, percent, d.keep)) })
	}
	return disable(ctx, d, []gennaker.ServerGroup{*d.Source})
}
