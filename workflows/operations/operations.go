// Package operations changes one cluster, whoever asks: a file for each kind
// of change, and the table of them. Whoever calls one is the cluster's only
// writer meanwhile.
package operations

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// Table is every kind of operation.
var Table = map[string]func(workflow.Context, gennaker.Operation) (gennaker.Change, error){
	gennaker.OpDeploy:         strategies.Deploy,
	gennaker.OpClone:          strategies.Clone,
	gennaker.OpResize:         Resize,
	gennaker.OpPin:            Pin,
	gennaker.OpEnable:         Enable,
	gennaker.OpDisable:        Disable,
	gennaker.OpSplit:          Split,
	gennaker.OpDestroy:        Destroy,
	gennaker.OpRollback:       Rollback,
	gennaker.OpDisableCluster: DisableCluster,
	gennaker.OpShrink:         Shrink,
	gennaker.OpScaleDown:      ScaleDown,
	gennaker.OpDestroySome:    DestroySome,
	gennaker.OpLowerMinimum:   LowerMinimum,
	gennaker.OpTerminate:      Terminate,
	gennaker.OpReboot:         Reboot,
	gennaker.OpProcesses:      Processes,
	gennaker.OpStart:          Start,
	gennaker.OpStop:           Stop,
	gennaker.OpAttach:         Attach,
	gennaker.OpDetach:         Detach,
	gennaker.OpBind:           Bind,
	gennaker.OpUnbind:         Unbind,
	gennaker.OpHold:           Hold,
}

// Guarded is the part of a config that the traffic guard reads.
type Guarded struct {
	AllowLast bool `json:"allowLastServerGroup,omitempty" jsonschema_description:"Do it even to the last healthy server group of the cluster."`
}

// guard applies the traffic guard to server groups that are about to go.
func (g Guarded) guard(cluster []gennaker.ServerGroup, going ...string) error {
	if g.AllowLast {
		return nil
	}
	return strategies.Guard(cluster, going...)
}

// target finds the server group that an operation is about.
func target(ctx workflow.Context, op gennaker.Operation) (gennaker.ServerGroup, []gennaker.ServerGroup, error) {
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return gennaker.ServerGroup{}, nil, err
	}
	g, err := gennaker.ChooseServerGroup(cluster, op.ServerGroup, op.Target)
	if err != nil {
		return g, nil, fmt.Errorf("cluster %s: %w", op.Cluster, err)
	}
	return g, cluster, nil
}

// changed is a Change of one server group.
func changed(op gennaker.Operation, g gennaker.ServerGroup) gennaker.Change {
	return gennaker.Change{Cluster: op.Cluster, ServerGroup: g.Name}
}

// each does something to all of the server groups at the same time, and
// returns when all is done.
func each(ctx workflow.Context, list []gennaker.ServerGroup, do func(workflow.Context, gennaker.ServerGroup) error) error {
	failures := make([]error, len(list))
	group := workflow.NewWaitGroup(ctx)
	for i, g := range list {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			failures[i] = do(ctx, g)
		})
	}
	group.Wait(ctx)
	return errors.Join(failures...)
}

// names are those of the server groups.
func names(list []gennaker.ServerGroup) []string {
	var all []string
	for _, g := range list {
		all = append(all, g.Name)
	}
	return all
}
