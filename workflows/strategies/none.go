package strategies

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/ops"
)

// None creates the new server group and waits until it is healthy. The old
// ones go on as they are.
func None(ctx workflow.Context, d *Deployment) error {
	if err := ops.Create(ctx, d.New); err != nil {
		return err
	}
	d.Change.Created = true
	d.Change.Capacity = &d.New.Capacity
	if err := ops.AwaitUp(ctx, d.New.Ref(), d.Config.healthy()); err != nil {
		return err
	}
	d.healthy = true
	return nil
}
