package operations

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// EnableConfig is what enabling asks for.
type EnableConfig struct {
	TargetHealthy *int `json:"targetHealthyDeployPercentage,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Percent of the instances that must be healthy; default 100."`
}

func (c EnableConfig) healthy(desired int) int {
	if c.TargetHealthy == nil {
		return desired
	}
	return strategies.Healthy(desired, *c.TargetHealthy)
}

// Enable puts a server group into traffic and waits until it is healthy.
func Enable(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[EnableConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	if err := ops.Enable(ctx, g.Ref()); err != nil {
		return gennaker.Change{}, err
	}
	return changed(op, g), ops.AwaitUp(ctx, g.Ref(), c.healthy(g.Capacity.Desired))
}

// Disable takes a server group out of traffic. Its instances stay.
func Disable(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	g, err := leaving(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	change := changed(op, g)
	change.Disabled = []string{g.Name}
	return change, ops.Disable(ctx, g.Ref())
}

// Destroy takes a server group out of traffic and removes it.
func Destroy(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	g, err := leaving(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	if g.Enabled {
		if err := ops.Disable(ctx, g.Ref()); err != nil {
			return gennaker.Change{}, err
		}
	}
	change := changed(op, g)
	change.Destroyed = []string{g.Name}
	return change, ops.Destroy(ctx, g.Ref())
}

// leaving finds the target, and refuses if the cluster needs it.
func leaving(ctx workflow.Context, op gennaker.Operation) (gennaker.ServerGroup, error) {
	c, err := config.Decode[Guarded](op.Config)
	if err != nil {
		return gennaker.ServerGroup{}, err
	}
	g, cluster, err := target(ctx, op)
	if err != nil {
		return g, err
	}
	return g, c.guard(cluster, g.Name)
}
