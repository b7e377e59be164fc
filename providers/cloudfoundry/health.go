package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// The health providers, as documents name them.
const (
	checkPlatform = "CloudFoundry"
	checkRoutes   = "loadBalancer"
)

// instance is one of a process.
type instance struct {
	resource.ProcessStat
	process *resource.Process
}

// instances are those of a process, by their place.
func (s *space) instances(ctx context.Context, p *resource.Process) ([]instance, error) {
	stats, err := s.Processes.GetStats(ctx, p.GUID)
	if err := kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil // it is gone meanwhile
	} else if err != nil {
		return nil, fmt.Errorf("instances: %w", err)
	}
	var all []instance
	for _, stat := range stats.Stats {
		all = append(all, instance{stat, p})
	}
	slices.SortFunc(all, func(a, b instance) int { return a.Index - b.Index })
	return all, nil
}

// id is an instance's own. An index is taken by another when one is gone.
func (i instance) id() string {
	if i.InstanceGuid != "" {
		return i.InstanceGuid
	}
	return i.process.GUID + "-" + strconv.Itoa(i.Index)
}

// launched is when it began, by the platform's clock if it tells the time.
func (i instance) launched() time.Time {
	now := i.Usage.Time
	if now.IsZero() {
		now = time.Now().UTC()
	}
	return now.Add(-time.Duration(i.Uptime) * time.Second)
}

// see is an instance of a server group with its health: that of the platform,
// and whether routes lead to it.
func see(i instance, g gennaker.ServerGroup) gennaker.Instance {
	own := gennaker.Check{Provider: checkPlatform, Health: healthOf(i.State)}
	if own.Health != gennaker.Up {
		own.Reason = "Cloud Foundry: " + i.State
		if i.Details != nil && *i.Details != "" {
			own.Reason += ": " + *i.Details
		}
	}
	seen := gennaker.Instance{ID: i.id(), Launched: i.launched(), Checks: []gennaker.Check{own}, Health: own.Health, Reason: own.Reason}
	switch {
	case !g.Enabled:
		seen.Checks = append(seen.Checks, gennaker.Check{Provider: checkRoutes, Health: gennaker.OutOfService, Reason: "no route leads to it"})
		if own.Health == gennaker.Up {
			seen.Health, seen.Reason = gennaker.OutOfService, "no route leads to it"
		}
	case len(g.LoadBalancers) > 0:
		seen.Checks = append(seen.Checks, gennaker.Check{Provider: checkRoutes, Health: own.Health, Reason: own.Reason})
	}
	if i.InstanceInternalIp != "" && len(i.InstancePorts) > 0 {
		seen.Address = fmt.Sprintf("%s:%d", i.InstanceInternalIp, i.InstancePorts[0]["internal"])
	}
	return seen
}

// healthOf is an instance's state as health.
func healthOf(state string) gennaker.Health {
	switch state {
	case "RUNNING":
		return gennaker.Up
	case "STARTING":
		return gennaker.Starting
	case "CRASHED", "DOWN":
		return gennaker.Down
	case "STOPPING":
		return gennaker.Draining
	}
	return gennaker.Unknown
}
