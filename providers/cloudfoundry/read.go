package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// labelTasks is the label of apps that only run tasks: they are no server
// groups.
const labelTasks = marksPrefix + "tasks-only"

// List returns the server groups in scope, oldest first. Cloud Foundry tells
// the names of all apps of a space; only those in scope are looked at closer.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.ServerGroup
	reading := together()
	for _, region := range c.within(scope.Region) {
		reading.Go(func() error {
			found, err := c.list(ctx, region, scope)
			if err != nil {
				return fmt.Errorf("cloudfoundry: list server groups in %s: %w", region, kinded(err))
			}
			mu.Lock()
			defer mu.Unlock()
			list = append(list, found...)
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

func (c *Cloud) list(ctx context.Context, region string, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	s, err := c.in(ctx, region, gennaker.ErrNotFound)
	if err != nil {
		return nil, err
	}
	apps, err := s.Applications.ListAll(ctx, &client.AppListOptions{ListOptions: client.NewListOptions(), SpaceGUIDs: only(s.guid)})
	if err != nil {
		return nil, err
	}
	apps = slices.DeleteFunc(apps, func(a *resource.App) bool { return !in(scope, a) })
	return s.look(ctx, apps)
}

func in(scope gennaker.Scope, a *resource.App) bool {
	m := gennaker.ParseMoniker(a.Name)
	runsTasks := a.Metadata != nil && a.Metadata.Labels[labelTasks] != nil
	return !runsTasks && (scope.Application == "" || scope.Application == m.App) && (scope.Cluster == "" || scope.Cluster == m.Cluster())
}

// Get returns one server group.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.do(ctx, "get", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		seen, err := s.look(ctx, []*resource.App{a})
		if err == nil {
			got = seen[0]
		}
		return err
	})
	return got, err
}

// mostGUIDs is how many guids go into one filter: an address has its limits.
const mostGUIDs = 50

// look reads all that belongs to apps, and makes server groups of them.
func (s *space) look(ctx context.Context, apps []*resource.App) ([]gennaker.ServerGroup, error) {
	list := make([]gennaker.ServerGroup, len(apps))
	reading := together()
	for at := 0; at < len(apps); at += mostGUIDs {
		piece, into := apps[at:min(len(apps), at+mostGUIDs)], list[at:]
		reading.Go(func() error { return s.lookAt(ctx, piece, into) })
	}
	return list, reading.Wait()
}

func (s *space) lookAt(ctx context.Context, apps []*resource.App, into []gennaker.ServerGroup) error {
	if len(apps) == 0 {
		return nil
	}
	var guids []string
	for _, a := range apps {
		guids = append(guids, a.GUID)
	}
	processes, err := s.processes(ctx, guids)
	if err != nil {
		return fmt.Errorf("processes: %w", err)
	}
	routes, err := s.routesOf(ctx, guids)
	if err != nil {
		return fmt.Errorf("routes: %w", err)
	}
	reading := together()
	for i, a := range apps {
		reading.Go(func() (err error) {
			into[i], err = s.serverGroup(ctx, a, webOf(processes[a.GUID]), routes[a.GUID])
			return err
		})
	}
	return reading.Wait()
}

func (s *space) serverGroup(ctx context.Context, a *resource.App, web []*resource.Process, mapped []destination) (gennaker.ServerGroup, error) {
	n := notesOf(a.Metadata)
	g := gennaker.ServerGroup{
		Location: s.Location, Name: a.Name, Moniker: gennaker.ParseMoniker(a.Name), Capacity: capacity(web, n), Created: a.CreatedAt,
		Enabled: a.State == started && (len(mapped) > 0 || !n.disabled), Resting: a.State != started, Marks: marksOf(a.Metadata), Image: n.image,
	}
	for _, d := range append(slices.Clone(mapped), n.routes...) {
		if !slices.Contains(g.LoadBalancers, d.Route) {
			g.LoadBalancers = append(g.LoadBalancers, d.Route)
		}
	}
	if g.Image == "" {
		image, err := s.image(ctx, a)
		if err != nil {
			return g, err
		}
		g.Image = image
	}
	if a.State != started {
		return g, nil
	}
	for _, p := range web {
		found, err := s.instances(ctx, p)
		if err != nil {
			return g, err
		}
		for _, i := range found {
			g.Instances = append(g.Instances, see(i, g))
		}
	}
	return g, nil
}

// capacity is what was asked for, as far as it still holds: others may scale an
// app.
func capacity(web []*resource.Process, n notes) gennaker.Capacity {
	var c gennaker.Capacity
	if n.capacity != nil {
		c = *n.capacity
	}
	if len(web) == 1 || n.capacity == nil { // else a deployment moves instances from one to the other
		c.Desired = 0
		for _, p := range web {
			c.Desired += p.Instances
		}
	}
	if n.capacity == nil {
		return gennaker.Capacity{Min: c.Desired, Desired: c.Desired, Max: c.Desired}
	}
	c.Min, c.Max = min(c.Min, c.Desired), max(c.Max, c.Desired)
	return c
}

// image is what runs in an app that we have not made; empty if it is no image.
func (s *space) image(ctx context.Context, a *resource.App) (string, error) {
	if a.Lifecycle.Type != resource.LifecycleDocker.String() {
		return "", nil
	}
	d, err := s.current(ctx, a)
	if err != nil || d == nil || d.Image == nil {
		return "", err
	}
	return *d.Image, nil
}

// current is the droplet of an app; nil if it has none, or is gone meanwhile.
func (s *space) current(ctx context.Context, a *resource.App) (*resource.Droplet, error) {
	d, err := s.Droplets.GetCurrentForApp(ctx, a.GUID)
	if err := kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("droplet: %w", err)
	}
	return d, nil
}
