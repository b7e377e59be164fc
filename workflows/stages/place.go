package stages

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

type placeConfig struct {
	Clusters []placeTarget `json:"clusters" jsonschema:"required" jsonschema_description:"Where instances can be: blocks as in a deploy stage, each with its quota and price if it has them. Their capacity does not count; their strategy is redblack unless they say otherwise."`
	Capacity int           `json:"capacity" jsonschema:"required,minimum=1" jsonschema_description:"How many instances there shall be in all."`
	Floor    *int          `json:"floor,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many must be in service in all the clusters at any time. Default: those that are when the stage begins, and at most capacity."`
	MaxShare int           `json:"maxShare,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"The most that one cluster may take, in percent of capacity. Default: all."`
	Timeout  int64         `json:"clusterTimeoutMs,omitempty" jsonschema:"minimum=0" jsonschema_description:"How long one cluster may take to have its instances healthy before they are placed elsewhere, in milliseconds. Default: 30 minutes."`
	Prices   string        `json:"prices,omitempty" jsonschema_description:"The name of a list in prices of the worker's configuration. It says what an instance costs where a block has no price."`
}

type placeTarget struct {
	strategies.Cluster
	Quota        *int     `json:"quota,omitempty" jsonschema:"minimum=0" jsonschema_description:"The most instances in each of the block's regions, if the cloud itself does not allow fewer."`
	Price        *float64 `json:"price,omitempty" jsonschema:"minimum=0" jsonschema_description:"What an instance costs in an hour, in the currency of all the others."`
	InstanceType string   `json:"instanceType,omitempty" jsonschema_description:"Reaches the cloud, as all of its own fields do; prices may be by it."`
}

// placeLimit is how long one cluster may take, when the document does not say.
const placeLimit = 30 * time.Minute

// Place splits instances over clusters, deploys to each, and moves what one of
// them cannot take to the others.
func Place(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[placeConfig](in.Config)
	if err != nil {
		return nil, err
	}
	p := &placing{in: in, placeConfig: c}
	if err := p.plan(); err != nil {
		return nil, err
	}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	err = p.settle(ctx)
	return p.outputs(), err
}

// placing is a placement under way.
type placing struct {
	in Input
	placeConfig
	floor     int
	places    []*place
	decisions []string // what was decided and why, in order
}

// place is one cluster that instances can be in.
type place struct {
	gennaker.Target
	deploy gennaker.Operation
	goal   gennaker.Share
	done   bool             // it is as the goal says
	lost   bool             // it cannot be looked at
	made   *gennaker.Change // what was deployed there; nil if nothing was
	has    int              // instances of that
}

// plan reads the document.
func (p *placing) plan() error {
	blocks, _ := p.in.Config["clusters"].([]any)
	if len(blocks) == 0 || len(blocks) != len(p.Clusters) {
		return fmt.Errorf("clusters: %w: a list of at least one cluster is wanted", gennaker.ErrInvalid)
	}
	if p.Capacity < 1 || p.Floor != nil && *p.Floor > p.Capacity {
		return fmt.Errorf("capacity %d: %w: it is at least 1, and no less than floor", p.Capacity, gennaker.ErrInvalid)
	}
	for i, t := range p.Clusters {
		block, _ := blocks[i].(map[string]any)
		if err := p.add(t, block); err != nil {
			return fmt.Errorf("clusters[%d]: %w", i, err)
		}
	}
	return nil
}

// add plans a block's deployment in each of its locations.
func (p *placing) add(t placeTarget, block map[string]any) error {
	if t.Strategy == "custom" || t.Strategy == "rollingpush" {
		return fmt.Errorf("strategy %s: %w: place decides how many instances a new server group has, and this makes none", t.Strategy, gennaker.ErrInvalid)
	}
	block = maps.Clone(block)
	for _, name := range []string{"quota", "price", "capacity", "useSourceCapacity", "preferSourceCapacity"} {
		delete(block, name)
	}
	if t.Strategy == "" {
		block["strategy"] = "redblack"
	}
	if _, ok := block["rollback"]; !ok {
		block["rollback"] = map[string]any{"onFailure": true}
	}
	list, err := p.in.deployment(t.Cluster, block)
	for _, op := range list {
		op.TimeoutMillis = cmp.Or(p.Timeout, placeLimit.Milliseconds())
		p.places = append(p.places, &place{deploy: op, Target: gennaker.Target{Cluster: op.Cluster, Quota: t.Quota, Price: t.Price}})
	}
	return err
}

// look finds out what runs where, and what it costs.
func (p *placing) look(ctx workflow.Context) error {
	if err := p.findPrices(ctx); err != nil {
		return err
	}
	if err := p.findQuotas(ctx); err != nil {
		return err
	}
	serving, err := p.serving(ctx)
	if err != nil {
		return err
	}
	total := 0
	for i, one := range p.places {
		one.Serving = serving[i]
		total += serving[i]
	}
	p.floor = min(total, p.Capacity)
	if p.Floor != nil {
		p.floor = *p.Floor
	}
	return nil
}

func (p *placing) findPrices(ctx workflow.Context) error {
	if p.Prices == "" {
		return nil
	}
	var of []gennaker.Price
	for _, one := range p.places {
		kind, _ := one.deploy.Config["instanceType"].(string)
		cloud, _ := one.deploy.Config["cloudProvider"].(string)
		of = append(of, gennaker.Price{Provider: cloud, Account: one.Cluster.Account, Region: one.Cluster.Region, InstanceType: kind})
	}
	found, err := ops.Prices(ctx, p.Prices, of)
	if err != nil {
		return err
	}
	for i, one := range p.places {
		if one.Price == nil {
			one.Price = found[i]
		}
	}
	return nil
}

// findQuotas asks the clouds what the accounts may have. What is made comes
// beside what runs, which leaves only when all is placed.
func (p *placing) findQuotas(ctx workflow.Context) error {
	if workflow.GetVersion(ctx, "ask clouds for quotas", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	var of []gennaker.QuotaQuery
	for _, one := range p.places {
		of = append(of, gennaker.QuotaQuery{Location: one.Cluster.Location, Spec: strategies.Spec(one.deploy.Config)})
	}
	found, err := ops.Quotas(ctx, of)
	for i, q := range found {
		p.places[i].Room = q
	}
	return err
}

// serving is how many instances are in service in each place. A place that
// cannot be looked at is ill, and counts for nothing.
func (p *placing) serving(ctx workflow.Context) ([]int, error) {
	counts := make([]int, len(p.places))
	group := workflow.NewWaitGroup(ctx)
	for i, one := range p.places {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			groups, err := ops.Glance(ctx, one.Cluster)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				one.lost = true
				p.fall(one, "it cannot be looked at: "+err.Error())
			default:
				counts[i] = inService(groups, one.deploy.Health)
			}
		})
	}
	group.Wait(ctx)
	return counts, ctx.Err()
}

func inService(groups []gennaker.ServerGroup, judges gennaker.HealthProviders) int {
	n := 0
	for _, g := range groups {
		n += judges.InService(g)
	}
	return n
}

// fall notes that nothing can be placed somewhere any more.
func (p *placing) fall(one *place, why string) {
	if one.Ill != "" {
		return
	}
	one.Ill = why
	p.decide("%s takes nothing more: %s", one.Cluster, why)
}

// decide notes a decision, for people.
func (p *placing) decide(format string, args ...any) {
	p.decisions = append(p.decisions, fmt.Sprintf(format, args...))
}

// outputs are those of a deploy stage, and how and why the instances were
// placed.
func (p *placing) outputs() Outputs {
	var changes []gennaker.Change
	for _, one := range p.places { // in their order, whichever came first
		if one.made != nil {
			changes = append(changes, *one.made)
		}
	}
	outputs := deployed(changes)
	if outputs == nil {
		outputs = Outputs{}
	}
	var shares []any
	cost := 0.0
	for _, one := range p.places {
		share := map[string]any{"account": one.Cluster.Account, "region": one.Cluster.Region, "cluster": one.Cluster.Name, "instances": 0, "reason": one.goal.Reason}
		if one.made != nil {
			share["serverGroup"], share["instances"] = one.made.ServerGroup, one.has
		}
		if one.Room.Limit != "" {
			share["limit"] = one.Room.Limit
		}
		if one.Room.Left != nil {
			share["left"] = *one.Room.Left
		}
		if one.Price != nil {
			share["price"] = *one.Price
			cost += *one.Price * float64(one.has)
		}
		shares = append(shares, share)
	}
	outputs["placement"] = map[string]any{"capacity": p.Capacity, "floor": p.floor, "costPerHour": cost, "shares": shares, "decisions": p.decisions}
	return outputs
}
