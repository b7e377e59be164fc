package localcloud

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// group is a server group that there shall be, as it is kept, and its
// instances, oldest first.
type group struct {
	client.ServerGroup
	instances []*instance
}

// wanted is how many instances the group shall have.
func (g *group) wanted() int {
	if g.Destroying {
		return 0
	}
	return g.Capacity.Desired
}

// view is the group as the API shows it.
func (g *group) view() client.ServerGroup {
	v := g.ServerGroup
	v.Processes = map[string]int{}
	for _, i := range g.instances {
		health, reason := i.health(g)
		shown := gennaker.Instance{ID: i.row.ID, Health: health, Reason: reason, Launched: i.row.Launched}
		if i.row.Port != 0 {
			shown.Address = loopback(i.row.Port)
		}
		v.Instances = append(v.Instances, shown)
		if i.process != nil {
			v.Processes[i.row.ID] = i.process.ID().PID
			v.InFlight += i.backend.InFlight()
		}
	}
	return v
}

func (c *Cloud) serverGroups(scope gennaker.Scope) []client.ServerGroup {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []client.ServerGroup{}
	for _, g := range c.groups {
		if matches(scope.Application, g.Moniker.App) && matches(scope.Cluster, g.Moniker.Cluster()) {
			list = append(list, g.view())
		}
	}
	slices.SortFunc(list, func(a, b client.ServerGroup) int { return a.Created.Compare(b.Created) })
	return list
}

func matches(wanted, got string) bool { return wanted == "" || wanted == got }

func (c *Cloud) serverGroup(name string) (client.ServerGroup, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.groups[name]
	if !ok {
		return client.ServerGroup{}, fmt.Errorf("server group %s: %w", name, gennaker.ErrNotFound)
	}
	return g.view(), nil
}

// create makes a server group, its load balancers and its instances. It can
// be called again with the same token mark, and then makes what is missing.
func (c *Cloud) create(name string, r client.Create) error {
	g, err := newGroup(name, r)
	if err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.groups[name]; ok {
		return c.createAgain(old, r)
	}
	for _, balancer := range g.LoadBalancers {
		if _, err := c.ensureBalancer(balancer, ""); err != nil {
			return fmt.Errorf("server group %s: load balancer %s: %w", name, balancer, err)
		}
	}
	g.Created = c.now()
	if err := c.store.PutServerGroup(g.ServerGroup); err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	c.groups[name] = g
	c.log.Info("server group created", zap.String("serverGroup", name), zap.Stringer("capacity", g.Capacity))
	return c.settle(g)
}

func newGroup(name string, r client.Create) (*group, error) {
	if r.Moniker.App == "" {
		r.Moniker = gennaker.ParseMoniker(name)
	}
	spec, err := resolve(r.Spec)
	for _, err := range []error{client.CheckName(name), r.Moniker.Check(), r.Capacity.Check(), err} {
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(r.LoadBalancers)
	return &group{ServerGroup: client.ServerGroup{Spec: spec, ServerGroup: gennaker.ServerGroup{
		Location: gennaker.In("", ""), Name: name, Moniker: r.Moniker, Capacity: r.Capacity, Enabled: !r.Disabled,
		Image:         strings.Join(append([]string{spec.Command}, spec.Arguments...), " "),
		LoadBalancers: slices.Compact(r.LoadBalancers), Marks: r.Marks,
	}}}, nil
}

// createAgain decides about a name that is taken.
func (c *Cloud) createAgain(old *group, r client.Create) error {
	token := r.Marks[gennaker.MarkToken]
	switch {
	case old.Destroying:
		return fmt.Errorf("server group %s: %w: it is being destroyed", old.Name, gennaker.ErrExists)
	case token == "" || token != old.Marks[gennaker.MarkToken]:
		return fmt.Errorf("server group %s: %w", old.Name, gennaker.ErrExists)
	}
	return c.settle(old)
}

// now is later than the creation of every server group and job.
func (c *Cloud) now() time.Time {
	now := time.Now().UTC().Round(0)
	if !now.After(c.created) {
		now = c.created.Add(time.Nanosecond)
	}
	c.created = now
	return now
}

func (c *Cloud) resize(name string, capacity gennaker.Capacity) error {
	if err := capacity.Check(); err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	return c.change(name, func(g *client.ServerGroup) { g.Capacity = capacity })
}

func (c *Cloud) enable(name string) error {
	return c.change(name, func(g *client.ServerGroup) { g.Enabled, g.Out = true, 0 })
}

func (c *Cloud) disable(name string) error {
	return c.change(name, func(g *client.ServerGroup) { g.Enabled = false })
}

func (c *Cloud) disablePart(name string, percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("server group %s: %w: %d is no percentage", name, gennaker.ErrInvalid, percent)
	}
	return c.change(name, func(g *client.ServerGroup) { g.Out = percent })
}

func (c *Cloud) destroy(name string) error {
	return c.change(name, func(g *client.ServerGroup) { g.Destroying, g.Enabled = true, false })
}

// change keeps a server group as do has altered it, and has it made so. One
// that is being destroyed can only be destroyed.
func (c *Cloud) change(name string, do func(*client.ServerGroup)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.groups[name]
	if !ok {
		return fmt.Errorf("server group %s: %w", name, gennaker.ErrNotFound)
	}
	changed := g.ServerGroup
	do(&changed)
	if g.Destroying && (changed.Enabled || changed.Capacity != g.Capacity) {
		return fmt.Errorf("server group %s: %w: it is being destroyed", name, gennaker.ErrNotFound)
	}
	if err := c.store.PutServerGroup(changed); err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	g.ServerGroup = changed
	c.log.Info("server group changed", zap.String("serverGroup", name), zap.Stringer("capacity", g.Capacity),
		zap.Bool("enabled", g.Enabled), zap.Int("out", g.Out), zap.Bool("destroying", g.Destroying))
	return c.settle(g)
}

// settle starts and retires instances until there are as many as wanted, and
// removes a group that was destroyed once it has none. Call with mu held
// after anything that may change that.
func (c *Cloud) settle(g *group) error {
	defer c.route()
	if c.halted || c.ctx.Err() != nil {
		return nil
	}
	staying := g.staying()
	for range g.wanted() - len(staying) {
		if err := c.add(g); err != nil {
			return fmt.Errorf("server group %s: %w", g.Name, err)
		}
	}
	c.retire(surplus(g, staying))
	if !g.Destroying || len(g.instances) > 0 {
		return nil
	}
	if err := c.store.DeleteServerGroup(g.Name); err != nil {
		return fmt.Errorf("server group %s: %w", g.Name, err)
	}
	delete(c.groups, g.Name)
	c.log.Info("server group destroyed", zap.String("serverGroup", g.Name))
	return nil
}

// staying are the instances that are not on their way out.
func (g *group) staying() []*instance {
	var list []*instance
	for _, i := range g.instances {
		if !i.row.Stopping {
			list = append(list, i)
		}
	}
	return list
}

// out reports whether an instance is one of those that are kept out of traffic
// though the group is enabled: the oldest that stay.
func (g *group) out(i *instance) bool {
	if g.Out == 0 {
		return false
	}
	staying := g.staying()
	return slices.Contains(staying[:len(staying)*g.Out/100], i)
}

// surplus are the instances that a group has too many: those that are not up
// first, then the newest.
func surplus(g *group, staying []*instance) []*instance {
	n := len(staying) - g.wanted()
	if n <= 0 {
		return nil
	}
	slices.Reverse(staying)
	slices.SortStableFunc(staying, func(a, b *instance) int { return order(a.row.Up) - order(b.row.Up) })
	return staying[:n]
}

func order(up bool) int {
	if up {
		return 1
	}
	return 0
}
