// Package cloudrun is a simulated Cloud Run for tests: services, their
// revisions and their traffic, and the operations in which they change, over
// the paths of the API run/v2. It answers as Google does, in Google's time; by
// a virtual clock that is none of ours.
//
// A revision is never changed. It becomes ready, or fails if its image ends
// with "-sick" (its container does not answer) or "-missing" (there is no such
// image). Traffic goes where the service says once all revisions that it names
// are ready, and stays where it was until then.
//
// Simulated are only the calls about services, revisions and operations; what
// else the API has is UNIMPLEMENTED. Put discovery.Check before it: what the
// API does not know at all is refused there.
package cloudrun

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Config says how the cloud is. The zero value is one in real time.
type Config struct {
	// Clock is what the life cycles go by; default is the real one. A virtual one
	// goes on while somebody waits for an operation.
	Clock simulation.Sleeper
	Times Times
	// Page is how many there are at most on a page of a list; default 100.
	Page int
}

// Cloud is a simulated Cloud Run: all projects and regions of it. It is an
// http.Handler, safe for concurrent use.
type Cloud struct {
	Config

	mu         sync.Mutex // guards what follows
	services   map[string]*service
	operations map[string]*operation
	made       int // of whatever needs a number of its own
	effects    map[string]int
}

// New makes a cloud that holds nothing.
func New(c Config) *Cloud {
	if c.Clock == nil {
		c.Clock = simulation.Real{}
	}
	if c.Page == 0 {
		c.Page = 100
	}
	c.Times = c.Times.withDefaults()
	return &Cloud{Config: c, services: map[string]*service{}, operations: map[string]*operation{}, effects: map[string]int{}}
}

// Effects counts what requests have changed, by what they did.
func (c *Cloud) Effects() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.effects)
}

// Sicken has the container of a revision, by the last part of its name, fail
// its health check from now on, or pass it again.
func (c *Cloud) Sicken(revision string, ill bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.services {
		for _, r := range s.revisions {
			if last(r.name) == revision {
				r.ill = ill
			}
		}
	}
}

// number is one that nothing else has.
func (c *Cloud) number() int {
	c.made++
	return c.made
}

func (c *Cloud) uid() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", c.number()) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// last is what a name ends with.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// object is a JSON object.
type object = map[string]any

func text(o object, field string) string {
	value, _ := o[field].(string)
	return value
}

func part(o object, field string) object {
	value, _ := o[field].(object)
	return value
}
