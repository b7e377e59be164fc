package operations

import (
	"cmp"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// ClusterWide is what all changes of a whole cluster may say.
type ClusterWide struct {
	MayMiss bool `json:"continueIfClusterNotFound,omitempty" jsonschema_description:"Do nothing if the cluster has no server groups; otherwise that fails."`
	Guarded
}

// DisableClusterConfig says how many server groups stay in traffic.
type DisableClusterConfig struct {
	Remaining *int `json:"remainingEnabledServerGroups,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default: 1."`
	Larger    bool `json:"preferLargerOverNewer,omitempty" jsonschema_description:"Keep those with the most instances, and not the newest."`
	Percent   *int `json:"desiredPercentage,omitempty" jsonschema:"minimum=1,maximum=100" jsonschema_description:"Take only that percentage of each one's instances out of traffic."`
	ClusterWide
}

// ShrinkConfig says how many server groups stay at all.
type ShrinkConfig struct {
	Size        *int  `json:"shrinkToSize,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default: 1."`
	AllowActive bool  `json:"allowDeleteActive,omitempty" jsonschema_description:"Also those that take traffic: they are disabled before."`
	Larger      bool  `json:"retainLargerOverNewer,omitempty" jsonschema_description:"Keep those with the most instances, and not the newest."`
	Disable     *bool `json:"runDisableClusterStep,omitempty" jsonschema_description:"false: with allowDeleteActive, destroy without disabling before."`
	ClusterWide
}

// ScaleDownConfig says how many server groups keep their instances.
type ScaleDownConfig struct {
	Remaining   *int `json:"remainingFullSizeServerGroups,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default: 1."`
	AllowActive bool `json:"allowScaleDownActive,omitempty" jsonschema_description:"Also those that take traffic."`
	Larger      bool `json:"preferLargerOverNewer,omitempty" jsonschema_description:"Keep those with the most instances, and not the newest."`
	ClusterWide
}

// DestroySomeConfig names server groups of one cluster.
type DestroySomeConfig struct {
	Names []string `json:"serverGroupNames,omitempty" jsonschema:"required"`
	Guarded
}

// DisableCluster takes all but so many server groups out of traffic.
func DisableCluster(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	change := gennaker.Change{Cluster: op.Cluster}
	c, err := config.Decode[DisableClusterConfig](op.Config)
	if err != nil {
		return change, err
	}
	cluster, err := c.read(ctx, op)
	if err != nil {
		return change, err
	}
	going := c.surplus(cluster, op)
	if c.Percent != nil && *c.Percent < 100 {
		change.Disabled = names(going)
		return change, each(ctx, going, func(ctx workflow.Context, g gennaker.ServerGroup) error {
			return ops.DisableShare(ctx, g, *c.Percent, c.keep())
		})
	}
	return change, c.disable(ctx, cluster, going, &change)
}

// surplus are the active server groups beyond those that remain.
func (c DisableClusterConfig) surplus(cluster []gennaker.ServerGroup, op gennaker.Operation) []gennaker.ServerGroup {
	old := candidates(cluster, op)
	keep := orOne(c.Remaining) - (len(cluster) - len(old))
	active := slices.DeleteFunc(slices.Clone(old), func(g gennaker.ServerGroup) bool { return !g.Active() })
	return beyond(keep, active, retention{larger: c.Larger})
}

// Shrink destroys all but so many server groups.
func Shrink(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	change := gennaker.Change{Cluster: op.Cluster}
	c, err := config.Decode[ShrinkConfig](op.Config)
	if err != nil {
		return change, err
	}
	c.MayMiss = c.MayMiss || orOne(c.Size) == 0
	cluster, err := c.read(ctx, op)
	if err != nil {
		return change, err
	}
	if c.AllowActive && (c.Disable == nil || *c.Disable) {
		first := DisableClusterConfig{Remaining: c.Size, Larger: c.Larger}
		if err := c.disable(ctx, cluster, first.surplus(cluster, op), &change); err != nil {
			return change, err
		}
	}
	if len(change.Disabled) > 0 {
		if cluster, err = ops.Cluster(ctx, op.Cluster); err != nil {
			return change, err
		}
	}
	going := surplus(cluster, op, orOne(c.Size), c.AllowActive, c.Larger)
	return change, c.destroy(ctx, cluster, going, &change)
}

// ScaleDown takes the instances of all but so many server groups away.
func ScaleDown(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	change := gennaker.Change{Cluster: op.Cluster}
	c, err := config.Decode[ScaleDownConfig](op.Config)
	if err != nil {
		return change, err
	}
	cluster, err := c.read(ctx, op)
	if err != nil {
		return change, err
	}
	going := surplus(cluster, op, orOne(c.Remaining), c.AllowActive, c.Larger)
	going = slices.DeleteFunc(going, func(g gennaker.ServerGroup) bool { return g.Capacity == gennaker.Capacity{} && len(g.Instances) == 0 })
	if err := c.guard(cluster, names(going)...); err != nil {
		return change, err
	}
	change.Scaled = names(going)
	return change, each(ctx, going, func(ctx workflow.Context, g gennaker.ServerGroup) error {
		return resize(ctx, g, gennaker.Capacity{}, func() error { return ops.AwaitCapacity(ctx, g.Ref(), 0, false) })
	})
}

// DestroySome removes those server groups of a cluster that are named, all at
// the same time, once all are out of traffic. Those that are gone are no error
// as long as one is there.
func DestroySome(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	change := gennaker.Change{Cluster: op.Cluster}
	c, err := config.Decode[DestroySomeConfig](op.Config)
	if err != nil {
		return change, err
	}
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return change, err
	}
	going := slices.DeleteFunc(slices.Clone(cluster), func(g gennaker.ServerGroup) bool { return !slices.Contains(c.Names, g.Name) })
	if len(going) == 0 {
		return change, fmt.Errorf("destroy %v: %w in cluster %s", c.Names, gennaker.ErrNotFound, op.Cluster)
	}
	wide := ClusterWide{Guarded: c.Guarded}
	if err := wide.disable(ctx, cluster, going, &change); err != nil {
		return change, err
	}
	return change, wide.destroy(ctx, nil, going, &change)
}

// read returns the cluster, and refuses one that is not there unless it may
// miss.
func (c ClusterWide) read(ctx workflow.Context, op gennaker.Operation) ([]gennaker.ServerGroup, error) {
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil || len(cluster) > 0 || c.MayMiss {
		return cluster, err
	}
	return nil, fmt.Errorf("cluster %s: %w: it has no server groups; with continueIfClusterNotFound that is no failure", op.Cluster, gennaker.ErrNotFound)
}

// keep is how many instances must stay in service.
func (c ClusterWide) keep() int {
	if c.AllowLast {
		return 0
	}
	return 1
}

// disable takes server groups out of traffic, unless the cluster needs one of
// them.
func (c ClusterWide) disable(ctx workflow.Context, cluster, going []gennaker.ServerGroup, change *gennaker.Change) error {
	if err := c.guard(cluster, names(going)...); err != nil {
		return err
	}
	going = slices.DeleteFunc(slices.Clone(going), func(g gennaker.ServerGroup) bool { return !g.Active() })
	change.Disabled = names(going)
	return each(ctx, going, func(ctx workflow.Context, g gennaker.ServerGroup) error { return ops.Disable(ctx, g.Ref()) })
}

// destroy removes server groups, unless the cluster needs one of them.
func (c ClusterWide) destroy(ctx workflow.Context, cluster, going []gennaker.ServerGroup, change *gennaker.Change) error {
	if err := c.guard(cluster, names(going)...); err != nil {
		return err
	}
	change.Destroyed = names(going)
	return each(ctx, going, func(ctx workflow.Context, g gennaker.ServerGroup) error { return ops.Destroy(ctx, g.Ref()) })
}

// candidates are the server groups, the oldest first, that a change of the
// whole cluster may touch: those older than what the execution has made.
func candidates(cluster []gennaker.ServerGroup, op gennaker.Operation) []gennaker.ServerGroup {
	made := slices.IndexFunc(cluster, func(g gennaker.ServerGroup) bool { return slices.Contains(op.Spare, g.Name) })
	if made < 0 {
		return cluster
	}
	return cluster[:made]
}

// surplus are the candidates beyond those that the cluster keeps. What is no
// candidate is kept, and counts.
func surplus(cluster []gennaker.ServerGroup, op gennaker.Operation, size int, allowActive, larger bool) []gennaker.ServerGroup {
	old := slices.Clone(candidates(cluster, op))
	if !allowActive {
		old = slices.DeleteFunc(old, gennaker.ServerGroup.Active)
	}
	return beyond(size-(len(cluster)-len(old)), old, retention{active: allowActive, larger: larger})
}

// retention is which server groups are kept first: those that are active, the
// larger ones, and the newer ones always.
type retention struct{ active, larger bool }

// beyond are all but the first of the server groups, which come oldest first.
func beyond(keep int, list []gennaker.ServerGroup, by retention) []gennaker.ServerGroup {
	order := slices.Clone(list)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b gennaker.ServerGroup) int {
		n := 0
		if by.active {
			n = rank(b.Active()) - rank(a.Active())
		}
		if by.larger {
			n = cmp.Or(n, len(b.Instances)-len(a.Instances))
		}
		return n
	})
	return order[min(max(0, keep), len(order)):]
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}

func orOne(n *int) int {
	if n == nil {
		return 1
	}
	return *n
}
