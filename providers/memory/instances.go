package memory

import (
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
)

// group is a server group with what decides how its instances are.
type group struct {
	gennaker.ServerGroup
	health gennaker.Health // of instances that have started
	start  time.Duration   // how long that takes
	out    int             // percent of the instances kept out of traffic while it is enabled
}

func newGroup(r gennaker.CreateServerGroup, created time.Time) *group {
	health, image := gennaker.Up, ""
	if text, ok := r.Spec[SpecHealth].(string); ok {
		health = gennaker.Health(text)
	}
	image, _ = r.Spec[SpecImage].(string)
	start, _ := r.Spec[SpecStart].(float64)
	return &group{health: health, start: time.Duration(start * float64(time.Second)),
		ServerGroup: gennaker.ServerGroup{Location: r.Location, Name: r.Name, Moniker: r.Moniker, Capacity: r.Capacity,
			Enabled: true, Created: created, LoadBalancers: r.LoadBalancers, Marks: r.Marks, Image: image}}
}

// settle gives the server group as many instances as its capacity asks for.
func (g *group) settle(now time.Time) {
	for i := len(g.Instances); i < g.Capacity.Desired; i++ {
		g.Instances = append(g.Instances, gennaker.Instance{ID: fmt.Sprintf("%s-%d", g.Name, i), Launched: now})
	}
	g.Instances = g.Instances[:g.Capacity.Desired]
}

// seen is the server group as a reader sees it at that time.
func (g *group) seen(now time.Time) gennaker.ServerGroup {
	seen := g.ServerGroup
	seen.Instances = nil
	out := len(g.Instances) * g.out / 100
	for n, i := range g.Instances {
		i.Health = g.health
		switch {
		case now.Before(i.Launched.Add(g.start)):
			i.Health = gennaker.Starting
		case i.Health == gennaker.Up && (!g.Enabled || n < out):
			i.Health = gennaker.OutOfService
		}
		seen.Instances = append(seen.Instances, i)
	}
	return seen
}

// Sicken gives the instances of a server group another health, those to come
// included. It does nothing if there is no such server group.
func (c *Cloud) Sicken(ref gennaker.ServerGroupRef, health gennaker.Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.find(ref); at >= 0 {
		c.groups[at].health = health
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
