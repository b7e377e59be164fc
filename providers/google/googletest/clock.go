package googletest

import (
	"sync"
	"time"
)

// Clock tells the time of the simulated cloud.
type Clock interface{ Now() time.Time }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// Virtual is a clock that stands still until it is told to go on.
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

type fastClock struct {
	start time.Time
	times float64
}

// Fast is a clock that goes as many times faster than the real one, starting
// now: at 100, a boot of half a minute takes a third of a second.
func Fast(times float64) Clock { return fastClock{start: time.Now(), times: times} }

func (f fastClock) Now() time.Time {
	return f.start.Add(time.Duration(float64(time.Since(f.start)) * f.times))
}

// Times say how long things take. The defaults are of the order of Google's.
type Times struct {
	Operation time.Duration // a change accepted → its operation done; default 2 s
	Provision time.Duration // instance PROVISIONING → STAGING; 5 s
	Stage     time.Duration // instance STAGING → RUNNING; 10 s
	Start     time.Duration // instance RUNNING → its program answers health checks; 10 s
	Stop      time.Duration // instance STOPPING → gone; 20 s
	Relaunch  time.Duration // refused launch → next try; 30 s
}

func (t *Times) all() []*time.Duration {
	return []*time.Duration{&t.Operation, &t.Provision, &t.Stage, &t.Start, &t.Stop, &t.Relaunch}
}

var usual = Times{Operation: 2 * time.Second, Provision: 5 * time.Second, Stage: 10 * time.Second, Start: 10 * time.Second,
	Stop: 20 * time.Second, Relaunch: 30 * time.Second}

func (t Times) withDefaults() Times {
	defaults := usual
	for i, d := range t.all() {
		if *d == 0 {
			*d = *defaults.all()[i]
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
