package awstest

import (
	"maps"
	"slices"
	"time"
)

// Effect is one change that a call made. A call that found things as asked
// for, or was refused, has none.
type Effect struct {
	Action  string
	Subject string // the name or id of what changed
	Token   string // the client token, if the call had one
	At      time.Time
}

// Request is an action of a service. Services have the names that signatures
// call them; the first generation of Elastic Load Balancing has its version
// behind it.
type Request struct{ Service, Action string }

// Requests counts the requests, refused ones too.
func (c *Cloud) Requests() map[Request]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// Calls counts the requests of each action, refused ones too.
func (c *Cloud) Calls() map[string]int {
	all := map[string]int{}
	for r, n := range c.Requests() {
		all[r.Action] += n
	}
	return all
}

// Throttled is how many requests came too fast.
func (c *Cloud) Throttled() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.throttled
}

// Effects lists what calls have changed, in order.
func (c *Cloud) Effects() []Effect {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.effects)
}

// Count is how often an action took effect on a subject; an empty subject
// means on anything.
func (c *Cloud) Count(action, subject string) int {
	n := 0
	for _, e := range c.Effects() {
		if e.Action == action && (subject == "" || e.Subject == subject) {
			n++
		}
	}
	return n
}

// CountToken is how often calls with a client token took effect.
func (c *Cloud) CountToken(token string) int {
	n := 0
	for _, e := range c.Effects() {
		if e.Token == token {
			n++
		}
	}
	return n
}
