package strategies

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/ops"
)

// FailureActions say what becomes of a monitored deployment that fails.
type FailureActions struct {
	Rollback string `json:"rollback,omitempty" jsonschema:"enum=None,enum=Automatic,enum=Manual" jsonschema_description:"Automatic and Manual take the new server group out of traffic again, also if it was healthy. Default: None."`
	Destroy  bool   `json:"destroyInstances,omitempty" jsonschema_description:"… and destroy it."`
}

// rollback says the same in the words that the other strategies have.
func (f FailureActions) rollback() Rollback {
	on := f.Rollback == "Automatic" || f.Rollback == "Manual"
	return Rollback{OnFailure: on, DestroyLatest: on && f.Destroy}
}

// Monitored moves the traffic step by step, and a deployment monitor says after
// each step whether to go on. What is tidied up in the end fails no deployment.
func Monitored(ctx workflow.Context, d *Deployment) error {
	steps, err := ascending("deploySteps", d.Config.DeploySteps)
	if err != nil {
		return err
	}
	m, err := findMonitor(ctx, d)
	if err != nil {
		return err
	}
	d.moving = true
	if err := create(ctx, d); err != nil {
		return err
	}
	d.ended = m.completed
	if err := d.pinSource(ctx); err != nil {
		return err
	}
	if err := m.starting(ctx); err != nil {
		return err
	}
	for enough := false; len(steps) > 0; steps = steps[1:] {
		if enough && len(steps) > 1 {
			continue // the monitor needs no more steps: the last is next
		}
		if enough, err = d.monitored(ctx, m, steps[0]); err != nil {
			return err
		}
	}
	d.moving = false
	return d.tidy(ctx)
}

// monitored is one step, after which the monitor may have seen enough.
func (d *Deployment) monitored(ctx workflow.Context, m *monitor, percent int) (enough bool, err error) {
	if err := d.grow(ctx, percent); err != nil {
		return false, err
	}
	if err := d.shift(ctx, percent); err != nil {
		return false, err
	}
	return m.evaluate(ctx, percent)
}

// tidy scales the source down, or lets it shrink again, and destroys the
// server groups that are too many.
func (d *Deployment) tidy(ctx workflow.Context) error {
	settle := d.unpinSource
	if d.Config.ScaleDown {
		settle = func(ctx workflow.Context) error { return scaleDown(ctx, d) }
	}
	for _, step := range []struct {
		what string
		do   func(workflow.Context) error
	}{{"settle the source", settle}, {"maxRemainingAsgs", d.shrink}} {
		err := step.do(ctx)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			d.warn(step.what + ": " + err.Error())
		}
	}
	return nil
}

// shrink destroys what maxRemainingAsgs leaves no room for, of the server
// groups that take no traffic now.
func (d *Deployment) shrink(ctx workflow.Context) error {
	if d.Config.MaxRemaining == 0 {
		return nil
	}
	now, err := ops.Cluster(ctx, d.New.Ref().Cluster())
	if err != nil {
		return err
	}
	var known = d.Old[:0:0]
	for _, g := range now {
		if find(d.Old, g.Name) != nil {
			known = append(known, g)
		}
	}
	idle, _ := surplus(known, d.Config.MaxRemaining, false)
	return destroy(ctx, d, idle)
}
