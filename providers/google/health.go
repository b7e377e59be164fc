package google

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// The health providers, by the names that Spinnaker's documents know.
const (
	checkMachine  = "Google"
	checkBalancer = "LoadBalancer"
)

// see is a member as an instance, with its health from all sources: its group
// and each load balancer.
func see(g group, m member, t traffic) gennaker.Instance {
	i := gennaker.Instance{ID: m.id()}
	if m.instance != nil {
		i.Launched = when(m.instance.CreationTimestamp)
		for _, n := range m.instance.NetworkInterfaces {
			i.Address = n.NetworkIP
			break
		}
	}
	i.Checks = []gennaker.Check{own(m)}
	said := t.of(g, m)
	if len(said) > 0 {
		balanced := sum(said)
		balanced.Provider = checkBalancer
		i.Checks = append(i.Checks, balanced)
	}
	total := sum(i.Checks)
	if !t.enabled(g) && (total.Health == gennaker.Up || total.Health == gennaker.Unknown) {
		total = gennaker.Check{Health: gennaker.OutOfService, Reason: "its server group is disabled"}
	}
	i.Health, i.Reason = total.Health, total.Reason
	return i
}

// worst orders what speaks against an instance: requests that it still answers
// come before all.
var worst = []gennaker.Health{gennaker.Draining, gennaker.Down, gennaker.Starting, gennaker.OutOfService, gennaker.Up}

// sum is the worst of the checks: an instance is up if one says so and none
// speaks against it (Spinnaker's rule).
func sum(checks []gennaker.Check) gennaker.Check {
	for _, h := range worst {
		if at := slices.IndexFunc(checks, func(c gennaker.Check) bool { return c.Health == h }); at >= 0 {
			return checks[at]
		}
	}
	return gennaker.Check{Health: gennaker.Unknown}
}

// actions are what a group does with an instance, as health; of others the
// instance's status tells.
var actions = map[string]gennaker.Health{
	"CREATING":                 gennaker.Starting,
	"CREATING_WITHOUT_RETRIES": gennaker.Starting,
	"RECREATING":               gennaker.Starting,
	"VERIFYING":                gennaker.Starting,
	"RESTARTING":               gennaker.Starting,
	"STARTING":                 gennaker.Starting,
	"RESUMING":                 gennaker.Starting,
	"DELETING":                 gennaker.Down,
	"ABANDONING":               gennaker.Down,
	"STOPPING":                 gennaker.Down,
	"SUSPENDING":               gennaker.Down,
}

// statuses are those of instances, as health; others are Down.
var statuses = map[string]gennaker.Health{
	"":             gennaker.Starting,
	"PENDING":      gennaker.Starting,
	"PROVISIONING": gennaker.Starting,
	"STAGING":      gennaker.Starting,
	"REPAIRING":    gennaker.Starting,
	"RUNNING":      gennaker.Up,
}

// own is what the instance and its group say. One that is to end and still
// runs is draining: Google lets it answer what it has.
func own(m member) gennaker.Check {
	words := "Compute Engine: " + strings.TrimPrefix(strings.TrimSuffix(m.status()+", "+m.action(), ", NONE"), ", ")
	c := gennaker.Check{Provider: checkMachine, Reason: words}
	does, busy := actions[m.action()]
	switch runs := m.status() == "RUNNING"; {
	case runs && m.going():
		c.Health = gennaker.Draining
	case busy:
		c.Health = does
	case runs:
		return healed(m, c)
	default:
		var known bool
		if c.Health, known = statuses[m.status()]; !known {
			c.Health = gennaker.Down
		}
	}
	return c
}

// healths are what the health check of a group says of an instance.
var healths = map[string]gennaker.Health{
	"HEALTHY":   gennaker.Up,
	"UNHEALTHY": gennaker.Down,
	"TIMEOUT":   gennaker.Down,
	"DRAINING":  gennaker.Draining,
	"UNKNOWN":   gennaker.Starting,
}

// healed is what the health checks of the group say of an instance that runs.
// Without one it is up.
func healed(m member, c gennaker.Check) gennaker.Check {
	c.Health = gennaker.Up
	if m.managed == nil {
		return gennaker.Check{Provider: checkMachine, Health: gennaker.Up}
	}
	for _, h := range m.managed.InstanceHealth {
		if said, ok := healths[h.DetailedHealthState]; ok && said != gennaker.Up {
			c.Health, c.Reason = said, fmt.Sprintf("%s: %s", last(h.HealthCheck), h.DetailedHealthState)
			return c
		}
	}
	return gennaker.Check{Provider: checkMachine, Health: gennaker.Up}
}

// draining is what is said of an instance whose group has left the load
// balancers a moment ago: Google lets it answer what it has, and shows no more
// of it.
func draining(g group, m member, now time.Time) (gennaker.Check, bool) {
	if g.note.Left.IsZero() || !now.Before(g.note.drained()) || m.status() != "RUNNING" {
		return gennaker.Check{}, false
	}
	return gennaker.Check{Health: gennaker.Draining, Reason: "its connections drain until " + g.note.drained().UTC().Format(time.RFC3339)}, true
}
