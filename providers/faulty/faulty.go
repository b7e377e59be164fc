// Package faulty is a provider that stands before another one and lets calls
// go wrong as they do in clouds: throttles, errors, connections that end before
// or after the call took effect, slow answers, and answers that show the cloud
// as it was a while ago. Nothing goes wrong unless it is told to.
package faulty

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Inner is what can be wrapped.
type Inner interface {
	providers.Provider
	providers.ServerGroups
}

// Config says what goes wrong. The zero value lets every call pass.
type Config struct {
	// Fault is asked before each call.
	Fault func(Call) Fault
	// Seen is told of each call when it is over. It must not call the provider.
	Seen func(context.Context, Outcome)
	// Now is the clock by which answers are old; default is the real one.
	Now func() time.Time
	// Pass lets the time of a slow answer pass; default is to sleep.
	Pass func(time.Duration)
	// Lag is how old stale answers are at most.
	Lag time.Duration
}

// Call is one call of the provider.
type Call struct {
	Method string // of the capability
	Region string
	Name   string // of the server group, or of the cluster that is listed
	Nth    int    // of the calls that are equal in all that, from 1
}

func (c Call) String() string { return strings.TrimSpace("faulty: " + c.Method + " " + c.Name) }

// Outcome is what became of a call.
type Outcome struct {
	Call
	Fault Fault // as it struck: a stale answer that is no different is none
	Err   error // what the caller was told
	// Before and After are all server groups around a call that reached the
	// cloud to change something; both are nil otherwise.
	Before, After []gennaker.ServerGroup
}

// Cloud is the provider with the faults before it. It makes one call at a time,
// and looks at the whole cloud around each change: it is for experiments.
type Cloud struct {
	inner  Inner
	config Config

	mu    sync.Mutex // held through each call
	count map[Call]int
	past  []view
}

// partial is a Cloud of what has partial traffic.
type partial struct {
	*Cloud
	inner providers.PartialTraffic
}

var (
	_ Inner                    = (*Cloud)(nil)
	_ providers.Lagging        = (*Cloud)(nil)
	_ providers.PartialTraffic = (*partial)(nil)
)

// Wrap puts faults before a provider. What it returns has server groups, and
// partial traffic if the provider has; none of the other capabilities.
func Wrap(p Inner, c Config) providers.Provider {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pass == nil {
		c.Pass = time.Sleep
	}
	cloud := &Cloud{inner: p, config: c, count: map[Call]int{}}
	if part, ok := p.(providers.PartialTraffic); ok {
		return &partial{cloud, part}
	}
	return cloud
}

func (c *Cloud) Name() string { return c.inner.Name() }

// Lag is as old as answers may be.
func (c *Cloud) Lag() time.Duration { return c.config.Lag }

func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	call := Call{Method: "List", Region: scope.Region, Name: scope.Application + scope.Cluster}
	return read(ctx, c, call,
		func() ([]gennaker.ServerGroup, error) { return c.inner.List(ctx, scope) },
		func(was view) ([]gennaker.ServerGroup, error) { return was.list(scope), nil })
}

func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	return read(ctx, c, to("Get", ref),
		func() (gennaker.ServerGroup, error) { return c.inner.Get(ctx, ref) },
		func(was view) (gennaker.ServerGroup, error) { return was.get(ref) })
}

func (c *Cloud) Create(ctx context.Context, r gennaker.CreateServerGroup) error {
	return c.change(ctx, to("Create", r.Ref()), func() error { return c.inner.Create(ctx, r) })
}

func (c *Cloud) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	return c.change(ctx, to("Resize", r.ServerGroupRef), func() error { return c.inner.Resize(ctx, r) })
}

func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, to("Enable", ref), func() error { return c.inner.Enable(ctx, ref) })
}

func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, to("Disable", ref), func() error { return c.inner.Disable(ctx, ref) })
}

func (c *partial) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.change(ctx, to("DisablePart", ref), func() error { return c.inner.DisablePart(ctx, ref, percent) })
}

func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, to("Destroy", ref), func() error { return c.inner.Destroy(ctx, ref) })
}

func to(method string, ref gennaker.ServerGroupRef) Call {
	return Call{Method: method, Region: ref.Region, Name: ref.Name}
}

// next numbers a call and decides what goes wrong with it.
func (c *Cloud) next(call Call) (Call, Fault) {
	c.count[call]++
	call.Nth = c.count[call]
	if c.config.Fault == nil {
		return call, Fault{}
	}
	return call, c.config.Fault(call)
}

func (c *Cloud) seen(ctx context.Context, o Outcome) error {
	if c.config.Seen != nil {
		c.config.Seen(ctx, o)
	}
	return o.Err
}

func (c *Cloud) wait(f Fault) {
	if f.Kind == Slow {
		c.config.Pass(f.By)
	}
}

// change makes a call that changes something.
func (c *Cloud) change(ctx context.Context, call Call, act func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	call, f := c.next(call)
	o := Outcome{Call: call, Fault: f, Err: f.before(call)}
	if o.Err != nil {
		return c.seen(ctx, o)
	}
	if o.Before, o.Err = c.inner.List(ctx, gennaker.Scope{}); o.Err != nil {
		return c.seen(ctx, o)
	}
	c.remember(o.Before)
	o.Err = act()
	var err error
	if o.After, err = c.inner.List(ctx, gennaker.Scope{}); err != nil && o.Err == nil {
		o.Err = fmt.Errorf("%s: look at what it has changed: %w", call, err)
	}
	c.wait(f)
	if o.Err == nil {
		o.Err = f.after(call)
	}
	return c.seen(ctx, o)
}
