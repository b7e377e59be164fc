package operations

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Start gives a server group its instances back. If it takes traffic then, it
// waits until all of them are up.
func Start(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	return changed(op, g), start(ctx, g)
}

func start(ctx workflow.Context, g gennaker.ServerGroup) error {
	if err := ops.Start(ctx, g.Ref()); err != nil {
		return err
	}
	return ops.AwaitReady(ctx, g.Ref(), g.Capacity.Desired)
}

// Stop takes all instances of a server group away. What it is, and how many it
// had, stays.
func Stop(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[Guarded](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, err := leaving(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	return changed(op, g), ops.StopKeeping(ctx, g.Ref(), ClusterWide{Guarded: c}.keep())
}

// AttachConfig names load balancers.
type AttachConfig struct {
	LoadBalancers []string `json:"loadBalancerNames,omitempty" jsonschema:"required" jsonschema_description:"On Cloud Foundry: routes, host.domain/path."`
}

// Attach puts load balancers before a server group.
func Attach(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	return attachment(ctx, op, ops.Attach)
}

// Detach takes load balancers from a server group.
func Detach(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	return attachment(ctx, op, ops.Detach)
}

func attachment(ctx workflow.Context, op gennaker.Operation, do func(workflow.Context, gennaker.LoadBalancersOf) error) (gennaker.Change, error) {
	c, err := config.Decode[AttachConfig](op.Config)
	if err == nil && len(c.LoadBalancers) == 0 {
		err = fmt.Errorf("loadBalancerNames: %w: the stage names none", gennaker.ErrInvalid)
	}
	if err != nil {
		return gennaker.Change{}, err
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	return changed(op, g), do(ctx, gennaker.LoadBalancersOf{ServerGroupRef: g.Ref(), LoadBalancers: c.LoadBalancers})
}
