package cloudfoundry

import (
	"context"
	"fmt"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// Resize scales the process web. The least and the most are notes: Cloud
// Foundry itself has only the number.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.do(ctx, "resize", q.Name, q.Region, func(s *space) error {
		if err := q.Capacity.Check(); err != nil {
			return err
		}
		a, err := s.app(ctx, q.Name)
		if err != nil {
			return err
		}
		if err := s.note(ctx, a, map[string]string{noteCapacity: q.Capacity.String(), noteShrunk: ""}); err != nil {
			return err
		}
		return s.scale(ctx, a.GUID, q.Capacity.Desired)
	})
}

// scale has the process web have that many instances.
func (s *space) scale(ctx context.Context, app string, to int) error {
	web, err := s.web(ctx, app)
	switch {
	case err != nil:
		return err
	case len(web) == 0:
		return fmt.Errorf("%w: it has no process web yet", gennaker.ErrUnavailable)
	case len(web) > 1:
		return fmt.Errorf("%w: a deployment is under way", gennaker.ErrUnavailable)
	case web[0].Instances == to:
		return nil
	}
	_, err = s.Processes.Scale(ctx, web[0].GUID, resource.NewProcessScale().WithInstances(to))
	return kinded(err)
}

// Disable takes the routes from an app. Which they were is noted first.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "disable", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		return s.disable(ctx, a)
	})
}

func (s *space) disable(ctx context.Context, a *resource.App) error {
	mapped, err := s.routesOf(ctx, []string{a.GUID})
	if err != nil {
		return err
	}
	known := notesOf(a.Metadata).routes
	for _, d := range mapped[a.GUID] {
		if !slices.ContainsFunc(known, d.same) {
			known = append(known, d)
		}
	}
	routes := ""
	if len(known) > 0 {
		routes = encoded(known)
	}
	if err := s.note(ctx, a, map[string]string{noteDisabled: "true", noteRoutes: routes}); err != nil {
		return err
	}
	return s.leave(ctx, mapped[a.GUID])
}

// Enable gives an app the routes that it had, and starts it if it is stopped.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "enable", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		if err := s.lead(ctx, a.GUID, notesOf(a.Metadata).routes); err != nil {
			return err
		}
		if a.State != started {
			if err := s.start(ctx, a); err != nil {
				return err
			}
		}
		return s.note(ctx, a, map[string]string{noteDisabled: "", noteRoutes: ""})
	})
}
