package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gennaker/gennaker"
)

// group is a server group with what decides how its instances are.
type group struct {
	gennaker.ServerGroup
	*model                         // of its instances
	models    map[string]*model    // of some of them, if it is another
	anew      map[string]time.Time // when instances were rebooted
	made      int                  // instances so far: no id is used again
	stopped   bool                 // it has no instances
	out       int                  // percent of the instances kept out of traffic while it is enabled
	share     int                  // percentage of its cluster's traffic that a split has given it
	refresh   *refresh             // the newest
	refreshed map[string]bool      // the tokens of all of them
}

func newGroup(r gennaker.CreateServerGroup, created time.Time) *group {
	m := newModel(r.Spec)
	return &group{model: m, anew: map[string]time.Time{},
		ServerGroup: gennaker.ServerGroup{Location: r.Location, Name: r.Name, Moniker: r.Moniker, Capacity: r.Capacity,
			Enabled: !r.Disabled, Created: created, LoadBalancers: r.LoadBalancers, Marks: r.Marks, Image: m.image}}
}

// checks are those that a spec lists.
func checks(spec map[string]any) []gennaker.Check {
	byProvider, _ := spec[SpecChecks].(map[string]any)
	var list []gennaker.Check
	for _, name := range gennaker.SortedKeys(byProvider) {
		health, _ := byProvider[name].(string)
		list = append(list, gennaker.Check{Provider: name, Health: gennaker.Health(health)})
	}
	return list
}

// settle gives the server group as many instances as its capacity asks for,
// as far as nobody has suspended that.
func (g *group) settle(now time.Time) {
	wanted := g.Capacity.Desired
	if g.stopped {
		wanted = 0
	}
	if g.refreshing() {
		wanted += g.refresh.extra
	}
	for len(g.Instances) < wanted && !slices.Contains(g.Suspended, Launch) {
		i := gennaker.Instance{ID: fmt.Sprintf("%s-%d", g.Name, g.made), Launched: now}
		if g.refreshing() {
			if g.models == nil {
				g.models = map[string]*model{}
			}
			g.models[i.ID] = g.refresh.to
		}
		g.Instances = append(g.Instances, i)
		g.made++
	}
	if len(g.Instances) > wanted && !slices.Contains(g.Suspended, Terminate) {
		g.Instances = slices.Clone(g.Instances[:wanted])
	}
}

// seen is the server group as a reader sees it at that time.
func (g *group) seen(now time.Time) gennaker.ServerGroup {
	g.advance(now)
	seen := g.ServerGroup
	seen.Instances, seen.Suspended = nil, slices.Clone(g.Suspended)
	seen.Enabled, seen.Resting = g.Enabled && !g.stopped, g.stopped
	out := len(g.Instances) * g.out / 100
	for n, i := range g.Instances {
		m := g.of(i.ID)
		i.Health, i.Checks = m.health, slices.Clone(m.checks)
		switch {
		case now.Before(g.begun(i).Add(m.start)):
			i.Health = gennaker.Starting
		case i.Health == gennaker.Up && (!g.Enabled || n < out):
			i.Health = gennaker.OutOfService
		}
		seen.Instances = append(seen.Instances, i)
	}
	return seen
}

// begun is when an instance was started last.
func (g *group) begun(i gennaker.Instance) time.Time {
	if anew, ok := g.anew[i.ID]; ok {
		return anew
	}
	return i.Launched
}

func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	return c.changeIf("TerminateInstances", t.ServerGroupRef, func(g *group) error {
		going := g.Having(t.IDs)
		to := g.Capacity
		if t.Shrink {
			to.Desired -= len(going)
		}
		if err := to.Check(); err != nil {
			return fmt.Errorf("memory: terminate instances of %s: %w", g.Name, err)
		}
		g.Capacity = to
		g.Instances = g.Without(going).Instances
		return nil
	})
}

func (c *Cloud) RebootInstances(ctx context.Context, r gennaker.InstancesRef) error {
	return c.changeIf("RebootInstances", r.ServerGroupRef, func(g *group) error {
		if here := g.Having(r.IDs); len(here) < len(r.IDs) {
			return fmt.Errorf("memory: reboot instances of %s: %w: it has %v of %v", g.Name, gennaker.ErrNotFound, here, r.IDs)
		}
		for _, id := range r.IDs {
			g.anew[id] = c.clock()
		}
		return nil
	})
}

// Sicken gives the instances of a server group another health and other
// checks, those to come included. It does nothing if there is no such server group.
func (c *Cloud) Sicken(ref gennaker.ServerGroupRef, health gennaker.Health, checks ...gennaker.Check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.find(ref); at >= 0 {
		g := c.groups[at]
		g.health, g.checks = health, checks
		for _, m := range g.models {
			m.health, m.checks = health, checks
		}
	}
}

// SickenSome gives the first n instances of a server group, as they are now,
// another health. It does nothing if there is no such server group.
func (c *Cloud) SickenSome(ref gennaker.ServerGroupRef, n int, health gennaker.Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.find(ref)
	if at < 0 {
		return
	}
	g := c.groups[at]
	for _, i := range g.Instances[:min(n, len(g.Instances))] {
		ill := *g.of(i.ID)
		ill.health = health
		if g.models == nil {
			g.models = map[string]*model{}
		}
		g.models[i.ID] = &ill
	}
}

// InService is how many instances of a cluster take traffic, by the name of
// their server group. It is no call: no Fault sees it.
func (c *Cloud) InService(cluster gennaker.ClusterRef) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	serving := map[string]int{}
	for _, g := range c.groups {
		if seen := g.seen(c.clock()); g.Region == cluster.Region && g.Moniker.Cluster() == cluster.Name && seen.Serves() {
			serving[g.Name] = seen.Count(gennaker.Up)
		}
	}
	return serving
}
