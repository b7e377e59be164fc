package awstest

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

// Times say how long things take. The defaults are of the order of Amazon's.
type Times struct {
	Boot         time.Duration // instance pending → running; default 20 s
	Shutdown     time.Duration // instance shutting-down → terminated; 30 s
	Register     time.Duration // target registered → health checks begin; 5 s
	Attach       time.Duration // target group Adding → Added; 3 s
	DeleteGroup  time.Duration // last instance gone → group gone; 5 s
	LoadBalancer time.Duration // load balancer provisioning → active; 60 s
	Relaunch     time.Duration // refused launch → next try; 30 s
	Forget       time.Duration // instance terminated → not listed; 1 h
}

func (t Times) withDefaults() Times {
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{
		{&t.Boot, 20 * time.Second}, {&t.Shutdown, 30 * time.Second}, {&t.Register, 5 * time.Second},
		{&t.Attach, 3 * time.Second}, {&t.DeleteGroup, 5 * time.Second}, {&t.LoadBalancer, time.Minute},
		{&t.Relaunch, 30 * time.Second}, {&t.Forget, time.Hour},
	} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	return t
}

// Faster are the times of a cloud in which everything takes a fraction.
func (t Times) Faster(times float64) Times {
	t = t.withDefaults()
	for _, d := range []*time.Duration{&t.Boot, &t.Shutdown, &t.Register, &t.Attach, &t.DeleteGroup, &t.LoadBalancer, &t.Relaunch, &t.Forget} {
		*d = time.Duration(float64(*d) / times)
	}
	return t
}
