package awstest

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Call is a request as a fault or a test sees it.
type Call struct {
	Service, Action, Account, Region string
	Form                             url.Values
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

func (f Fault) wait(ctx context.Context) {
	if f.Slow == 0 {
		return
	}
	select {
	case <-time.After(f.Slow):
	case <-ctx.Done():
	}
}

// Unavailable is Amazon's answer of a bad day.
var Unavailable = Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "The service is unavailable. Please try again shortly."}

// Inject has the next calls of an action go wrong, one fault each.
func (c *Cloud) Inject(action string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.injected[action] = append(c.injected[action], faults...)
}

func (c *Cloud) fault(call Call) Fault {
	if queue := c.injected[call.Action]; len(queue) > 0 {
		c.injected[call.Action] = queue[1:]
		return queue[0]
	}
	if c.config.Fault != nil {
		if f := c.config.Fault(call); f != nil {
			return *f
		}
	}
	return Fault{}
}

// Throttle is a bucket of tokens: every call takes one.
type Throttle struct {
	PerSecond float64 // zero is no limit
	Burst     int     // tokens in a full bucket; at least one
}

type bucketKey struct{ account, region, service string }

type bucket struct {
	tokens float64
	at     time.Time
}

// SetThrottle limits the calls from now on.
func (c *Cloud) SetThrottle(t Throttle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.throttle = t
}

func (c *Cloud) allows(p *Place, service string) bool {
	t := c.throttle
	if t.PerSecond == 0 {
		return true
	}
	full := float64(max(t.Burst, 1))
	key := bucketKey{p.account, p.region, service}
	b := c.buckets[key]
	if b == nil {
		b = &bucket{tokens: full, at: p.now}
		c.buckets[key] = b
	}
	b.tokens = min(full, b.tokens+p.now.Sub(b.at).Seconds()*t.PerSecond)
	b.at = p.now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
