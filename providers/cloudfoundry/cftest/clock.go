package cftest

import (
	"sync"
	"time"
)

// Clock tells the time of the cloud.
type Clock interface{ Now() time.Time }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// Virtual is a clock that stands still until it is told to go on. In a cloud
// that has one, each request that may change something takes a second: the
// Cloud Controller dates by the second.
type Virtual struct {
	mu  sync.Mutex
	now time.Time
}

// NewVirtual makes a clock that shows the time.
func NewVirtual(now time.Time) *Virtual { return &Virtual{now: now} }

// Now is the time that it shows.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Advance moves it forward.
func (v *Virtual) Advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}
