package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
	"github.com/gennaker/gennaker/providers/memory"
)

// ground is a cloud to deploy to, with faults before it, and what can be seen
// of it from outside.
type ground interface {
	provider() providers.Provider
	// List is the cloud's, without faults once it rests.
	List(context.Context, gennaker.Scope) ([]gennaker.ServerGroup, error)
	// inService are the instances that take traffic in a region, by server
	// group.
	inService(region string) map[string]int
	// begin has calls go wrong from now on.
	begin()
	// rest has everything come to an end, and nothing go wrong any more.
	rest()
	// stray is what is there and belongs to no server group.
	stray() []string
	close()
}

// kind is a kind of ground.
type kind struct {
	name, title string
	sizes       []int // of server groups
	spec        func(t trial, image string) map[string]any
	oldest      time.Duration // its answers may be
	open        func(t trial, w *watcher) (ground, error)
	deployments int // that are worth it
	atOnce      int // of them, for each processor
}

var kinds = []kind{
	{name: "memory", title: "a cloud in memory", sizes: []int{1, 2, 4, 10}, oldest: 10 * time.Second, deployments: 5000, atOnce: 1, open: openMemory,
		spec: func(t trial, image string) map[string]any {
			health := "Up"
			if image == sickImage {
				health = "Down"
			}
			return map[string]any{memory.SpecImage: image, memory.SpecStart: float64(t.start), memory.SpecHealth: health}
		}},
	amazonKind,
}

const sickImage = "shop-sick"

// remembered is a memory.Cloud as a ground.
type remembered struct {
	*memory.Cloud
	wrapped providers.Provider
}

func openMemory(t trial, w *watcher) (ground, error) {
	cloud := &memory.Cloud{Now: w.clock.Now}
	w.clock.tick()
	if err := errors.Join(furnish(t, cloud), retire(t, cloud)); err != nil {
		return nil, err
	}
	g := &remembered{Cloud: cloud}
	g.wrapped = faulty.Wrap(cloud, faulty.Config{Now: w.clock.Now, Pass: w.clock.pass, Lag: t.chance.oldest, Seen: w.seen,
		Fault: func(c faulty.Call) faulty.Fault {
			w.clock.tick()
			w.before()
			return t.chance.fault(c, c.Method == "Get" || c.Method == "List")
		}})
	return g, nil
}

func (g *remembered) provider() providers.Provider { return g.wrapped }
func (g *remembered) begin()                       {}
func (g *remembered) rest()                        {}
func (g *remembered) stray() []string              { return nil }
func (g *remembered) close()                       {}

func (g *remembered) inService(region string) map[string]int {
	return g.InService(gennaker.ClusterRef{Location: gennaker.In("cloud", region), Name: "shop-web"})
}

// furnish makes what is there before.
func furnish(t trial, cloud providers.ServerGroups) error {
	for _, region := range t.scenario.regions {
		for _, b := range t.scenario.before {
			c := b.make(t, region)
			if err := cloud.Create(context.Background(), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// retire takes out of traffic what shall be so before.
func retire(t trial, cloud providers.ServerGroups) error {
	for _, region := range t.scenario.regions {
		for _, b := range t.scenario.before {
			if !b.disabled {
				continue
			}
			if err := cloud.Disable(context.Background(), b.make(t, region).Ref()); err != nil {
				return err
			}
		}
	}
	return nil
}

// withoutCluster is a name as it is shown in timelines.
func withoutCluster(name string) string { return strings.TrimPrefix(name, "shop-web-") }

// settling is how long everything takes to come to an end.
const settling = 20 * time.Minute
