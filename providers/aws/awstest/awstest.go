// Package awstest is an Amazon of our own for tests: the parts of EC2, Auto
// Scaling, Elastic Load Balancing and STS that a deployment uses, behind
// Amazon's own wire protocols. What it is for is the life cycles: instances
// that boot, drain and end in their time, suspended processes that really stop
// what they name, health checks, errors, activities, throttles, stale reads,
// and answers that are lost after the call took effect.
//
// It does not pretend: a parameter, filter or action that it does not know is
// refused with the code NotSimulated, never ignored. It keeps nothing on disk,
// checks no signatures, and runs nothing.
//
// A request's account comes from its access key, its region and service from
// the scope of its signature. An access key that AssumeRole gave belongs to
// the role's account; every other belongs to Config.Account.
package awstest

import (
	"net/http"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Config says how the simulated cloud behaves. The zero value is a cloud in
// real time without faults.
type Config struct {
	// Account is the one that requests with any access key belong to; default
	// 123456789012.
	Account string
	// Clock is what the life cycles go by; default is the real one.
	Clock simulation.Clock
	// Times say how long things take; what is zero has its default.
	Times Times
	// Lag is how old the answers of reading calls may be: they show the cloud
	// as it was that long ago. Writing calls see it as it is.
	Lag time.Duration
	// Past is how long the past is kept, for faults that make an answer stale.
	Past time.Duration
	// Throttle limits the calls of each account, region and service, until
	// SetThrottle.
	Throttle simulation.Throttle
	// PageSize caps the pages of every listing, to make tests turn them.
	PageSize int
	// DeniedRoles are the ARNs that AssumeRole refuses.
	DeniedRoles []string
	// Fault, if any, is asked before each call what shall go wrong.
	Fault func(Call) *Fault
	// Others, if any, answers for the services that are not simulated.
	Others http.Handler
}

// Cloud is the simulated cloud: an http.Handler that answers for all services.
type Cloud struct {
	config Config
	start  time.Time

	mu        sync.Mutex // guards what follows, and the places
	throttle  simulation.Throttle
	places    map[placeKey]*Place
	buckets   simulation.Buckets[bucketKey]
	faults    simulation.Faults[Call, Fault]
	requests  map[Request]int
	throttled int
	effects   []Effect
	ids       int
}

// New makes an empty cloud: each account has a default network in each
// region, and no images.
func New(c Config) *Cloud {
	if c.Account == "" {
		c.Account = "123456789012"
	}
	if c.Clock == nil {
		c.Clock = simulation.Real{}
	}
	c.Times = c.Times.withDefaults()
	return &Cloud{config: c, start: c.Clock.Now(), throttle: c.Throttle, places: map[placeKey]*Place{},
		buckets: simulation.Buckets[bucketKey]{}, faults: simulation.Faults[Call, Fault]{Decide: c.Fault}, requests: map[Request]int{}}
}

// Region is the part of the default account that is in a region.
func (c *Cloud) Region(region string) *Place { return c.Place(c.config.Account, region) }

// Place is the part of an account that is in a region.
func (c *Cloud) Place(account, region string) *Place {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.place(account, region)
}

// Server is a cloud that listens on a port of the loopback interface: its URL is
// the endpoint of every service.
type Server struct {
	*Cloud
	*simulation.Server
}

// Serve starts a cloud. The caller closes it.
func Serve(c Config) (*Server, error) {
	cloud := New(c)
	server, err := simulation.Serve(cloud)
	return &Server{cloud, server}, err
}
