package googletest

import (
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

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
	simulation.Complete(t.all(), defaults.all())
	return t
}

// Faster are the times of a cloud in which everything takes a fraction.
func (t Times) Faster(times float64) Times {
	t = t.withDefaults()
	simulation.Divide(t.all(), times)
	return t
}
