package googletest

import (
	"maps"
	"slices"
	"time"
)

// Effect is one change that a call made. A call that was refused, or was
// another's repetition, has none.
type Effect struct {
	Method    string // like instanceGroupManagers.insert
	Subject   string // the name of what changed
	RequestID string // if the call had one
	At        time.Time
}

// Requests counts the calls of each method, refused ones too.
func (c *Cloud) Requests() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// Throttled is how many calls came too fast.
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

// Count is how often a method took effect on a subject; an empty subject means
// on anything.
func (c *Cloud) Count(method, subject string) int {
	n := 0
	for _, e := range c.Effects() {
		if e.Method == method && (subject == "" || e.Subject == subject) {
			n++
		}
	}
	return n
}
