// Package memory is a cloud that exists in memory alone: for the tests of
// workflows, for dry runs and for simulations. It keeps the whole contract,
// and can be told to fail.
package memory

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Cloud is one account. The zero value is an empty cloud whose instances are
// healthy at once.
type Cloud struct {
	mu      sync.Mutex // guards all below
	groups  []*group
	jobs    []gennaker.Job
	images  []gennaker.Image
	code    []*function
	objects []*object
	made    int // objects so far
	kept    []*service
	most    *int      // instances that there may be in all; nil is any number
	created time.Time // of the newest server group or job: no two are equal
	calls   map[string]int

	// Fault, if set before use, is asked before and after each call; the error
	// it returns is the call's. After a call it is a lost answer: the call has
	// had its effect.
	Fault func(c Call) error
	// Now, if set before use, is the cloud's clock.
	Now func() time.Time
}

// Call is one call of the cloud.
type Call struct {
	Method      string // of a capability of package providers
	ServerGroup string
	Cluster     string
	Job         string
	Image       string
	Function    string
	Object      string // of a manifest: "deployment shop"
	Service     string
	After       bool // the call has had its effect
}

var (
	_ providers.ServerGroups     = (*Cloud)(nil)
	_ providers.PartialTraffic   = (*Cloud)(nil)
	_ providers.TrafficSplits    = (*Cloud)(nil)
	_ providers.Refreshes        = (*Cloud)(nil)
	_ providers.SteppedRefreshes = (*Cloud)(nil)
	_ providers.Specs            = (*Cloud)(nil)
	_ providers.Quotas           = (*Cloud)(nil)
	_ providers.Images           = (*Cloud)(nil)
	_ providers.Instances        = (*Cloud)(nil)
	_ providers.Reboots          = (*Cloud)(nil)
	_ providers.Stops            = (*Cloud)(nil)
	_ providers.Attachments      = (*Cloud)(nil)
	_ providers.Services         = (*Cloud)(nil)
	_ providers.Processes        = (*Cloud)(nil)
	_ providers.Jobs             = (*Cloud)(nil)

	_ providers.Functions       = (*Cloud)(nil)
	_ providers.FunctionTraffic = (*Cloud)(nil)

	_ providers.Manifests = (*Cloud)(nil)
	_ providers.Rollouts  = (*Cloud)(nil)
)

// The fields of a cluster's spec.
const (
	SpecImage   = "image"   // what runs in the server group; any text
	SpecImageID = "imageId" // says the same
	SpecHealth  = "health"  // of its instances, a gennaker.Health; without it they are Up
	SpecStart   = "start"   // seconds that an instance is Starting before that
	SpecChecks  = "checks"  // of its instances, a gennaker.Health by health provider; without it there are none
)

func (c *Cloud) Name() string { return "memory" }

// Seen are the server groups as they are, whatever goes wrong with calls.
func (c *Cloud) Seen() []gennaker.ServerGroup {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []gennaker.ServerGroup
	for _, g := range c.groups {
		list = append(list, g.seen(c.clock()))
	}
	return list
}

// Calls counts the mutations by method and server group, job or image, as in
// "Create shop-v000".
func (c *Cloud) Calls() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := make(map[string]int, len(c.calls))
	for name, n := range c.calls {
		calls[name] = n
	}
	return calls
}

func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var list []gennaker.ServerGroup
	err := c.call(Call{Method: "List"}, func() error {
		for _, g := range c.groups {
			if matches(scope.Region, g.Region) && matches(scope.Application, g.Moniker.App) && matches(scope.Cluster, g.Moniker.Cluster()) {
				list = append(list, g.seen(c.clock()))
			}
		}
		return nil
	})
	gennaker.SortServerGroups(list)
	return list, err
}

func matches(wanted, got string) bool { return wanted == "" || wanted == got }

func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var found gennaker.ServerGroup
	err := c.change("Get", ref, func(g *group) { found = g.seen(c.clock()) })
	return found, err
}

func (c *Cloud) Create(ctx context.Context, r gennaker.CreateServerGroup) error {
	return c.call(Call{Method: "Create", ServerGroup: r.Name}, func() error {
		if err := r.Capacity.Check(); err != nil {
			return fmt.Errorf("memory: create %s: %w", r.Name, err)
		}
		if at := c.find(r.Ref()); at >= 0 {
			if c.groups[at].Marks[gennaker.MarkToken] == r.Marks[gennaker.MarkToken] {
				return nil
			}
			return fmt.Errorf("memory: create %s: %w", r.Name, gennaker.ErrExists)
		}
		g := newGroup(r, c.now())
		g.settle(c.clock())
		c.groups = append(c.groups, g)
		return nil
	})
}

// now is later than the creation of every server group and job.
func (c *Cloud) now() time.Time {
	now := c.clock()
	if !now.After(c.created) {
		now = c.created.Add(time.Nanosecond)
	}
	c.created = now
	return now
}

func (c *Cloud) clock() time.Time {
	if c.Now != nil {
		return c.Now().UTC()
	}
	return time.Now().UTC()
}

func (c *Cloud) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	if err := r.Capacity.Check(); err != nil {
		return fmt.Errorf("memory: resize %s: %w", r.Name, err)
	}
	return c.change("Resize", r.ServerGroupRef, func(g *group) { g.Capacity = r.Capacity })
}

func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("Enable", ref, func(g *group) { g.Enabled, g.out, g.stopped = true, 0, false })
}

func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("Disable", ref, func(g *group) { g.Enabled, g.share = false, 0 })
}

func (c *Cloud) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.change("DisablePart", ref, func(g *group) { g.out = percent })
}

func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.call(Call{Method: "Destroy", ServerGroup: ref.Name}, func() error {
		if at := c.find(ref); at >= 0 {
			c.groups = append(c.groups[:at:at], c.groups[at+1:]...)
		}
		return nil
	})
}

func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := c.change("Spec", ref, func(g *group) { spec = maps.Clone(g.spec) })
	return spec, err
}

// change applies f to a server group.
func (c *Cloud) change(method string, ref gennaker.ServerGroupRef, f func(*group)) error {
	return c.changeIf(method, ref, func(g *group) error { f(g); return nil })
}

// changeIf applies f, which may refuse, to a server group.
func (c *Cloud) changeIf(method string, ref gennaker.ServerGroupRef, f func(*group) error) error {
	return c.call(Call{Method: method, ServerGroup: ref.Name}, func() error {
		at := c.find(ref)
		if at < 0 {
			return fmt.Errorf("memory: %s: %w", ref.Name, gennaker.ErrNotFound)
		}
		if err := f(c.groups[at]); err != nil {
			return err
		}
		c.groups[at].settle(c.clock())
		return nil
	})
}

// reads are the methods that change nothing.
var reads = map[string]bool{"List": true, "Get": true, "GetJob": true, "Spec": true, "GetQuota": true, "FindImages": true, "GetRefresh": true, "GetFunction": true, "GetManifest": true, "ListManifests": true, "FindRevision": true, "GetService": true, "GetTraffic": true}

// call runs f alone, with the faults around it.
func (c *Cloud) call(call Call, f func() error) error {
	if err := c.fault(call); err != nil {
		return err
	}
	c.mu.Lock()
	err := f()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	if !reads[call.Method] {
		c.calls[call.Method+" "+call.ServerGroup+call.Cluster+call.Job+call.Image+call.Function+call.Object+call.Service]++
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	call.After = true
	return c.fault(call)
}

func (c *Cloud) fault(call Call) error {
	if c.Fault == nil {
		return nil
	}
	return c.Fault(call)
}

// find returns the server group's place, or -1.
func (c *Cloud) find(ref gennaker.ServerGroupRef) int {
	for i, g := range c.groups {
		if g.Name == ref.Name && g.Region == ref.Region {
			return i
		}
	}
	return -1
}
