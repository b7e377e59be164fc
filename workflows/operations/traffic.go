package operations

import (
	"fmt"

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

// DisableConfig says how much of a server group leaves the traffic.
type DisableConfig struct {
	Percent *int `json:"desiredPercentage,omitempty" jsonschema:"minimum=1,maximum=100" jsonschema_description:"Take only that percentage of its instances out of traffic, where the cloud can."`
	Guarded
}

// Disable takes a server group out of traffic. Its instances stay.
func Disable(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[DisableConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	if c.Percent != nil && *c.Percent < 100 {
		return c.part(ctx, op)
	}
	g, err := leaving(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	change := changed(op, g)
	change.Disabled = []string{g.Name}
	return change, ops.Disable(ctx, g.Ref())
}

// part takes a percentage of a server group out of traffic.
func (c DisableConfig) part(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	if *c.Percent < 1 {
		return gennaker.Change{}, fmt.Errorf("desiredPercentage %d: %w: it is a percentage from 1 to 100", *c.Percent, gennaker.ErrInvalid)
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	return changed(op, g), ops.DisableShare(ctx, g, *c.Percent, ClusterWide{Guarded: c.Guarded}.keep())
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
