package operations

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// InstancesConfig names instances of one server group.
type InstancesConfig struct {
	IDs []string `json:"instanceIds,omitempty"`
	ID  string   `json:"instance,omitempty" jsonschema_description:"Says the same as instanceIds, for one."`
}

// All are the instances, whichever field names them.
func (c InstancesConfig) All() []string {
	if c.ID == "" || slices.Contains(c.IDs, c.ID) {
		return c.IDs
	}
	return append(slices.Clone(c.IDs), c.ID)
}

// TerminateConfig says what becomes of the server group's size.
type TerminateConfig struct {
	InstancesConfig
	Shrink   bool `json:"decrement,omitempty" jsonschema_description:"The server group wants that many fewer afterwards; otherwise others take their place."`
	LowerMin bool `json:"adjustMinIfNecessary,omitempty" jsonschema_description:"With decrement: lower the min too, if it would be more than what is left."`
	LowerMax bool `json:"setMaxToNewDesired,omitempty" jsonschema_description:"With decrement: let the max be what is left."`
	Guarded
}

// Terminate ends instances of a server group. Those that are gone are no
// error.
func Terminate(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[TerminateConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, cluster, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	change := changed(op, g)
	change.Instances = g.Having(c.All())
	if len(change.Instances) == 0 {
		return change, nil
	}
	if err := c.spare(cluster, g, change.Instances); err != nil {
		return change, err
	}
	t := gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: change.Instances}, Shrink: c.Shrink}
	if !c.Shrink {
		return change, ops.Terminate(ctx, t)
	}
	return change, c.shrink(ctx, t, g.Capacity, &change)
}

// spare refuses to end all instances that are up of the last server group that
// serves.
func (c TerminateConfig) spare(cluster []gennaker.ServerGroup, g gennaker.ServerGroup, ids []string) error {
	if g.Without(ids).Serves() {
		return nil
	}
	return c.guard(cluster, g.Name)
}

// shrink makes room for a smaller size, ends the instances, and takes the rest
// of the room away.
func (c TerminateConfig) shrink(ctx workflow.Context, t gennaker.TerminateInstances, now gennaker.Capacity, change *gennaker.Change) error {
	to := now
	to.Desired = max(0, now.Desired-len(t.IDs))
	if to.Desired < now.Min && !c.LowerMin {
		return fmt.Errorf("terminate %d instances of %s: %w: it would have %d, and its min is %d; adjustMinIfNecessary lowers that too",
			len(t.IDs), t.Name, gennaker.ErrInvalid, to.Desired, now.Min)
	}
	change.Before, change.Capacity = &now, &to
	if to.Desired < now.Min {
		to.Min = to.Desired
		if err := ops.Resize(ctx, t.ServerGroupRef, gennaker.Capacity{Min: to.Min, Desired: now.Desired, Max: now.Max}); err != nil {
			return err
		}
	}
	if err := ops.Terminate(ctx, t); err != nil || !c.LowerMax {
		return err
	}
	to.Max = to.Desired
	return ops.Resize(ctx, t.ServerGroupRef, to)
}

// Reboot starts instances of a server group anew and waits until they are up.
func Reboot(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[InstancesConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	if len(c.All()) == 0 {
		return gennaker.Change{}, fmt.Errorf("reboot instances of %s: %w: instanceIds names none", g.Name, gennaker.ErrInvalid)
	}
	change := changed(op, g)
	change.Instances = c.All()
	return change, ops.Reboot(ctx, g, change.Instances)
}
