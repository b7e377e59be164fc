package googletest

import "time"

// after has something happen after a while. Who it is about may be gone by
// then.
func (c *Cloud) after(d time.Duration, then func()) {
	c.agenda.Add(c.now.Add(max(0, d)), then)
}

// settle lets everything happen that is due.
func (c *Cloud) settle(now time.Time) {
	for {
		at, then, due := c.agenda.Next(now)
		if !due {
			break
		}
		c.now = at
		then()
	}
	if now.After(c.now) {
		c.now = now
	}
}

// change runs f on the cloud as it is now.
func (c *Cloud) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.config.Clock.Now())
	f()
	c.settle(c.now)
}
