package awstest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Call is a request as a fault or a test sees it.
type Call struct {
	Service, Action, Account, Region string
	Form                             url.Values
}

func (c Call) says(text string) bool {
	if text == "" {
		return true
	}
	for _, values := range c.Form {
		if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, text) }) {
			return true
		}
	}
	return false
}

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	// Slow keeps the answer back, in real time.
	Slow time.Duration
	// After lets the call take effect before it fails.
	After bool
	// Reset ends the connection without an answer.
	Reset bool
	// Code, with Status and Message, is the error of the answer.
	Status  int
	Code    string
	Message string
	// Stale is how old the answer of a reading call is, no more than
	// Config.Past.
	Stale time.Duration
}

// before reports whether the call fails before it takes effect.
func (f Fault) before() bool { return !f.After && (f.Reset || f.Code != "") }

// lost reports whether the call fails after it took effect.
func (f Fault) lost() bool { return f.After && (f.Reset || f.Code != "") }

func (f Fault) err() error {
	if f.Code == "" {
		return nil
	}
	return &Error{Status: f.Status, Code: f.Code, Message: f.Message}
}

// Unavailable is Amazon's answer of a bad day.
var Unavailable = Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "The service is unavailable. Please try again shortly."}

// Inject has the next calls of an action go wrong, one fault each.
func (c *Cloud) Inject(action string, faults ...Fault) { c.InjectAbout(action, "", faults...) }

// InjectAbout is Inject for the calls with a parameter that contains a text.
func (c *Cloud) InjectAbout(action, text string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.InjectAbout(action, func(call Call) bool { return call.says(text) }, faults...)
}

type bucketKey struct{ account, region, service string }

// SetThrottle limits the calls from now on.
func (c *Cloud) SetThrottle(t simulation.Throttle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.throttle = t
}

func (c *Cloud) allows(p *Place, service string) bool {
	return c.buckets.Take(bucketKey{p.account, p.region, service}, c.throttle, p.now)
}
