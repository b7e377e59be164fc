package strategies

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Termination says which instances a rolling push replaces, and how many at a
// time.
type Termination struct {
	All        *bool   `json:"relaunchAllInstances,omitempty" jsonschema_description:"Default: true, unless totalRelaunches is given."`
	Total      int     `json:"totalRelaunches,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many are replaced, if not all; where the cloud replaces them itself, it replaces all."`
	Concurrent int     `json:"concurrentRelaunches,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many at a time; default 1. At least one stays in service."`
	Order      string  `json:"order,omitempty" jsonschema:"enum=,enum=oldest,enum=newest" jsonschema_description:"Which are first, where Gennaker replaces them; default oldest."`
	Wait       float64 `json:"waitTime,omitempty" jsonschema:"minimum=0" jsonschema_description:"Seconds between one batch and the next, where Gennaker replaces them."`
}

// count is how many of the instances are replaced.
func (t Termination) count(instances int) int {
	if t.All != nil && *t.All || t.All == nil && t.Total == 0 {
		return instances
	}
	return min(t.Total, instances)
}

// batch is how many are out of service at a time.
func (t Termination) batch(instances int) int {
	return max(0, min(max(1, t.Concurrent), instances-1))
}

// RollingPush replaces the instances of the source, a few at a time, by ones
// of the spec that the document says; see relaunch for clouds that cannot. The server group stays, and so do its
// name and its size. With targetPercentages it pauses at each of them, and a
// pipeline may judge it. If it is stopped, what is replaced stays replaced, but
// for one with steps, whose old instances come back.
func RollingPush(ctx workflow.Context, d *Deployment) error {
	target, t := *d.Source, d.Config.Termination
	desired := target.Capacity.Desired
	if desired > 0 && t.count(desired) == 0 {
		return fmt.Errorf("termination: %w: with relaunchAllInstances false and no totalRelaunches no instance would be of the new spec", gennaker.ErrInvalid)
	}
	steps, err := d.Config.steps()
	if err != nil {
		return err
	}
	ref := ops.RefreshRef{ServerGroupRef: target.Ref(), Token: d.New.Marks[gennaker.MarkToken]}
	d.halted = func(ctx workflow.Context) (string, error) {
		r, err := ops.StopRefresh(ctx, ref)
		return fmt.Sprintf("%d %% of its instances are replaced", r.Percent), err
	}
	able, err := ops.StartRefresh(ctx, gennaker.StartRefresh{ServerGroupRef: ref.ServerGroupRef, Spec: d.New.Spec, MinHealthy: minHealthy(t, desired), Steps: steps, Token: ref.Token})
	if err != nil {
		return err
	}
	if !able {
		return d.relaunch(ctx, t)
	}
	d.note(t, desired)
	if err := d.pass(ctx, ref, steps); err != nil {
		return err
	}
	r, err := ops.AwaitRefresh(ctx, ref)
	if err != nil {
		return err
	}
	if r.State != gennaker.RefreshSucceeded {
		return fmt.Errorf("%s: %w: replacing its instances %s at %d %%: %s", target.Name, gennaker.ErrUnhealthy, r.State, r.Percent, orNone(r.Reason))
	}
	d.Change.Refreshed, d.healthy = true, true
	return nil
}

// steps are the percentages at which the replacing pauses; none if it does not.
func (c Cluster) steps() ([]int, error) {
	if len(c.Percentages) == 0 {
		return nil, nil
	}
	return ascending("targetPercentages", c.Percentages)
}

// pass goes through the steps of a refresh, as long as it is not over.
func (d *Deployment) pass(ctx workflow.Context, ref ops.RefreshRef, steps []int) error {
	for i, percent := range steps {
		step := gennaker.RefreshStep{ServerGroupRef: ref.ServerGroupRef, Token: ref.Token, Step: i + 1}
		seen, err := ops.AwaitRefreshStep(ctx, step)
		if err != nil || seen.State.Over() {
			return err
		}
		if err := d.judge(ctx, step, percent, seen.Percent); err != nil {
			return err
		}
		if err := ops.ContinueRefresh(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// judge looks at what is new at a step: it must be up when the pause is over,
// as it was when that began, and the pipeline, if there is one, must succeed.
func (d *Deployment) judge(ctx workflow.Context, step gennaker.RefreshStep, percent, up int) error {
	if err := gate.Sleep(ctx, d.delay(), fmt.Sprintf("at %d %%", percent)); err != nil {
		return err
	}
	if err := d.validate(ctx, percent); err != nil {
		return err
	}
	now, err := ops.AwaitRefreshStep(ctx, step)
	if err == nil && !now.State.Over() && now.Percent < up {
		err = fmt.Errorf("%s at %d %%: %w: %d %% of its instances were new and up when it paused, and %d %% are now", d.Source.Name, percent, gennaker.ErrUnhealthy, up, now.Percent)
	}
	return err
}

// minHealthy is the percentage of the instances that stays in service: one
// alone is replaced when its successor is up.
func minHealthy(t Termination, desired int) int {
	if desired == 0 {
		return 100
	}
	return 100 * (desired - t.batch(desired)) / desired
}

// note says what of termination the cloud decides itself.
func (d *Deployment) note(t Termination, desired int) {
	if t.count(desired) < desired || t.Order == "newest" || t.Wait > 0 {
		d.warn(fmt.Sprintf("%s: its cloud replaces all instances itself, in its own order and without pauses: totalRelaunches, order and waitTime do not count", d.Source.Name))
	}
}

// stayInPlace makes the deployment one of its source.
func (d *Deployment) stayInPlace() error {
	if d.Source == nil {
		return fmt.Errorf("rolling push to cluster %s: %w: it has no server group; deploy one by another strategy first", d.op.Cluster, gennaker.ErrNotFound)
	}
	d.Wanted = d.Source.Capacity
	d.New.Name, d.New.Moniker, d.New.Capacity = d.Source.Name, d.Source.Moniker, d.Source.Capacity
	d.Change.ServerGroup = d.Source.Name
	return nil
}

// halt stops what changes a server group in place, after cause. The server group
// stays in service with what is replaced by then, which is nothing if the cloud
// brings the old instances back.
func (d *Deployment) halt(ctx workflow.Context, cause error) error {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	canceled := temporal.IsCanceledError(cause) && ctx.Err() != nil
	if canceled {
		gate.Of(ctx).Open(ctx) // a pause must not hold up the clean-up
	}
	if d.halted == nil {
		return cause
	}
	far, err := d.halted(outlive)
	switch {
	case err != nil && canceled:
		return fmt.Errorf("cancelled; stopping the push to %s did not work: %w", d.New.Name, err)
	case err != nil:
		return fmt.Errorf("%w; stopping the push to %s did not work either: %s", cause, d.New.Name, err.Error())
	case canceled:
		return cause
	}
	return fmt.Errorf("%w; %s stays in service, and %s", cause, d.New.Name, far)
}
