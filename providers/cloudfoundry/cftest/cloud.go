package cftest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Cloud is a Cloud Foundry. It is safe to share.
type Cloud struct {
	clock simulation.Clock
	times Times
	mux   *http.ServeMux

	mu          sync.Mutex // guards all below
	effects     map[string]int
	tokens      map[string]bool
	users       map[string]string // their passwords; also of clients
	registries  map[string]login  // by their hosts, of those that want one
	sick        map[string]bool   // instances, by their guid
	logs        map[string][]line // by the app's guid
	orgs        []*org
	quotas      []*quota
	spaces      []*space
	domains     []*domain
	apps        []*app
	packages    []*pkg
	builds      []*build
	droplets    []*droplet
	processes   []*process
	routes      []*route
	plans       []*plan
	services    []*service
	bindings    []*binding
	tasks       []*task
	deployments []*deployment
	jobs        []*job
}

// New makes an empty cloud, with the user admin and the client gennaker, whose
// passwords are secret.
func New(c Config) *Cloud {
	if c.Clock == nil {
		c.Clock = simulation.Real{}
	}
	cloud := &Cloud{clock: c.Clock, times: c.Times, effects: map[string]int{}, tokens: map[string]bool{}, sick: map[string]bool{}, registries: map[string]login{},
		logs: map[string][]line{}, users: map[string]string{"admin": "secret", "gennaker": "secret"}}
	cloud.mux = cloud.routesOf(table)
	return cloud
}

// Effects counts the requests that changed something, by method and path. One
// that found things as they were asked for, or was refused, is not counted.
func (c *Cloud) Effects() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.effects)
}

// AddSpace makes a space, with its organization if there is none of that name.
func (c *Cloud) AddSpace(organization, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := find(c.orgs, func(o *org) bool { return o.name == organization })
	if o == nil {
		o = &org{object: c.object(), name: organization}
		c.orgs = append(c.orgs, o)
	}
	c.spaces = append(c.spaces, &space{object: c.object(), name: name, org: o})
}

// AddDomain makes a domain that all organizations share. The first is where
// routes of no particular domain go.
func (c *Cloud) AddDomain(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.domains = append(c.domains, &domain{object: c.object(), name: name})
}

// AddService offers a service in plans. A plan whose name ends in -broken
// cannot be made.
func (c *Cloud) AddService(offering string, plans ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range plans {
		c.plans = append(c.plans, &plan{object: c.object(), name: name, offering: offering})
	}
}

// AddRegistry has the images of a host be for that user alone.
func (c *Cloud) AddRegistry(host, user, password string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.registries[host] = login{user, password}
}

// Sicken has an instance crash, or be well again.
func (c *Cloud) Sicken(instance string, ill bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sick[instance] = ill
}

// object is what all things have.
type object struct {
	guid             string
	created, updated time.Time
	metadata         metadata
}

func (o *object) base() *object { return o }

// object makes the beginnings of a thing.
func (c *Cloud) object() object {
	now := c.now()
	return object{guid: newGUID(), created: now, updated: now, metadata: metadata{Labels: map[string]string{}, Annotations: map[string]string{}}}
}

func (c *Cloud) now() time.Time { return c.clock.Now().UTC() }

func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// settle has all happen that the clock says is due.
func (c *Cloud) settle() {
	c.settleJobs()
	c.settleBuilds()
	c.settleDeployments()
}

// find is the first of those that fit, or nil.
func find[T any](list []*T, fits func(*T) bool) *T {
	for _, item := range list {
		if fits(item) {
			return item
		}
	}
	return nil
}

// withGUID is that of a list which has the guid, or nil.
func withGUID[T any, P interface {
	*T
	base() *object
}](list []P, guid string) P {
	for _, item := range list {
		if item.base().guid == guid {
			return item
		}
	}
	return nil
}
