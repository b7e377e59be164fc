package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// List returns the server groups in scope, oldest first.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.ServerGroup
	reading := together()
	for _, region := range c.within(scope.Region) {
		reading.Go(func() error {
			found, err := c.list(ctx, region, scope)
			if err != nil {
				return fmt.Errorf("cloudrun: list server groups in %s: %w", region, err)
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

// within are the regions that a scope covers: the one of that name, or all.
func (c *Cloud) within(region string) []string {
	switch {
	case region == "":
		return c.Regions
	case c.in(region, gennaker.ErrNotFound) == nil:
		return []string{region}
	}
	return nil
}

func (c *Cloud) list(ctx context.Context, region string, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	clusters, parent, err := c.clusters(ctx, region, scope.Cluster)
	if err != nil || len(clusters) == 0 {
		return nil, err
	}
	revisions := map[string]*api.GoogleCloudRunV2Revision{}
	err = c.revisions.List(parent).Pages(ctx, func(page *api.GoogleCloudRunV2ListRevisionsResponse) error {
		for _, r := range page.Revisions {
			revisions[r.Name] = r
		}
		return nil
	})
	if err != nil {
		return nil, gone(kinded(err)) // the service is gone meanwhile
	}
	var list []gennaker.ServerGroup
	for _, s := range clusters {
		if scope.Application != "" && gennaker.ParseMoniker(last(s.Name)).App != scope.Application {
			continue
		}
		for name := range s.records {
			if g, ok := c.serverGroup(region, s, name, revisions[s.Name+"/revisions/"+name]); ok {
				list = append(list, g)
			}
		}
	}
	return list, nil
}

// clusters are the services of a region, or the one of that name, and what to
// list their revisions by.
func (c *Cloud) clusters(ctx context.Context, region, name string) (all []cluster, parent string, err error) {
	if name != "" {
		parent = c.place(region) + "/services/" + name
		s, err := c.get(ctx, parent)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil, parent, nil
		}
		return []cluster{s}, parent, err
	}
	err = c.services.List(c.place(region)).Pages(ctx, func(page *api.GoogleCloudRunV2ListServicesResponse) error {
		for _, found := range page.Services {
			s, err := read(found)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
		return nil
	})
	return all, c.place(region) + "/services/-", listed(err)
}

// Get returns one server group.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	s, r, err := c.look(ctx, ref)
	if err != nil {
		return gennaker.ServerGroup{}, fmt.Errorf("cloudrun: get %s: %w", ref.Name, err)
	}
	g, ok := c.serverGroup(ref.Region, s, ref.Name, r)
	if !ok {
		return g, fmt.Errorf("cloudrun: get %s: %w: its revision was deleted", ref.Name, gennaker.ErrNotFound)
	}
	return g, nil
}

// look reads a server group's service and its revision, which is nil if the
// cloud has not made it yet.
func (c *Cloud) look(ctx context.Context, ref gennaker.ServerGroupRef) (cluster, *api.GoogleCloudRunV2Revision, error) {
	name, err := c.serviceOf(ref)
	if err != nil {
		return cluster{}, nil, err
	}
	s, err := c.get(ctx, name)
	if err != nil {
		return s, nil, err
	}
	if _, err := s.find(ref.Name); err != nil {
		return s, nil, err
	}
	r, err := c.revision(ctx, name+"/revisions/"+ref.Name)
	return s, r, err
}

// serverGroup is one of a service, as the cloud has it. It is not if somebody
// else has deleted its revision.
func (c *Cloud) serverGroup(region string, s cluster, name string, r *api.GoogleCloudRunV2Revision) (gennaker.ServerGroup, bool) {
	record := s.records[name]
	g := gennaker.ServerGroup{
		Location: gennaker.Location{Account: c.Account, Region: region}, Name: name, Moniker: gennaker.ParseMoniker(name),
		Capacity: record.Capacity, Enabled: s.enabled(name), LoadBalancers: []string{last(s.Name)},
	}
	switch {
	case s.DeleteTime != "" || r == nil && s.Template.Revision != name:
		return g, false
	case r == nil: // it is still to be made
		g.Created = moment(s.UpdateTime)
		g.Image, g.Marks = s.Template.Containers[0].Image, marksOf(s.Template.Annotations)
	default:
		g.Created = moment(r.CreateTime)
		g.Image, g.Marks = r.Containers[0].Image, marksOf(r.Annotations)
	}
	g.Instances = instances(s, record, g, r)
	g.Resting = !g.Enabled && len(g.Instances) == 0
	return g, true
}

// moment reads a time; what is none is the zero time.
func moment(text string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t
}
