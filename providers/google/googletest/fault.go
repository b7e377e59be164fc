package googletest

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Call is a request as a fault sees it.
type Call struct {
	Method  string // like instanceGroupManagers.insert
	Project string
	Place   string // the zone or region, if any
	Name    string // of what it is about, if it says so in its path
	Query   url.Values
	Body    []byte
}

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	// Slow keeps the answer back, in real time.
	Slow time.Duration
	// After lets the call take effect before it fails.
	After bool
	// Reset ends the connection without an answer.
	Reset bool
	// Reason, with Status and Message, is the error of the answer.
	Status  int
	Reason  string
	Message string
	// Operation is the code of the error with which the operation of a change
	// ends, which then has no effect, like QUOTA_EXCEEDED.
	Operation string
}

// Faults that answer as Google does on a bad day.
var (
	Unavailable = Fault{Status: http.StatusServiceUnavailable, Reason: "backendError", Message: "Service is unavailable. Please try again."}
	Throttling  = Fault{Status: rateLimitExceeded.Status, Reason: rateLimitExceeded.Reason, Message: rateLimitExceeded.Message}
	TooMany     = Fault{Status: http.StatusTooManyRequests, Reason: "rateLimitExceeded", Message: "Too many requests."}
	Forbidden   = Fault{Status: http.StatusForbidden, Reason: "forbidden", Message: "Required permission is missing for this resource."}
)

// before reports whether the call fails before it takes effect.
func (f Fault) before() bool { return !f.After && (f.Reset || f.Reason != "") }

// lost reports whether the call fails after it took effect.
func (f Fault) lost() bool { return f.After && (f.Reset || f.Reason != "") }

func (f Fault) err() error {
	if f.Reason == "" {
		return nil
	}
	return &Error{Status: f.Status, Reason: f.Reason, Message: f.Message}
}

// Inject has the next calls of a method go wrong, one fault each.
func (c *Cloud) Inject(method string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.Inject(method, faults...)
}

// SetThrottle limits the calls from now on.
func (c *Cloud) SetThrottle(t simulation.Throttle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.throttle = t
}
