package awstest

import (
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

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

func (t *Times) all() []*time.Duration {
	return []*time.Duration{&t.Boot, &t.Shutdown, &t.Register, &t.Attach, &t.DeleteGroup, &t.LoadBalancer, &t.Relaunch, &t.Forget}
}

func (t Times) withDefaults() Times {
	usual := Times{Boot: 20 * time.Second, Shutdown: 30 * time.Second, Register: 5 * time.Second, Attach: 3 * time.Second,
		DeleteGroup: 5 * time.Second, LoadBalancer: time.Minute, Relaunch: 30 * time.Second, Forget: time.Hour}
	simulation.Complete(t.all(), usual.all())
	return t
}

// Faster are the times of a cloud in which everything takes a fraction.
func (t Times) Faster(times float64) Times {
	t = t.withDefaults()
	simulation.Divide(t.all(), times)
	return t
}
