// Package azuretest is an Azure for tests: scale sets with their instances, the
// backend pools of load balancers and application gateways, images and
// galleries, with the times that all of it takes. Requests come in and answers
// go out through Microsoft's own typed fake servers; what is behind them is
// here. It is wire compatible with the resource manager, as far as the provider
// asks for it, and the clock may be a fast one.
package azuretest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Config is how the cloud behaves.
type Config struct {
	// Speed is how many seconds pass in it each second; default 1.
	Speed float64
	// Clock is its time; default one of that speed.
	Clock simulation.Clock
	// Page is how many items it lists in one answer; default 10.
	Page int
	// Quota is how many instances there may be; default 1000.
	Quota int
	// Delays are how long things take; zero is what is usual here.
	Delays Delays
}

// Delays are how long things take, by the cloud's clock.
type Delays struct {
	Provision time.Duration // until a machine runs
	Warm      time.Duration // and then until it is healthy
	Model     time.Duration // an operation that changes a model
	Upgrade   time.Duration // one that brings instances up to it
	Restart   time.Duration // until a machine runs again
	Delete    time.Duration // until it is gone
}

var usual = Delays{Provision: 5 * time.Second, Warm: 3 * time.Second, Model: 2 * time.Second, Upgrade: 3 * time.Second,
	Restart: 4 * time.Second, Delete: 4 * time.Second}

// Subscription is the only one that there is.
const Subscription = "00000000-0000-0000-0000-000000000001"

// Cloud is the state of a subscription. It is safe to share.
type Cloud struct {
	config Config

	mu         sync.Mutex // guards what follows
	groups     map[string]bool
	sets       map[string]*set // by id, in lower case
	operations map[string]*operation
	balancers  []*balancer
	images     []*image
	broken     map[string]string  // by the name of a scale set, why its machines will not start
	failing    map[string]Failure // by the name of a scale set, how its next operation ends
	effects    map[string]int
	restarts   int
	asked      map[string]int // how often, by the action
	limits     map[string]int // that were set, by what they bound
	numbers    int            // given out
	refuse     func(method, path string) *Refusal
}

// New makes an empty subscription.
func New(c Config) *Cloud {
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Page == 0 {
		c.Page = 10
	}
	if c.Quota == 0 {
		c.Quota = 1000
	}
	if c.Delays == (Delays{}) {
		c.Delays = usual
	}
	if c.Clock == nil {
		c.Clock = simulation.Fast(c.Speed)
	}
	return &Cloud{config: c, groups: map[string]bool{}, sets: map[string]*set{}, operations: map[string]*operation{},
		broken: map[string]string{}, failing: map[string]Failure{}, effects: map[string]int{}, asked: map[string]int{}, limits: map[string]int{}}
}

// now is the time by the cloud's clock.
func (c *Cloud) now() time.Time { return c.config.Clock.Now().UTC() }

// number is one that was not given out before.
func (c *Cloud) number() int {
	c.numbers++
	return c.numbers
}

// AddResourceGroup makes a resource group.
func (c *Cloud) AddResourceGroup(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.groups[strings.ToLower(name)] = true
}

// Sicken has the machines of a scale set fail their health checks, or pass them
// again.
func (c *Cloud) Sicken(name string, ill bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sets {
		if s.name() != name {
			continue
		}
		for _, m := range s.machines {
			m.ill = ill
		}
	}
}

// Break has the machines of a scale set that is still to be made fail to start,
// for that reason.
func (c *Cloud) Break(name, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken[name] = why
}

// Failure is why an operation fails that was accepted.
type Failure struct{ Code, Message string }

// FailNext has the next operation on a scale set, which is there or is still to be
// made, be accepted and then fail.
func (c *Cloud) FailNext(name string, how Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing[name] = how
}

// ForgetOperations has the cloud know of no operation any more, as if they had
// been long ago.
func (c *Cloud) ForgetOperations() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.operations)
}

// Effects counts what requests have changed, by what they did, but for
// restarts.
func (c *Cloud) Effects() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]int{}
	for what, n := range c.effects {
		all[what] = n
	}
	return all
}

// Restarts counts the machines that requests have restarted.
func (c *Cloud) Restarts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.restarts
}

// Actions are what was asked for, as role definitions name it, such as
// Microsoft.Compute/virtualMachineScaleSets/read.
func (c *Cloud) Actions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for action := range c.asked {
		all = append(all, action)
	}
	return all
}

// Asked counts the requests for an action, also those that were refused.
func (c *Cloud) Asked(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[action]
}

// Refusal is an error that the cloud answers with.
type Refusal struct {
	Status        int
	Code, Message string
	RetryAfter    int // seconds, if not 0
}

// Refuse has requests asked whether they are refused; nil lets all through.
func (c *Cloud) Refuse(decide func(method, path string) *Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = decide
}

// id is that of a resource, such as one of kind Microsoft.Compute/images.
func id(group, kind, name string) string {
	return fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/%s/%s", Subscription, group, kind, name)
}

// value is what a pointer of the SDK points to, or nothing.
func value[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
