package cloudrun

import (
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Times say how long things take. The defaults are of the order of Google's.
type Times struct {
	Start  time.Duration // revision made → ready, or failed; default 8 s
	Route  time.Duration // traffic asked for → it goes there; 2 s
	Delete time.Duration // delete asked for → gone; 3 s
}

func (t *Times) all() []*time.Duration { return []*time.Duration{&t.Start, &t.Route, &t.Delete} }

func (t Times) withDefaults() Times {
	usual := Times{Start: 8 * time.Second, Route: 2 * time.Second, Delete: 3 * time.Second}
	simulation.Complete(t.all(), usual.all())
	return t
}

// Faster are the times of a cloud in which everything takes a fraction.
func (t Times) Faster(times float64) Times {
	t = t.withDefaults()
	simulation.Divide(t.all(), times)
	return t
}
