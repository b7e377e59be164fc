package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// destination is that a route leads to an app.
type destination struct {
	Route   string `json:"route"` // host.domain/path
	Port    int    `json:"port,omitempty"`
	Process string `json:"process,omitempty"`

	guid, route string // of both, if it is there
}

// same reports whether it is the same way to an app.
func (d destination) same(e destination) bool {
	return d.Route == e.Route && d.Port == e.Port && d.Process == e.Process
}

// usualPort is where an app listens if nobody says.
const usualPort = 8080

// routesOf are the routes that lead to apps, by the app's guid.
func (s *space) routesOf(ctx context.Context, apps []string) (map[string][]destination, error) {
	o := client.NewRouteListOptions()
	o.AppGUIDs = only(apps...)
	found, err := s.Routes.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	all := map[string][]destination{}
	for _, r := range found {
		for _, d := range r.Destinations {
			if d.App.GUID == nil || d.GUID == nil {
				continue
			}
			to := destination{Route: r.URL, guid: *d.GUID, route: r.GUID}
			if d.Port != nil && *d.Port != usualPort {
				to.Port = *d.Port
			}
			if d.App.Process != nil && d.App.Process.Type != "web" {
				to.Process = d.App.Process.Type
			}
			all[*d.App.GUID] = append(all[*d.App.GUID], to)
		}
	}
	return all, nil
}

// lead has routes lead to an app, and makes those that are not there.
func (s *space) lead(ctx context.Context, app string, to []destination) error {
	if len(to) == 0 {
		return nil
	}
	mapped, err := s.routesOf(ctx, []string{app})
	if err != nil {
		return err
	}
	for _, d := range to {
		if slices.ContainsFunc(mapped[app], d.same) {
			continue
		}
		guid, err := s.route(ctx, d.Route)
		if err != nil {
			return fmt.Errorf("route %s: %w", d.Route, err)
		}
		end := resource.NewRouteDestinationInsertOrReplace(app)
		if d.Process != "" {
			end = end.WithProcessType(d.Process)
		}
		if d.Port != 0 {
			end = end.WithPort(d.Port)
		}
		if _, err := s.Routes.InsertDestinations(ctx, guid, []*resource.RouteDestinationInsertOrReplace{end}); err != nil {
			return fmt.Errorf("route %s: %w", d.Route, kinded(err))
		}
	}
	return nil
}

// leave takes routes from an app.
func (s *space) leave(ctx context.Context, from []destination) error {
	for _, d := range from {
		err := kinded(s.Routes.RemoveDestination(ctx, d.route, d.guid))
		if err != nil && !errors.Is(err, gennaker.ErrNotFound) && !strings.Contains(err.Error(), "Unable to unmap route") {
			return fmt.Errorf("route %s: %w", d.Route, err)
		}
	}
	return nil
}

// route is the guid of a route, which is made if there is none.
func (s *space) route(ctx context.Context, url string) (string, error) {
	domain, host, path, port, err := s.parts(ctx, url)
	if err != nil {
		return "", err
	}
	guid, err := s.findRoute(ctx, domain, host, path, port)
	if err != nil || guid != "" {
		return guid, err
	}
	in := resource.NewRouteCreate(domain, s.guid)
	if host != "" {
		in.Host = &host
	}
	if path != "" {
		in.Path = &path
	}
	if port != 0 {
		in.Port = &port
	}
	made, err := s.Routes.Create(ctx, in)
	if err := kinded(err); errors.Is(err, gennaker.ErrExists) {
		if guid, lookErr := s.findRoute(ctx, domain, host, path, port); lookErr != nil || guid != "" {
			return guid, lookErr // somebody else was faster
		}
		return "", fmt.Errorf("%w: another space has it", err)
	} else if err != nil {
		return "", err
	}
	return made.GUID, nil
}

// findRoute looks for a route in the space.
func (s *space) findRoute(ctx context.Context, domain, host, path string, port int) (string, error) {
	o := client.NewRouteListOptions()
	o.SpaceGUIDs, o.DomainGUIDs, o.Hosts = only(s.guid), only(domain), only(host)
	if host == "" {
		o.Hosts = client.Filter{}
	}
	found, err := s.Routes.ListAll(ctx, o)
	if err != nil {
		return "", kinded(err)
	}
	for _, r := range found {
		at := 0
		if r.Port != nil {
			at = *r.Port
		}
		if r.Host == host && r.Path == path && at == port {
			return r.GUID, nil
		}
	}
	return "", nil
}

// parts takes a route's address apart: its domain is the longest that there is.
func (s *space) parts(ctx context.Context, url string) (domain, host, path string, port int, err error) {
	address, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://"), "/")
	if path != "" {
		path = "/" + path
	}
	address, digits, has := strings.Cut(address, ":")
	if has {
		if port, err = strconv.Atoi(digits); err != nil {
			return "", "", "", 0, fmt.Errorf("%w: its port is no number", gennaker.ErrInvalid)
		}
	}
	names := []string{address}
	if _, rest, ok := strings.Cut(address, "."); ok {
		names = append(names, rest) // a host is one word
	}
	found, err := s.Domains.ListAll(ctx, &client.DomainListOptions{ListOptions: client.NewListOptions(), Names: only(names...)})
	if err != nil {
		return "", "", "", 0, kinded(err)
	}
	for _, name := range names {
		for _, d := range found {
			if d.Name == name {
				return d.GUID, strings.TrimSuffix(strings.TrimSuffix(address, name), "."), path, port, nil
			}
		}
	}
	return "", "", "", 0, fmt.Errorf("%w: there is no domain %s", gennaker.ErrInvalid, strings.Join(names, " or "))
}

// randomRoute is a route of no particular name: as a repeat must find it, it
// has the server group's.
func (s *space) randomRoute(ctx context.Context, name string) (string, error) {
	d, err := s.Organizations.GetDefaultDomain(ctx, s.org)
	if err != nil {
		return "", fmt.Errorf("the default domain: %w", kinded(err))
	}
	return strings.ToLower(name) + "." + d.Name, nil
}
