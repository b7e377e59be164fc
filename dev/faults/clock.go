package main

import (
	"sync"
	"time"
)

// clock is the cloud's: that of Temporal's test environment, which skips every
// wait, and ahead of it by what calls have taken. It stands still during a
// call.
type clock struct {
	workflows func() time.Time
	latency   time.Duration // of each call

	mu    sync.Mutex // guards what follows
	now   time.Time
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// tick begins a call.
func (c *clock) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += c.latency
	c.catchUp()
}

func (c *clock) catchUp() {
	if now := c.workflows().Add(c.ahead); now.After(c.now) {
		c.now = now
	}
}

// running is the clock as it is seen by a cloud that goes on between calls.
type running struct{ *clock }

func (r running) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp()
	return r.now
}

// pass lets a time pass.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	c.now = c.now.Add(d)
}
