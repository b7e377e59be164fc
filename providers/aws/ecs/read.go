package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// List returns the server groups in scope, oldest first. ECS tells the names
// of all services of a cluster; only those in scope are looked at closer.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.ServerGroup
	reading := together()
	for _, r := range c.regions.Within(scope.Region) {
		for _, cluster := range r.clusters {
			reading.Go(func() error {
				found, err := r.list(ctx, cluster, scope)
				if err != nil {
					return fmt.Errorf("ecs: list server groups in %s: %w", r.Region, err)
				}
				mu.Lock()
				defer mu.Unlock()
				list = append(list, found...)
				return nil
			})
		}
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

func (r *region) list(ctx context.Context, cluster string, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	names, err := r.names(ctx, cluster, scope)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards services
	var services []service
	reading := together()
	for piece := range slices.Chunk(names, mostServices) {
		reading.Go(func() error {
			found, err := r.describe(ctx, cluster, piece)
			mu.Lock()
			defer mu.Unlock()
			services = append(services, found...)
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	if err := r.addTargets(ctx, services); err != nil {
		return nil, err
	}
	return r.look(ctx, services)
}

// Get returns one server group. One that is being deleted is there, with no
// traffic, until its tasks have stopped.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.do("get", ref, func(r *region) error {
		s, err := r.service(ctx, ref.Name)
		if err != nil {
			return err
		}
		seen, err := r.look(ctx, []service{s})
		if err == nil {
			got = seen[0]
		}
		return err
	})
	return got, err
}

// look reads all that belongs to services of a cluster, and makes server
// groups of them.
func (r *region) look(ctx context.Context, services []service) ([]gennaker.ServerGroup, error) {
	if len(services) == 0 {
		return nil, nil
	}
	tasks, err := r.tasks(ctx, services)
	if err != nil {
		return nil, err
	}
	balanced, err := r.balanced(ctx, services, tasks)
	if err != nil {
		return nil, err
	}
	list := make([]gennaker.ServerGroup, len(services))
	reading := together()
	for i, s := range services {
		reading.Go(func() error {
			d, err := r.definition(ctx, aws.ToString(s.TaskDefinition))
			if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
				return err
			}
			list[i] = r.serverGroup(s, d, tasks[s.name()], balanced)
			return nil
		})
	}
	return list, reading.Wait()
}

func (r *region) serverGroup(s service, d definition, tasks []task, b balanced) gennaker.ServerGroup {
	off := s.disabled()
	g := gennaker.ServerGroup{
		Location: r.Location, Name: s.name(), Moniker: gennaker.ParseMoniker(s.name()), Capacity: s.capacity(),
		Enabled: !off, Resting: off, Created: aws.ToTime(s.CreatedAt), Marks: s.marks(),
	}
	if len(d.ContainerDefinitions) > 0 {
		g.Image = aws.ToString(d.main().Image)
	}
	for _, l := range s.LoadBalancers {
		if name := amazon.TargetGroupName(aws.ToString(l.TargetGroupArn)); !slices.Contains(g.LoadBalancers, name) {
			g.LoadBalancers = append(g.LoadBalancers, name)
		}
	}
	for _, t := range tasks {
		g.Instances = append(g.Instances, see(s, d, t, b))
	}
	return g
}
