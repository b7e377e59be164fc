package cloudfoundry

import (
	"context"
	"errors"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// Destroy takes the routes from an app, and then deletes it with all that is
// the app's. Routes and service instances stay.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "destroy", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.remove(ctx, a)
	})
}

func (s *space) remove(ctx context.Context, a *resource.App) error {
	mapped, err := s.routesOf(ctx, []string{a.GUID})
	if err != nil {
		return err
	}
	if err := s.leave(ctx, mapped[a.GUID]); err != nil {
		return err
	}
	job, err := s.Applications.Delete(ctx, a.GUID)
	if err := kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return s.over(ctx, job)
}
