// Package strategies deploys a new server group and decides what becomes of
// the old ones: a file for each strategy, and the table of them. It also knows
// how to take a deployment back.
package strategies

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Table is every strategy by its name in documents.
var Table = map[string]func(workflow.Context, *Deployment) error{
	"":           None,
	"none":       None,
	"highlander": Highlander,
	"redblack":   RedBlack,
}

// Deployment is one deployment under way. Old is the cluster as it was before,
// oldest first: what the strategy works on and what a rollback restores.
type Deployment struct {
	Config Cluster
	New    gennaker.CreateServerGroup
	Old    []gennaker.ServerGroup
	Change gennaker.Change

	healthy bool // the new server group has been
}

// Deploy makes a new server group by the strategy that the operation's config
// names. If it fails, or is cancelled, it takes back what it did as far as the
// config asks for it.
func Deploy(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	d, err := plan(ctx, op)
	if err != nil {
		return gennaker.Change{Cluster: op.Cluster}, err
	}
	strategy, ok := Table[d.Config.Strategy]
	if !ok {
		return d.Change, fmt.Errorf("strategy %q: %w: there are %s", d.Config.Strategy, gennaker.ErrInvalid, names())
	}
	limit := time.Duration(op.TimeoutMillis) * time.Millisecond
	err = gate.Limit(ctx, limit, func(ctx workflow.Context) error { return strategy(ctx, d) })
	if errors.Is(err, gate.ErrTimeout) {
		err = d.late(ctx, limit)
	}
	if err != nil {
		return d.Change, takeBack(ctx, d, err)
	}
	return d.Change, nil
}

// late says how far the deployment came in its time, and what the cloud says
// about the instances.
func (d *Deployment) late(ctx workflow.Context, limit time.Duration) error {
	if d.healthy {
		return fmt.Errorf("%s is healthy, but the deployment was not done after %s: %w", d.New.Name, limit, gate.ErrTimeout)
	}
	why := "it was not seen"
	if now, err := ops.Cluster(ctx, d.New.Ref().Cluster()); err == nil {
		if made := find(now, d.New.Name); made != nil {
			why = made.Condition()
		}
	}
	return fmt.Errorf("%s is %w after %s: %s: %w", d.New.Name, gennaker.ErrUnhealthy, limit, why, gate.ErrTimeout)
}

func names() string {
	list := gennaker.SortedKeys(Table)
	return strings.Join(list[1:], ", ") // the first is the empty name
}

// plan reads the cluster and decides on the name, before anything is changed.
func plan(ctx workflow.Context, op gennaker.Operation) (*Deployment, error) {
	c, err := config.Decode[Cluster](op.Config)
	if err != nil {
		return nil, err
	}
	if err := c.capacity().Check(); err != nil {
		return nil, err
	}
	moniker := gennaker.ParseMoniker(op.Cluster.Name)
	if err := moniker.Check(); err != nil {
		return nil, err
	}
	old, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return nil, err
	}
	if moniker, err = moniker.Next(old); err != nil {
		return nil, err
	}
	capacity := c.capacity()
	return &Deployment{
		Config: c,
		Old:    old,
		New: gennaker.CreateServerGroup{
			Location: op.Cluster.Location, Name: moniker.Name(), Moniker: moniker,
			Capacity: capacity, LoadBalancers: c.LoadBalancers,
			Marks: marks(ctx, op), Spec: spec(op.Config),
		},
		Change: gennaker.Change{Cluster: op.Cluster, ServerGroup: moniker.Name(), Capacity: &capacity},
	}, nil
}

// marks say who made the server group. The token is the same for every retry
// of the one create call of this workflow run, and for no other.
func marks(ctx workflow.Context, op gennaker.Operation) map[string]string {
	info := workflow.GetInfo(ctx)
	return map[string]string{
		gennaker.MarkExecution: op.Execution,
		gennaker.MarkStage:     op.Stage,
		gennaker.MarkToken:     gennaker.Token(info.WorkflowExecution.ID, info.FirstRunID, "create"),
	}
}

// takeBack undoes a deployment that ended with cause. A cancelled one leaves
// the cluster as it was before. A failed one is left as it is, unless the
// document asks for a rollback and the new server group never was healthy.
func takeBack(ctx workflow.Context, d *Deployment, cause error) error {
	canceled := temporal.IsCanceledError(cause) && ctx.Err() != nil
	if !canceled && (d.healthy || !d.Config.Rollback.OnFailure) {
		return cause
	}
	if canceled {
		gate.Of(ctx).Open(ctx) // a pause must not hold up the clean-up
	}
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if err := restore(outlive, d, canceled || d.Config.Rollback.DestroyLatest); err != nil {
		return fmt.Errorf("%w; taking it back did not work either: %s", cause, err.Error())
	}
	if canceled || d.Change.RolledBack == "" {
		return cause
	}
	return fmt.Errorf("%w; rolled back", cause)
}

// restore puts the old server groups back into traffic as they were, and only
// then takes the new one out.
func restore(ctx workflow.Context, d *Deployment, destroy bool) error {
	now, err := ops.Cluster(ctx, d.New.Ref().Cluster())
	if err != nil {
		return err
	}
	for _, old := range d.Old {
		if err := revive(ctx, old, find(now, old.Name)); err != nil {
			return err
		}
	}
	made := find(now, d.New.Name)
	if made == nil || made.Marks[gennaker.MarkToken] != d.New.Marks[gennaker.MarkToken] {
		return nil // never made, or not ours
	}
	if made.Serves() && !anyServes(d.Old, now) && len(d.Change.Destroyed) > 0 {
		return fmt.Errorf("%s: %w: the server groups before it are destroyed", made.Name, gennaker.ErrGuarded)
	}
	d.Change.RolledBack = made.Name
	if err := ops.Disable(ctx, made.Ref()); err != nil {
		return err
	}
	if !destroy {
		return nil
	}
	return ops.Destroy(ctx, made.Ref())
}

// revive gives a server group the capacity and the traffic that it had.
func revive(ctx workflow.Context, was gennaker.ServerGroup, is *gennaker.ServerGroup) error {
	if is == nil || !was.Enabled {
		return nil
	}
	if is.Capacity != was.Capacity {
		if err := ops.Resize(ctx, was.Ref(), was.Capacity); err != nil {
			return err
		}
	}
	if !is.Enabled {
		if err := ops.Enable(ctx, was.Ref()); err != nil {
			return err
		}
	}
	if is.Capacity == was.Capacity && is.Enabled {
		return nil
	}
	return ops.AwaitUp(ctx, was.Ref(), was.Count(gennaker.Up))
}

func find(groups []gennaker.ServerGroup, name string) *gennaker.ServerGroup {
	for i := range groups {
		if groups[i].Name == name {
			return &groups[i]
		}
	}
	return nil
}

// anyServes reports whether one of the old server groups is still there and
// was serving.
func anyServes(old, now []gennaker.ServerGroup) bool {
	return slices.ContainsFunc(old, func(g gennaker.ServerGroup) bool {
		return g.Serves() && find(now, g.Name) != nil
	})
}
