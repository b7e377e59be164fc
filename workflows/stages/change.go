package stages

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// changing is the work of a stage type that makes one operation of that kind.
func changing(kind string) func(workflow.Context, Input) (Outputs, error) {
	return func(ctx workflow.Context, in Input) (Outputs, error) { return change(ctx, in, kind) }
}

// change makes one operation in each of the stage's regions, one region after
// another: if something is wrong, the others are spared.
func change(ctx workflow.Context, in Input, kind string) (Outputs, error) {
	a, err := config.Decode[address](in.Config)
	if err != nil {
		return nil, err
	}
	clusters, err := a.clusters()
	if err != nil {
		return nil, err
	}
	var list []gennaker.Operation
	for _, cluster := range clusters {
		op := in.operation(kind, cluster, a, in.Config)
		op.Spare = in.deployed(cluster)
		list = append(list, op)
	}
	changes, err := in.changeAll(ctx, list)
	return changed(changes), err
}

// changeAll makes one operation after another, up to the first that fails.
func (in Input) changeAll(ctx workflow.Context, list []gennaker.Operation) ([]gennaker.Change, error) {
	var changes []gennaker.Change
	for _, op := range list {
		done, err := ops.ChangeCluster(ctx, op, in)
		if err != nil {
			return changes, err
		}
		changes = append(changes, done)
		in.leave(changes)
	}
	return changes, nil
}

// changed are the outputs of a stage that has changed server groups.
func changed(changes []gennaker.Change) Outputs {
	outputs := Outputs{"changes": changes}
	for _, c := range changes {
		if c.Before != nil {
			outputs["originalCapacity."+c.ServerGroup] = *c.Before
		}
	}
	return outputs
}

// leave tells those who ask for the stage's context what was changed, under
// Spinnaker's names.
func (in Input) leave(changes []gennaker.Change) {
	groups := map[string]any{}
	left := map[string]any{"deploy.server.groups": groups}
	for _, c := range changes {
		left["deploy.account.name"] = c.Cluster.Account
		names, _ := groups[c.Cluster.Region].([]any)
		for _, name := range touched(c) {
			names = append(names, name)
		}
		if len(names) > 0 {
			groups[c.Cluster.Region] = names
		}
		if c.ServerGroup != "" {
			left["serverGroupName"], left["asgName"] = c.ServerGroup, c.ServerGroup
		}
		if c.Instances != nil {
			left["terminate.account.name"], left["terminate.region"] = c.Cluster.Account, c.Cluster.Region
			ids, _ := left["terminate.instance.ids"].([]any)
			for _, id := range c.Instances {
				ids = append(ids, id)
			}
			left["terminate.instance.ids"] = ids
		}
	}
	in.State.Context = left
}

// touched are the server groups that a change was about.
func touched(c gennaker.Change) []string {
	if c.ServerGroup != "" {
		return []string{c.ServerGroup}
	}
	names := slices.Concat(c.Disabled, c.Destroyed, c.Scaled)
	slices.Sort(names)
	return slices.Compact(names)
}

// operation is a change of a cluster on behalf of the stage.
func (in Input) operation(kind string, cluster gennaker.ClusterRef, a address, fields map[string]any) gennaker.Operation {
	depth := 0
	if above := in.Execution.Trigger.Parent; above != nil {
		depth = above.Depth
	}
	return gennaker.Operation{
		Kind: kind, Cluster: cluster, ServerGroup: a.serverGroup(), Target: a.Target, Config: fields, Health: in.Stage.HealthProviderNames,
		TimeoutMillis: in.Limit.Milliseconds(),
		Execution:     in.Execution.ID, Stage: in.State.RefID, User: in.User, Depth: depth,
	}
}

// together makes each change at the same time and returns when all have ended.
// The failure of one spares the others, and names its cluster.
func together(ctx workflow.Context, list []gennaker.Operation, do func(workflow.Context, gennaker.Operation) (gennaker.Change, error)) ([]gennaker.Change, error) {
	changes := make([]gennaker.Change, len(list))
	failures := make([]error, len(list))
	group := workflow.NewWaitGroup(ctx)
	for i, op := range list {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			changes[i], failures[i] = do(ctx, op)
			if failures[i] != nil && len(list) > 1 {
				failures[i] = fmt.Errorf("%s: %w", op.Cluster, failures[i])
			}
			group.Done()
		})
	}
	group.Wait(ctx)
	return changes, errors.Join(failures...)
}
