package stages

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/operations"
	"github.com/gennaker/gennaker/workflows/ops"
)

type rollbackConfig struct {
	address
	operations.RollbackConfig
	Wait       float64        `json:"waitTimeBetweenRegions,omitempty" jsonschema:"minimum=0" jsonschema_description:"Seconds between two regions."`
	Additional map[string]any `json:"additionalRollbackContext,omitempty" jsonschema_description:"More fields of the rollback, such as onlyEnabledServerGroups, disableOnly or enableAndDisableOnly."`
}

// RollbackCluster goes back to an older server group in each region, one after
// another. A region that has nothing to go back to is passed over, as long as
// another has.
func RollbackCluster(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[rollbackConfig](in.Config)
	if err != nil {
		return nil, err
	}
	clusters, err := c.clusters()
	if err != nil {
		return nil, err
	}
	fields := maps.Clone(in.Config)
	maps.Copy(fields, c.Additional)
	var changes []gennaker.Change
	var passed []error
	for i, cluster := range clusters {
		done, err := ops.ChangeCluster(ctx, in.operation(gennaker.OpRollback, cluster, address{}, fields), in)
		switch {
		case errors.Is(err, gennaker.ErrNotFound):
			passed = append(passed, err)
			continue
		case err != nil:
			return rolledBack(changes), err
		}
		changes = append(changes, done)
		in.leave(changes)
		if i == len(clusters)-1 {
			break
		}
		if err := gate.Sleep(ctx, time.Duration(c.Wait*float64(time.Second)), "between regions"); err != nil {
			return rolledBack(changes), err
		}
	}
	if len(changes) == 0 {
		return nil, errors.Join(passed...)
	}
	for _, err := range passed {
		in.State.Warnings = append(in.State.Warnings, err.Error())
	}
	return rolledBack(changes), nil
}

// rolledBack are the outputs of rollbacks, under Spinnaker's names.
func rolledBack(changes []gennaker.Change) Outputs {
	outputs := changed(changes)
	types, contexts := map[string]any{}, map[string]any{}
	var images []any
	for _, c := range changes {
		region := c.Cluster.Region
		types[region] = c.Rollback
		contexts[region] = map[string]any{"rollbackServerGroupName": c.RolledBack, "restoreServerGroupName": c.ServerGroup}
		images = append(images, map[string]any{"region": region, "image": c.Image, "rollbackMethod": c.Rollback})
	}
	outputs["rollbackTypes"], outputs["rollbackContexts"], outputs["imagesToRestore"] = types, contexts, images
	return outputs
}

type rollbackServerGroupConfig struct {
	address
	Type    string                    `json:"rollbackType,omitempty" jsonschema:"required,enum=EXPLICIT,enum=PREVIOUS_IMAGE" jsonschema_description:"EXPLICIT: put another server group into traffic. PREVIOUS_IMAGE: deploy one more, with the image that the cluster had before."`
	Context operations.RollbackConfig `json:"rollbackContext,omitempty"`
}

// RollbackServerGroup takes one server group out of traffic, and puts the one
// that is named, or one with an older image, in.
func RollbackServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[rollbackServerGroupConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	c.ServerGroup = first(c.Context.Bad, c.serverGroup())
	clusters, err := c.clusters()
	if err != nil {
		return nil, err
	}
	fields, _ := in.Config["rollbackContext"].(map[string]any)
	fields = maps.Clone(fields)
	fields["rollbackType"] = c.Type
	done, err := ops.ChangeCluster(ctx, in.operation(gennaker.OpRollback, clusters[0], address{}, fields), in)
	if err != nil {
		return nil, err
	}
	in.leave([]gennaker.Change{done})
	return rolledBack([]gennaker.Change{done}), nil
}

// check says what a rollback of that type lacks.
func (c rollbackServerGroupConfig) check() error {
	switch {
	case c.Context.Bad == "":
		return fmt.Errorf("rollbackContext.rollbackServerGroupName: %w: it is missing", gennaker.ErrInvalid)
	case c.Type != string(gennaker.RollbackExplicit) && c.Type != string(gennaker.RollbackImage):
		return fmt.Errorf("rollbackType %q: %w: it is %s or %s", c.Type, gennaker.ErrInvalid, gennaker.RollbackExplicit, gennaker.RollbackImage)
	case c.Type == string(gennaker.RollbackExplicit) && c.Context.Good == "" && !c.Context.DisableOnly:
		return fmt.Errorf("rollbackContext.restoreServerGroupName: %w: it is missing", gennaker.ErrInvalid)
	}
	return nil
}
