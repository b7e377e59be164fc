package strategies

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/ops"
)

// None creates the new server group and waits until it is healthy. The old
// ones go on as they are.
func None(ctx workflow.Context, d *Deployment) error {
	if err := create(ctx, d); err != nil {
		return err
	}
	return d.awaitHealthy(ctx, d.Wanted.Desired)
}

func create(ctx workflow.Context, d *Deployment) error {
	if err := ops.Create(ctx, d.New); err != nil {
		return err
	}
	d.Change.Created = true
	return nil
}

// awaitHealthy waits until enough of that many instances are up.
func (d *Deployment) awaitHealthy(ctx workflow.Context, desired int) error {
	d.healthy = false
	await := ops.AwaitUp
	if d.New.Disabled {
		await = ops.AwaitReady
	}
	if err := await(ctx, d.New.Ref(), d.Config.healthy(desired)); err != nil {
		return err
	}
	d.healthy = true
	return nil
}
