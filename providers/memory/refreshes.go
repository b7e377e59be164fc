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
	left   []int     // percentages at which it will pause
	back   bool      // it is cancelled, and goes back to what was before
}

func (c *Cloud) StartRefresh(ctx context.Context, r gennaker.StartRefresh) error {
	return c.changeIf("StartRefresh", r.ServerGroupRef, func(g *group) error {
		g.advance(c.clock())
		if g.refreshed[r.Token] {
			return nil
		}
		if g.refreshing() {
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
			Refresh: gennaker.Refresh{Token: r.Token, State: gennaker.RefreshRunning, Step: min(1, len(r.Steps)), Started: c.clock()}, left: r.Steps}
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
		if found.State == gennaker.RefreshPaused {
			found.Percent = 100 * g.fresh(gennaker.Up) / max(1, g.Capacity.Desired)
		}
		return nil
	})
	return found, err
}

func (c *Cloud) ContinueRefresh(ctx context.Context, s gennaker.RefreshStep) error {
	return c.changeIf("ContinueRefresh", s.ServerGroupRef, func(g *group) error {
		g.advance(c.clock())
		switch r := g.refresh; {
		case !g.refreshed[s.Token]:
			return fmt.Errorf("memory: refresh %s of %s: %w", s.Token, g.Name, gennaker.ErrNotFound)
		case r.Token == s.Token && r.Step == s.Step && r.State == gennaker.RefreshPaused:
			r.State, r.moment, r.left = gennaker.RefreshRunning, c.clock(), r.left[1:]
			r.Step += min(1, len(r.left))
		}
		return nil
	})
}

func (c *Cloud) CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.changeIf("CancelRefresh", ref, func(g *group) error {
		g.advance(c.clock())
		switch r := g.refresh; {
		case !g.refreshing() || r.back:
		case r.Step == 0:
			r.State, r.extra = gennaker.RefreshCancelled, 0
		default: // it has steps
			r.State, r.moment, r.to, r.left, r.back = gennaker.RefreshRunning, c.clock(), g.model, nil, true
		}
		return nil
	})
}

func (g *group) refreshing() bool { return g.refresh != nil && !g.refresh.State.Over() }

// fresh is how many instances are of the new model, and would be of that health.
func (g *group) fresh(health gennaker.Health) int {
	n := 0
	for _, i := range g.Instances {
		if m := g.of(i.ID); m == g.refresh.to && m.health == health {
			n++
		}
	}
	return n
}

// goal is how many instances are to be new before it pauses, or in the end.
func (g *group) goal() int {
	if len(g.refresh.left) == 0 {
		return len(g.Instances)
	}
	return max(1, (g.Capacity.Desired*g.refresh.left[0]+99)/100)
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
	for g.refreshing() && g.refresh.State == gennaker.RefreshRunning {
		r := g.refresh
		at, ready := g.ready(r.moment)
		if !ready || at.After(now) {
			return
		}
		r.moment = at
		if len(r.left) > 0 && g.fresh(gennaker.Up) >= g.goal() {
			r.State = gennaker.RefreshPaused
			return
		}
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
		if r.back {
			r.State, r.Percent = gennaker.RefreshCancelled, 0
		}
		g.Image, g.models = r.to.image, nil
		return true
	}
	up := len(g.Instances) - len(old)
	for _, i := range old {
		if g.of(i.ID).health == gennaker.Up {
			up++
		}
	}
	going, most := map[string]bool{}, max(0, g.goal()-(len(g.Instances)-len(old)))
	for _, i := range old {
		switch {
		case len(going) == most:
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
