package stages

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// DestroyServerGroup removes a server group.
func DestroyServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return change(ctx, in, gennaker.OpDestroy)
}

// DisableServerGroup takes a server group out of traffic.
func DisableServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return change(ctx, in, gennaker.OpDisable)
}

// EnableServerGroup puts a server group into traffic.
func EnableServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return change(ctx, in, gennaker.OpEnable)
}

// ResizeServerGroup gives a server group another capacity.
func ResizeServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return change(ctx, in, gennaker.OpResize)
}

// RollbackCluster goes back to an older server group.
func RollbackCluster(ctx workflow.Context, in Input) (Outputs, error) {
	return change(ctx, in, gennaker.OpRollback)
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
	var changes []gennaker.Change
	for _, cluster := range clusters {
		done, err := ops.ChangeCluster(ctx, in.operation(kind, cluster, a, in.Config), in)
		if err != nil {
			return Outputs{"changes": changes}, err
		}
		changes = append(changes, done)
	}
	return Outputs{"changes": changes}, nil
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
