package strategies

import (
	"go.temporal.io/sdk/workflow"
)

// Highlander destroys all old server groups once the new one is healthy. They
// are out of traffic before the first is destroyed.
func Highlander(ctx workflow.Context, d *Deployment) error {
	if err := None(ctx, d); err != nil {
		return err
	}
	if err := disable(ctx, d, d.Old); err != nil {
		return err
	}
	return destroy(ctx, d, d.Old)
}
