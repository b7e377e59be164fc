package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// TerminateInstances ends instances. Cloud Foundry starts others in their
// places; which go when an app has fewer instances, it does not let choose. So
// to shrink by an instance is to end it, and then to scale down by one: the
// instance of the highest place goes too, and another stays in the first's.
func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	return c.do(ctx, "terminate instances of", t.Name, t.Region, func(s *space) error {
		a, err := s.app(ctx, t.Name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil // and so are its instances
		}
		if err != nil {
			return err
		}
		living, err := s.living(ctx, a.GUID, t.IDs)
		if err != nil {
			return err
		}
		if t.Shrink {
			return s.shrink(ctx, a, t.IDs, living)
		}
		return s.end(ctx, living)
	})
}

// living are those of the instances that an app has.
func (s *space) living(ctx context.Context, app string, ids []string) ([]instance, error) {
	web, err := s.web(ctx, app)
	if err != nil {
		return nil, err
	}
	var all []instance
	for _, p := range web {
		found, err := s.instances(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			if slices.Contains(ids, i.id()) {
				all = append(all, i)
			}
		}
	}
	return all, nil
}

func (s *space) end(ctx context.Context, all []instance) error {
	for _, i := range all {
		err := kinded(s.Processes.Terminate(ctx, i.process.GUID, i.Index))
		if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
			return fmt.Errorf("instance %s: %w", i.id(), err)
		}
	}
	return nil
}

// shrink ends instances and scales down by as many. To which number is noted
// before: a repeat, which finds some of them gone, scales to the same.
func (s *space) shrink(ctx context.Context, a *resource.App, ids []string, living []instance) error {
	to, err := s.shrinkTo(ctx, a, ids, living)
	if err != nil || to < 0 {
		return err
	}
	stays := slices.DeleteFunc(slices.Clone(living), func(i instance) bool { return i.Index >= to })
	if err := s.end(ctx, stays); err != nil {
		return err
	}
	return s.scale(ctx, a.GUID, to)
}

// shrinkTo is how many instances there shall be, -1 if there is nothing to do.
func (s *space) shrinkTo(ctx context.Context, a *resource.App, ids []string, living []instance) (int, error) {
	n := notesOf(a.Metadata)
	if n.shrunk != nil && slices.Equal(n.shrunk.IDs, ids) {
		return n.shrunk.To, nil
	}
	if len(living) == 0 {
		return -1, nil
	}
	web, err := s.web(ctx, a.GUID)
	if err != nil {
		return 0, err
	}
	c := capacity(web, n)
	c.Desired = max(0, c.Desired-len(living))
	c.Min = min(c.Min, c.Desired)
	return c.Desired, s.note(ctx, a, map[string]string{noteCapacity: c.String(), noteShrunk: encoded(shrunk{IDs: ids, To: c.Desired})})
}
