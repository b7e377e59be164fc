package cloudfoundry

import (
	"context"
	"fmt"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/client"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns the routes of spaces, with the apps that they lead
// to.
func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	var list []gennaker.LoadBalancer
	for _, name := range c.within(region) {
		s, err := c.in(ctx, name, gennaker.ErrNotFound)
		if err == nil {
			var found []gennaker.LoadBalancer
			found, err = s.balancers(ctx)
			list = append(list, found...)
		}
		if err != nil {
			return nil, fmt.Errorf("cloudfoundry: list routes of %s: %w", name, kinded(err))
		}
	}
	return list, nil
}

func (s *space) balancers(ctx context.Context) ([]gennaker.LoadBalancer, error) {
	apps, err := s.Applications.ListAll(ctx, &client.AppListOptions{ListOptions: client.NewListOptions(), SpaceGUIDs: only(s.guid)})
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range apps {
		names[a.GUID] = a.Name
	}
	o := client.NewRouteListOptions()
	o.SpaceGUIDs = only(s.guid)
	routes, err := s.Routes.ListAll(ctx, o)
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	for _, r := range routes {
		b := gennaker.LoadBalancer{Location: s.Location, Name: r.URL, Address: r.URL}
		for _, d := range r.Destinations {
			if d.App.GUID == nil {
				continue
			}
			if name := names[*d.App.GUID]; name != "" && !slices.Contains(b.ServerGroups, name) {
				b.ServerGroups = append(b.ServerGroups, name)
			}
		}
		list = append(list, b)
	}
	return list, nil
}
