package operations

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// MinimumConfig is the capacity that somebody has kept before the min was
// pinned.
type MinimumConfig struct {
	Snapshot *Wanted `json:"sourceServerGroupCapacitySnapshot,omitempty" jsonschema_description:"The capacity that was; default: what captureSourceServerGroupCapacity has found above."`
}

// LowerMinimum gives a server group the min of a snapshot, if that is less than
// its own.
func LowerMinimum(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[MinimumConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	change := changed(op, g)
	if c.Snapshot == nil || c.Snapshot.Min == nil {
		return change, fmt.Errorf("sourceServerGroupCapacitySnapshot: %w: nothing says which min %s had", gennaker.ErrInvalid, g.Name)
	}
	to := g.Capacity
	to.Min = min(to.Min, *c.Snapshot.Min)
	change.Before, change.Capacity = &g.Capacity, &to
	return change, strategies.LowerMinimum(ctx, g.Ref(), to.Min)
}
