package google

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// traffic is what load balancers have to do with groups.
type traffic struct {
	behind map[string][]string                  // backend services, by group
	health map[string]map[string]gennaker.Check // by backend service and group, or pool; by instance
	now    time.Time
}

// enabled reports whether the group takes traffic: it is behind something, or
// was never taken out where there is nothing.
func (t traffic) enabled(g group) bool {
	if len(t.behind[g.url()])+len(g.TargetPools) > 0 {
		return true
	}
	return g.note.Left.IsZero() && !remembered(g.template).any()
}

// of is what each load balancer says about an instance.
func (t traffic) of(g group, m member) []gennaker.Check {
	var all []gennaker.Check
	say := func(key, name string) {
		c, ok := t.health[key][m.url]
		if !ok {
			c = gennaker.Check{Health: gennaker.Starting, Reason: name + ": not checked yet"}
		}
		all = append(all, c)
	}
	for _, service := range t.behind[g.url()] {
		say(service+" "+g.members(), last(service))
	}
	for _, pool := range g.TargetPools {
		say(relative(pool), last(pool))
	}
	for _, service := range remembered(g.template).services(g.at().region) {
		if !slices.ContainsFunc(t.behind[g.url()], func(url string) bool { return strings.HasSuffix(url, "/"+service) }) {
			all = append(all, gennaker.Check{Health: gennaker.OutOfService, Reason: last(service) + ": not behind it"})
		}
	}
	if c, ok := draining(g, m, t.now); ok {
		all = append(all, c)
	}
	return all
}

// survey asks each load balancer of groups about their instances.
func (c *Cloud) survey(ctx context.Context, groups []group, members map[string][]member) (traffic, error) {
	t := traffic{behind: map[string][]string{}, health: map[string]map[string]gennaker.Check{}, now: time.Now()}
	services, err := c.services(ctx)
	if err != nil {
		return t, err
	}
	var mu sync.Mutex // guards t.health
	reading, within := together(ctx)
	ask := func(key string, about func(context.Context) (map[string]gennaker.Check, error)) {
		reading.Go(func() error {
			said, err := about(within)
			mu.Lock()
			defer mu.Unlock()
			t.health[key] = said
			return err
		})
	}
	for _, g := range groups {
		here := len(members[g.url()]) > 0
		for _, s := range services {
			if !has(s, g) {
				continue
			}
			service := relative(s.SelfLink)
			t.behind[g.url()] = append(t.behind[g.url()], service)
			if here {
				ask(service+" "+g.members(), func(ctx context.Context) (map[string]gennaker.Check, error) { return c.serviceHealth(ctx, s, g) })
			}
		}
		for _, pool := range g.TargetPools {
			if here {
				ask(relative(pool), func(ctx context.Context) (map[string]gennaker.Check, error) {
					return c.poolHealth(ctx, pool, members[g.url()])
				})
			}
		}
	}
	return t, reading.Wait()
}

// standing is what a group is behind, by URL, and for how many seconds its
// instances answer what they have when it leaves.
func (c *Cloud) standing(ctx context.Context, g group) (behind []string, drain int, err error) {
	services, err := c.services(ctx)
	for _, s := range services {
		if !has(s, g) {
			continue
		}
		behind = append(behind, relative(s.SelfLink))
		if s.ConnectionDraining != nil {
			drain = max(drain, int(s.ConnectionDraining.DrainingTimeoutSec))
		}
	}
	return behind, drain, err
}

// has reports whether a group is a backend of the service.
func has(s *compute.BackendService, g group) bool {
	return slices.ContainsFunc(s.Backends, func(b *compute.Backend) bool { return relative(b.Group) == g.members() })
}

// services lists the backend services of the world and of all regions.
func (c *Cloud) services(ctx context.Context) ([]*compute.BackendService, error) {
	var all []*compute.BackendService
	err := c.api.BackendServices.AggregatedList(c.Project).Pages(ctx, func(page *compute.BackendServiceAggregatedList) error {
		for _, scope := range gennaker.SortedKeys(page.Items) {
			items := page.Items[scope]
			if w := items.Warning; w != nil {
				if err := seen(scope, &warning{w.Code, w.Message}); err != nil {
					return err
				}
			}
			all = append(all, items.BackendServices...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("backend services: %w", listed(err))
	}
	return all, nil
}

// serviceHealth is what a backend service says of the instances of a group. One
// that the group has left meanwhile says nothing.
func (c *Cloud) serviceHealth(ctx context.Context, s *compute.BackendService, g group) (map[string]gennaker.Check, error) {
	var said *compute.BackendServiceGroupHealth
	var err error
	about := &compute.ResourceGroupReference{Group: g.InstanceGroup}
	if s.Region != "" {
		said, err = c.api.RegionBackendServices.GetHealth(c.Project, last(s.Region), s.Name, about).Context(ctx).Do()
	} else {
		said, err = c.api.BackendServices.GetHealth(c.Project, s.Name, about).Context(ctx).Do()
	}
	if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) || errors.Is(err, gennaker.ErrInvalid) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("health in %s: %w", s.Name, err)
	}
	return judged(s.Name, said.HealthStatus), nil
}

// poolHealth asks a target pool about each instance: Google answers for one at
// a time.
func (c *Cloud) poolHealth(ctx context.Context, pool string, members []member) (map[string]gennaker.Check, error) {
	all := map[string]gennaker.Check{}
	region, name, _ := strings.Cut(after(pool, "/regions/"), "/targetPools/")
	for _, m := range members {
		if m.instance == nil {
			continue
		}
		said, err := c.api.TargetPools.GetHealth(c.Project, region, name, &compute.InstanceReference{Instance: m.instance.SelfLink}).Context(ctx).Do()
		if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) || errors.Is(err, gennaker.ErrInvalid) {
			continue // it is not in it yet
		}
		if err != nil {
			return nil, fmt.Errorf("health in %s: %w", name, err)
		}
		for url, check := range judged(name, said.HealthStatus) {
			all[url] = check
		}
	}
	return all, nil
}

// judged is what Google says of instances, the worst of several ports.
func judged(by string, said []*compute.HealthStatus) map[string]gennaker.Check {
	all := map[string]gennaker.Check{}
	for _, s := range said {
		c := gennaker.Check{Health: gennaker.Down, Reason: fmt.Sprintf("%s: %s", by, s.HealthState)}
		if s.HealthState == "HEALTHY" {
			c = gennaker.Check{Health: gennaker.Up}
		}
		url := relative(s.Instance)
		if before, ok := all[url]; ok {
			c = sum([]gennaker.Check{before, c})
		}
		all[url] = c
	}
	return all
}
