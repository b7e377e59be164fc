// Package strategies deploys a new server group and decides what becomes of
// the old ones: a file for each strategy, and the table of them. It also knows
// how to take a deployment back.
package strategies

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Strategy is a way to deploy.
type Strategy struct {
	Run func(workflow.Context, *Deployment) error
	// Rolls says that the new server group is made empty, and takes over from
	// its source step by step.
	Rolls bool
	// InPlace says that no server group is made: the source is changed.
	InPlace bool
}

// Table is every strategy by its name in documents.
var Table = map[string]Strategy{
	"":                  {Run: None},
	"none":              {Run: None},
	"highlander":        {Run: Highlander},
	"redblack":          {Run: RedBlack},
	"rollingredblack":   {Run: RollingRedBlack, Rolls: true},
	"cfrollingredblack": {Run: CFRollingRedBlack},
	"monitored":         {Run: Monitored, Rolls: true},
	"custom":            {Run: Custom},
	"rollingpush":       {Run: RollingPush, InPlace: true},
}

// Deployment is one deployment under way. Old is the cluster as it was before,
// oldest first: what the strategy works on and what a rollback restores.
type Deployment struct {
	Config Cluster
	New    gennaker.CreateServerGroup
	Old    []gennaker.ServerGroup
	Source *gennaker.ServerGroup // the one of them that the new one follows; nil if there is none
	// elsewhere is the server group of another place that is its source by the
	// document: the new one is as big as that.
	elsewhere *gennaker.ServerGroup
	Wanted    gennaker.Capacity // of the new server group when all is done
	Change    gennaker.Change

	op      gennaker.Operation
	keep    int                                        // instances of the cluster that must stay in service
	pinned  bool                                       // the source cannot shrink for now
	healthy bool                                       // the new server group is, as far as is known
	halted  func(ctx workflow.Context) (string, error) // stops what is under way in place, and says how far it came
	ended   func(ctx workflow.Context, err error)      // is called when all is done; nil if nobody is to be told
	moving  bool                                       // traffic from the source to it: until that is done, a failure is one of both
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
	err = workflow.SetQueryHandler(ctx, gennaker.QueryWayBack, func() (string, error) { return d.wayBack(), nil })
	if err != nil {
		return d.Change, err
	}
	limit := time.Duration(op.TimeoutMillis) * time.Millisecond
	err = gate.Limit(ctx, limit, func(ctx workflow.Context) error {
		if err := strategy.Run(ctx, d); err != nil {
			return err
		}
		return d.unpinNew(ctx)
	})
	if errors.Is(err, gate.ErrTimeout) {
		err = d.late(ctx, limit)
	}
	switch {
	case err == nil:
	case strategy.InPlace:
		err = d.halt(ctx, err)
	default:
		err = takeBack(ctx, d, err)
	}
	if d.ended != nil {
		outlive, _ := workflow.NewDisconnectedContext(ctx)
		d.ended(outlive, err)
	}
	return d.Change, err
}

// warn adds to what people are told beside an end that is no failure.
func (d *Deployment) warn(text string) { d.Change.Warnings = append(d.Change.Warnings, text) }

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
	if c.Capacity == (gennaker.Capacity{}) {
		c.Capacity = written(op.Config)
	}
	if err := c.capacity().Check(); err != nil {
		return nil, err
	}
	if err := c.checkTraffic(); err != nil {
		return nil, err
	}
	if c.Strategy == "monitored" {
		c.Rollback = c.FailureActions.rollback()
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
	d := &Deployment{
		Config: c,
		Old:    old,
		New: gennaker.CreateServerGroup{
			Location: op.Cluster.Location, Name: moniker.Name(), Moniker: moniker,
			LoadBalancers: c.LoadBalancers, Marks: marks(ctx, op), Spec: Spec(op.Config), Disabled: c.withoutTraffic(),
		},
		Change: gennaker.Change{Cluster: op.Cluster, ServerGroup: moniker.Name()},
		op:     op,
	}
	if err := d.size(ctx); err != nil {
		return nil, err
	}
	d.New.Source = d.follows()
	if d.Source != nil && d.Source.Image != "" {
		d.New.Marks[gennaker.MarkPreviousImage] = d.Source.Image
	}
	if Table[c.Strategy].InPlace {
		if err := d.stayInPlace(); err != nil {
			return nil, err
		}
	}
	d.Change.Capacity = &d.Wanted
	d.keep = min(inService(old, op.Health), c.healthy(d.Wanted.Desired))
	return d, nil
}

// inService is how many instances take traffic, by those whose judgment counts.
func inService(cluster []gennaker.ServerGroup, judges gennaker.HealthProviders) int {
	n := 0
	for _, g := range cluster {
		n += judges.InService(g)
	}
	return n
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
