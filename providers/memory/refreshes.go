package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gennaker/gennaker"
)

// model is what instances are made of.
type model struct {
	spec   map[string]any
	image  string
	health gennaker.Health // once they have started
	checks []gennaker.Check
	start  time.Duration // how long that takes
}

func newModel(spec map[string]any) *model {
	m := &model{spec: spec, health: gennaker.Up, checks: checks(spec)}
	if text, ok := spec[SpecHealth].(string); ok {
		m.health = gennaker.Health(text)
	}
	for _, field := range []string{SpecImageID, SpecImage} {
		if text, ok := spec[field].(string); ok {
			m.image = text
		}
	}
	start, _ := spec[SpecStart].(float64)
	m.start = time.Duration(start * float64(time.Second))
	return m
}

// refresh replaces the instances of a server group by ones of another model.
type refresh struct {
	gennaker.Refresh
	to     *model
	least  int       // instances that must be up meanwhile
	moment time.Time // when it went on last
	extra  int       // instances more than wanted, where none can be spared before
}

func (c *Cloud) StartRefresh(ctx context.Context, r gennaker.StartRefresh) error {
	return c.changeIf("StartRefresh", r.ServerGroupRef, func(g *group) error {
		g.advance(c.clock())
		if g.refreshed[r.Token] {
			return nil
		}
		if g.refresh != nil && g.refresh.State == gennaker.RefreshRunning {
			return fmt.Errorf("memory: refresh %s: %w: another refresh is under way", g.Name, gennaker.ErrExists)
		}
		if r.MinHealthy < 0 || r.MinHealthy > 100 {
			return fmt.Errorf("memory: refresh %s: %w: %d is no percentage", g.Name, gennaker.ErrInvalid, r.MinHealthy)
		}
		spec := maps.Clone(g.spec)
		if spec == nil {
			spec = map[string]any{}
		}
		maps.Copy(spec, r.Spec)
		if g.refreshed == nil {
			g.refreshed = map[string]bool{}
		}
		g.refreshed[r.Token] = true
		g.refresh = &refresh{to: newModel(spec), least: (g.Capacity.Desired*r.MinHealthy + 99) / 100, moment: c.clock(),
			Refresh: gennaker.Refresh{Token: r.Token, State: gennaker.RefreshRunning, Started: c.clock()}}
		return nil
	})
}

func (c *Cloud) GetRefresh(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.Refresh, error) {
	var found gennaker.Refresh
	err := c.changeIf("GetRefresh", ref, func(g *group) error {
		g.advance(c.clock())
		if g.refresh == nil {
			return fmt.Errorf("memory: refresh of %s: %w: there was none", g.Name, gennaker.ErrNotFound)
		}
		found = g.refresh.Refresh
		return nil
	})
	return found, err
}

func (c *Cloud) CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.changeIf("CancelRefresh", ref, func(g *group) error {
		g.advance(c.clock())
		if g.refreshing() {
			g.refresh.State, g.refresh.extra = gennaker.RefreshCancelled, 0
		}
		return nil
	})
}

func (g *group) refreshing() bool {
	return g.refresh != nil && g.refresh.State == gennaker.RefreshRunning
}

// of is what an instance is made of.
func (g *group) of(id string) *model {
	if m := g.models[id]; m != nil {
		return m
	}
	return g.model
}

// advance lets the refresh under way, if any, go on until now: each step when
// the instances of the one before are up.
func (g *group) advance(now time.Time) {
	for g.refreshing() {
		r := g.refresh
		at, ready := g.ready(r.moment)
		if !ready || at.After(now) {
			return
		}
		r.moment = at
		if !g.step() {
			return
		}
	}
}

// ready is when all new instances are up.
func (g *group) ready(since time.Time) (time.Time, bool) {
	for _, i := range g.Instances {
		m := g.of(i.ID)
		if m != g.refresh.to {
			continue
		}
		if m.health != gennaker.Up {
			return since, false
		}
		if up := g.begun(i).Add(m.start); up.After(since) {
			since = up
		}
	}
	return since, true
}

// step replaces as many old instances as can be spared, or makes a new one
// beside them if none can. It reports whether it did anything.
func (g *group) step() bool {
	r := g.refresh
	old := slices.DeleteFunc(slices.Clone(g.Instances), func(i gennaker.Instance) bool { return g.of(i.ID) == r.to })
	r.Percent = 100
	if len(g.Instances) > 0 {
		r.Percent = 100 * (len(g.Instances) - len(old)) / len(g.Instances)
	}
	if len(old) == 0 {
		r.State, r.extra, g.model = gennaker.RefreshSucceeded, 0, r.to
		g.Image, g.models = r.to.image, nil
		return true
	}
	up := len(g.Instances) - len(old)
	for _, i := range old {
		if g.of(i.ID).health == gennaker.Up {
			up++
		}
	}
	going := map[string]bool{}
	for _, i := range old {
		switch {
		case g.of(i.ID).health != gennaker.Up:
			going[i.ID] = true
		case up > r.least:
			going[i.ID] = true
			up--
		}
	}
	g.Instances = slices.DeleteFunc(slices.Clone(g.Instances), func(i gennaker.Instance) bool { return going[i.ID] })
	r.extra = 0
	if len(going) == 0 {
		r.extra = 1
	}
	before := g.made
	g.settle(r.moment)
	return len(going) > 0 || g.made > before
}
