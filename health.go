package gennaker

import "slices"

// HealthProviders chooses whose judgments about instances count, by the names
// that documents write in interestingHealthProviderNames. Nil counts Health,
// which sums up all; an empty list counts none, and then every instance is as
// wanted. The rules are Spinnaker's.
type HealthProviders []string

// platforms are the health providers that speak for a cloud itself: they know
// that an instance runs, and cannot say that it is up.
var platforms = []string{"Amazon", "Appengine", "Azure", "CloudFoundry", "Dcos", "Google", "Oracle", "Tencent", "Titus", "ecs"}

// against are the judgments with which an instance is not up whatever others
// say; absent those that tell that it is down.
var (
	against = []Health{Down, OutOfService, Starting, Draining}
	absent  = []Health{Down, OutOfService, Starting}
)

// Up reports whether those that count say that the instance is up: one does,
// and none speaks against it. That its cloud does not call it down is enough
// if the cloud is among those chosen.
func (p HealthProviders) Up(i Instance) bool {
	switch {
	case p == nil || len(i.Checks) == 0 && len(p) > 0:
		return i.Health == Up
	case len(p) == 0:
		return true
	}
	up := false
	for _, c := range p.chosen(i) {
		if slices.Contains(against, c.Health) {
			return false
		}
		up = up || c.Health == Up || slices.Contains(platforms, c.Provider)
	}
	return up
}

// Down reports whether those that count say that the instance has no traffic:
// one says that it is down, or none says anything, and none that it is up or
// still answers.
func (p HealthProviders) Down(i Instance) bool {
	switch {
	case p == nil || len(i.Checks) == 0 && len(p) > 0:
		return i.Health != Up && i.Health != Draining
	case len(p) == 0:
		return true
	}
	checks := p.chosen(i)
	down := len(checks) == 0 || len(checks) == 1 && checks[0].Health == Unknown && slices.Contains(platforms, checks[0].Provider)
	for _, c := range checks {
		if c.Health == Up || c.Health == Draining {
			return false
		}
		down = down || slices.Contains(absent, c.Health)
	}
	return down
}

func (p HealthProviders) chosen(i Instance) []Check {
	var list []Check
	for _, c := range i.Checks {
		if slices.Contains(p, c.Provider) {
			list = append(list, c)
		}
	}
	return list
}

// CountUp is how many of the server group's instances are up by those that
// count.
func (p HealthProviders) CountUp(g ServerGroup) int {
	n := 0
	for _, i := range g.Instances {
		if p.Up(i) {
			n++
		}
	}
	return n
}

// InService is how many instances take traffic by those that count: none of a
// server group that is out of it.
func (p HealthProviders) InService(g ServerGroup) int {
	if !g.Enabled {
		return 0
	}
	return p.CountUp(g)
}
