package cloudrun

import (
	"sync"
	"time"
)

// Clock tells the time of the simulated cloud.
type Clock interface {
	Now() time.Time
	// Sleep lets that much of it pass.
	Sleep(time.Duration)
}

type realClock struct{}

func (realClock) Now() time.Time        { return time.Now() }
func (realClock) Sleep(d time.Duration) { time.Sleep(d) }

// Virtual is a clock that goes on only while somebody sleeps by it, or who
// waits for an operation.
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

// Sleep moves it forward at once.
func (v *Virtual) Sleep(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

// Times say how long things take. The defaults are of the order of Google's.
type Times struct {
	Start  time.Duration // revision made → ready, or failed; default 8 s
	Route  time.Duration // traffic asked for → it goes there; 2 s
	Delete time.Duration // delete asked for → gone; 3 s
}

func (t *Times) all() []*time.Duration { return []*time.Duration{&t.Start, &t.Route, &t.Delete} }

func (t Times) withDefaults() Times {
	usual := Times{Start: 8 * time.Second, Route: 2 * time.Second, Delete: 3 * time.Second}
	for i, d := range t.all() {
		if *d == 0 {
			*d = *usual.all()[i]
		}
	}
	return t
}

// Faster are the times of a cloud in which everything takes a fraction.
func (t Times) Faster(times float64) Times {
	t = t.withDefaults()
	for _, d := range t.all() {
		*d = time.Duration(float64(*d) / times)
	}
	return t
}
