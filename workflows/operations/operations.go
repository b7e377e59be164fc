// Package operations changes one cluster, whoever asks: a file for each kind
// of change, and the table of them. Whoever calls one is the cluster's only
// writer meanwhile.
package operations

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// Table is every kind of operation.
var Table = map[string]func(workflow.Context, gennaker.Operation) (gennaker.Change, error){
	gennaker.OpDeploy:   strategies.Deploy,
	gennaker.OpResize:   Resize,
	gennaker.OpEnable:   Enable,
	gennaker.OpDisable:  Disable,
	gennaker.OpDestroy:  Destroy,
	gennaker.OpRollback: Rollback,
}

// Guarded is the part of a config that the traffic guard reads.
type Guarded struct {
	AllowLast bool `json:"allowLastServerGroup,omitempty" jsonschema_description:"Do it even to the last healthy server group of the cluster."`
}

// guard applies the traffic guard to a server group that is about to go.
func (g Guarded) guard(cluster []gennaker.ServerGroup, going string) error {
	if g.AllowLast {
		return nil
	}
	return strategies.Guard(cluster, going)
}

// target finds the server group that an operation is about.
func target(ctx workflow.Context, op gennaker.Operation) (gennaker.ServerGroup, []gennaker.ServerGroup, error) {
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return gennaker.ServerGroup{}, nil, err
	}
	at, err := choose(cluster, op)
	if err != nil {
		return gennaker.ServerGroup{}, nil, err
	}
	return cluster[at], cluster, nil
}

// choose returns the target's place among server groups, oldest first.
func choose(cluster []gennaker.ServerGroup, op gennaker.Operation) (int, error) {
	at := -1
	switch {
	case op.ServerGroup != "":
		at = slices.IndexFunc(cluster, func(g gennaker.ServerGroup) bool { return g.Name == op.ServerGroup })
	case op.Target == gennaker.TargetCurrent:
		at = len(cluster) - 1
	case op.Target == gennaker.TargetAncestor:
		at = len(cluster) - 2
	case op.Target == gennaker.TargetOldest && len(cluster) > 0:
		at = 0
	case op.Target != gennaker.TargetOldest:
		return 0, fmt.Errorf("target %q: %w: name a server group, or %s, %s or %s", op.Target, gennaker.ErrInvalid,
			gennaker.TargetCurrent, gennaker.TargetAncestor, gennaker.TargetOldest)
	}
	if at < 0 {
		return 0, fmt.Errorf("%s%s in cluster %s: %w: it has %d server groups", op.ServerGroup, op.Target, op.Cluster,
			gennaker.ErrNotFound, len(cluster))
	}
	return at, nil
}

// changed is a Change of one server group.
func changed(op gennaker.Operation, g gennaker.ServerGroup) gennaker.Change {
	return gennaker.Change{Cluster: op.Cluster, ServerGroup: g.Name}
}
