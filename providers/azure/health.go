package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// The health providers, as documents name them.
const (
	checkMachine  = "Azure"             // what Azure says of the machine itself
	checkBalancer = "LoadBalancer"      // whether it is in the backend pools, and what their probe says
	checkApp      = "ApplicationHealth" // what the application health extension says
)

// see is a machine as an instance, with its health from all sources.
func see(s scaleSet, m machine) gennaker.Instance {
	i := gennaker.Instance{ID: m.name, Launched: m.created, Address: m.address, Checks: checks(s, m)}
	total := sum(i.Checks)
	if !s.enabled() && total.Health == gennaker.Up && len(m.pools) == 0 { // in a pool, it still gets requests
		total = gennaker.Check{Health: gennaker.OutOfService, Reason: "its server group is disabled"}
	}
	i.Health, i.Reason = total.Health, total.Reason
	return i
}

func checks(s scaleSet, m machine) []gennaker.Check {
	list := []gennaker.Check{running(m)}
	probed := value(value(value(s.properties().VirtualMachineProfile).NetworkProfile).HealthProbe).ID != nil
	if len(s.pools()) > 0 {
		list = append(list, balanced(s, m, probed))
	}
	if !probed && s.monitored() {
		list = append(list, opinion(checkApp, m))
	}
	return list
}

// worst orders what speaks against an instance.
var worst = []gennaker.Health{gennaker.Draining, gennaker.Down, gennaker.Starting, gennaker.OutOfService, gennaker.Up}

// sum is the worst of the checks: an instance is up if one says so and none
// speaks against it (Spinnaker's rule).
func sum(checks []gennaker.Check) gennaker.Check {
	for _, h := range worst {
		if at := slices.IndexFunc(checks, func(c gennaker.Check) bool { return c.Health == h }); at >= 0 {
			if h == gennaker.Up {
				return gennaker.Check{Health: h}
			}
			return checks[at]
		}
	}
	return gennaker.Check{Health: gennaker.Unknown}
}

// running is what Azure says of the machine: a running one is up for it, as for
// Spinnaker.
func running(m machine) gennaker.Check {
	c := gennaker.Check{Provider: checkMachine, Health: life(m)}
	if c.Health == gennaker.Up {
		return c
	}
	c.Reason = "provisioning " + m.state
	if power := m.power(); power != "" {
		c.Reason += ", VM " + power
	}
	if said := m.message(); said != "" {
		c.Reason += ": " + said
	}
	return c
}

// life is a machine's place in its life, as health. One whose model changes
// runs on.
func life(m machine) gennaker.Health {
	power := m.power()
	switch {
	case m.state == stateFailed, m.going():
		return gennaker.Down
	case m.state == stateCreating, power == "starting":
		return gennaker.Starting
	case power == "running":
		return gennaker.Up
	case power == "" || power == "unknown":
		return gennaker.Unknown
	}
	return gennaker.Down // stopping, stopped, deallocating, deallocated
}

// monitored reports whether the application health extension watches it.
func (s scaleSet) monitored() bool {
	profile := value(value(s.properties().VirtualMachineProfile).ExtensionProfile)
	return slices.ContainsFunc(profile.Extensions, func(e *armcompute.VirtualMachineScaleSetExtension) bool {
		return strings.HasPrefix(value(value(e.Properties).Type), appHealth)
	})
}

// states are the words of a health monitor. Whoever does not answer it is not
// well: unknown, and what we do not know, is down.
var states = map[string]gennaker.Health{
	"healthy":      gennaker.Up,
	"unhealthy":    gennaker.Down,
	"initializing": gennaker.Starting,
}

// opinion is what the scale set's health monitor says of a machine. Before it
// has said anything, the machine is starting.
func opinion(provider string, m machine) gennaker.Check {
	if m.health == nil {
		return gennaker.Check{Provider: provider, Health: gennaker.Starting, Reason: "its health is not known yet"}
	}
	word := codeOf([]*armcompute.InstanceViewStatus{m.health}, "HealthState/")
	health, known := states[word]
	if !known {
		health = gennaker.Down
	}
	c := gennaker.Check{Provider: provider, Health: health}
	if health != gennaker.Up {
		c.Reason = fmt.Sprintf("health state %q", word)
		if said := value(m.health.Message); said != "" {
			c.Reason += ": " + said
		}
	}
	return c
}

// balanced is what the load balancers say: whether the machine is in all of
// their pools and, if the scale set watches a probe of theirs, what that says.
func balanced(s scaleSet, m machine, probed bool) gennaker.Check {
	in := 0
	for _, pool := range s.pools() {
		if slices.Contains(m.pools, pool) {
			in++
		}
	}
	switch {
	case in < len(s.pools()) && s.enabled():
		return gennaker.Check{Provider: checkBalancer, Health: gennaker.OutOfService, Reason: "it is not in all of its backend pools"}
	case in == 0:
		return gennaker.Check{Provider: checkBalancer, Health: gennaker.OutOfService, Reason: "its server group is disabled"}
	case probed:
		return opinion(checkBalancer, m)
	}
	return gennaker.Check{Provider: checkBalancer, Health: gennaker.Up}
}
