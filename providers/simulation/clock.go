package simulation

import (
	"sync"
	"time"
)

// Clock tells the time of a simulated cloud.
type Clock interface{ Now() time.Time }

// Sleeper is a clock that who waits in the cloud sleeps by.
type Sleeper interface {
	Clock
	// Sleep lets that much time pass.
	Sleep(time.Duration)
}

// Real is the clock of everybody.
type Real struct{}

// Now is the time.
func (Real) Now() time.Time { return time.Now() }

// Sleep waits.
func (Real) Sleep(d time.Duration) { time.Sleep(d) }

// Virtual is a clock that stands still until it is told to go on.
type Virtual struct {
	mu  sync.Mutex // guards now
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

// Sleep moves it forward at once: nobody waits for it.
func (v *Virtual) Sleep(d time.Duration) { v.Advance(d) }

type fast struct {
	start time.Time
	times float64
}

// Fast is a clock that goes as many times faster than the real one, starting
// now: at 100, a boot of half a minute takes a third of a second.
func Fast(times float64) Clock { return fast{start: time.Now(), times: times} }

func (f fast) Now() time.Time {
	return f.start.Add(time.Duration(float64(time.Since(f.start)) * f.times))
}
