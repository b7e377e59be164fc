package googletest

import (
	"net/http"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Config says how the simulated cloud behaves. The zero value is a cloud in
// real time without faults.
type Config struct {
	// Clock is what the life cycles go by; default is the real one.
	Clock simulation.Clock
	// Times say how long things take; what is zero has its default.
	Times Times
	// Throttle limits the calls of each project, until SetThrottle.
	Throttle simulation.Throttle
	// PageSize caps the pages of every listing, to make tests turn them.
	PageSize int
	// Fault, if any, is asked before each call what shall go wrong.
	Fault func(Call) *Fault
	// Judge, if any, stands between the socket and the cloud.
	Judge func(http.Handler) http.Handler
}

// Cloud is the simulated cloud: an http.Handler that answers as
// compute.googleapis.com.
type Cloud struct {
	config Config
	kinds  map[string]*kind // by collection
	start  time.Time

	mu        sync.Mutex // guards what follows, and the projects
	now       time.Time
	agenda    simulation.Agenda[func()]
	throttle  simulation.Throttle
	projects  map[string]*Project
	buckets   simulation.Buckets[string]     // by project
	faults    simulation.Faults[Call, Fault] // by method
	requests  map[string]int                 // by method
	throttled int
	effects   []Effect
	ids       int
}

// New makes a cloud without projects.
func New(c Config) *Cloud {
	if c.Clock == nil {
		c.Clock = simulation.Real{}
	}
	c.Times = c.Times.withDefaults()
	now := c.Clock.Now()
	return &Cloud{config: c, kinds: newKinds(), start: now, now: now, throttle: c.Throttle, projects: map[string]*Project{},
		buckets: simulation.Buckets[string]{}, faults: simulation.Faults[Call, Fault]{Decide: c.Fault}, requests: map[string]int{}}
}

// Project is a project, which is made with its zones and the network default
// if it is not there yet.
func (c *Cloud) Project(id string) *Project {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.projects[id]
	if p == nil {
		p = c.newProject(id)
		c.projects[id] = p
	}
	return p
}

// Server is a cloud that listens on a port of the loopback interface: the
// endpoint of the API is URL + "/compute/v1/".
type Server struct {
	*Cloud
	*simulation.Server
}

// Serve starts a cloud. The caller closes it.
func Serve(c Config) (*Server, error) {
	cloud := New(c)
	server, err := simulation.Serve(cloud.Judged())
	return &Server{cloud, server}, err
}

// Judged is the cloud behind its judge, if it has one.
func (c *Cloud) Judged() http.Handler {
	if c.config.Judge == nil {
		return c
	}
	return c.config.Judge(c)
}
