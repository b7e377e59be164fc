package cloudfoundry

import (
	"context"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// StopServerGroup stops an app. Its routes stay, and lead nowhere meanwhile.
func (c *Cloud) StopServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "stop", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil || a.State != started {
			return err
		}
		_, err = s.Applications.Stop(ctx, a.GUID)
		return kinded(err)
	})
}

// StartServerGroup starts an app.
func (c *Cloud) StartServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "start", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil || a.State == started {
			return err
		}
		return s.start(ctx, a)
	})
}

// AttachLoadBalancers maps routes to an app. Of one that is disabled they are
// noted.
func (c *Cloud) AttachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return c.do(ctx, "map routes to", l.Name, l.Region, func(s *space) error {
		a, err := s.app(ctx, l.Name)
		if err != nil {
			return err
		}
		n := notesOf(a.Metadata)
		if !n.disabled {
			var to []destination
			for _, url := range l.LoadBalancers {
				to = append(to, destination{Route: url})
			}
			return s.lead(ctx, a.GUID, to)
		}
		for _, url := range l.LoadBalancers {
			if d := (destination{Route: url}); !slices.ContainsFunc(n.routes, d.same) {
				n.routes = append(n.routes, d)
			}
		}
		return s.noteRoutes(ctx, a, n.routes)
	})
}

// DetachLoadBalancers takes routes from an app, and forgets them.
func (c *Cloud) DetachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return c.do(ctx, "unmap routes from", l.Name, l.Region, func(s *space) error {
		a, err := s.app(ctx, l.Name)
		if err != nil {
			return err
		}
		named := func(d destination) bool { return slices.Contains(l.LoadBalancers, d.Route) }
		if n := notesOf(a.Metadata); slices.ContainsFunc(n.routes, named) {
			if err := s.noteRoutes(ctx, a, slices.DeleteFunc(n.routes, named)); err != nil {
				return err
			}
		}
		mapped, err := s.routesOf(ctx, []string{a.GUID})
		if err != nil {
			return err
		}
		return s.leave(ctx, slices.DeleteFunc(mapped[a.GUID], func(d destination) bool { return !named(d) }))
	})
}

// noteRoutes notes the routes of a disabled app.
func (s *space) noteRoutes(ctx context.Context, a *resource.App, routes []destination) error {
	text := ""
	if len(routes) > 0 {
		text = encoded(routes)
	}
	return s.note(ctx, a, map[string]string{noteRoutes: text})
}
