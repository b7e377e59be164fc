package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// tries is how often a change is made when others change the same service, and
// tryPause how long is waited between two at most.
const (
	tries    = 20
	tryPause = 50 * time.Millisecond
)

// get reads a service.
func (c *Cloud) get(ctx context.Context, name string) (cluster, error) {
	s, err := c.services.Get(name).Context(ctx).Do()
	if err != nil {
		return cluster{}, kinded(err)
	}
	return read(s)
}

// change changes the service of a server group that is there.
func (c *Cloud) change(ctx context.Context, what string, ref gennaker.ServerGroupRef, edit func(s cluster, enabled map[string]bool) error) error {
	service, err := c.serviceOf(ref)
	if err == nil {
		err = c.rewrite(ctx, service, func(s cluster, enabled map[string]bool) error {
			if _, err := s.find(ref.Name); err != nil {
				return err
			}
			return edit(s, enabled)
		})
	}
	if err != nil {
		return fmt.Errorf("cloudrun: %s %s: %w", what, ref.Name, err)
	}
	return nil
}

// rewrite reads a service, has it changed, and writes it, again if somebody
// else was faster. It returns when the traffic has moved, or has had its time.
func (c *Cloud) rewrite(ctx context.Context, service string, edit func(s cluster, enabled map[string]bool) error) error {
	return insist(ctx, func() error {
		s, err := c.get(ctx, service)
		if err != nil {
			return err
		}
		return c.edit(ctx, s, edit)
	})
}

// edit changes a service as it was read. If it is so already, nothing is
// asked for.
func (c *Cloud) edit(ctx context.Context, s cluster, edit func(s cluster, enabled map[string]bool) error) error {
	enabled := map[string]bool{}
	for name := range s.records {
		enabled[name] = s.enabled(name)
	}
	before := *s.GoogleCloudRunV2Service
	if err := edit(s, enabled); err != nil {
		return err
	}
	if err := s.route(enabled); err != nil {
		return err
	}
	if same(&before, s.GoogleCloudRunV2Service) {
		return nil
	}
	o, err := c.patch(ctx, s, nil)
	if err != nil {
		return err
	}
	return c.settle(ctx, o)
}

// patch writes what we keep of a service, and a template if there is one to
// make a revision of. It is refused if the service is not as it was read.
func (c *Cloud) patch(ctx context.Context, s cluster, template *api.GoogleCloudRunV2RevisionTemplate) (*api.GoogleLongrunningOperation, error) {
	in := &api.GoogleCloudRunV2Service{Etag: s.Etag, Annotations: s.Annotations, Traffic: s.Traffic, Scaling: s.Scaling, Template: template}
	mask := "annotations,traffic,scaling"
	if template != nil {
		mask += ",template"
	}
	o, err := c.services.Patch(s.Name, in).UpdateMask(mask).Context(ctx).Do()
	return o, kinded(err)
}

// insist makes a change that begins with reading, again if somebody else has
// changed the same meanwhile.
func insist(ctx context.Context, change func() error) error {
	var err error
	for range tries {
		if err = change(); !says(err, "ABORTED") {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(tryPause)):
		}
	}
	return err
}

// same reports whether two states of a service are alike in what we keep.
func same(a, b *api.GoogleCloudRunV2Service) bool {
	scaling := func(s *api.GoogleCloudRunV2Service) api.GoogleCloudRunV2ServiceScaling {
		if s.Scaling == nil {
			return api.GoogleCloudRunV2ServiceScaling{}
		}
		return api.GoogleCloudRunV2ServiceScaling{ScalingMode: s.Scaling.ScalingMode, MinInstanceCount: s.Scaling.MinInstanceCount,
			MaxInstanceCount: s.Scaling.MaxInstanceCount, ManualInstanceCount: s.Scaling.ManualInstanceCount}
	}
	traffic := func(s *api.GoogleCloudRunV2Service) map[string]int64 {
		all := map[string]int64{}
		for _, t := range s.Traffic {
			all[t.Type+" "+t.Revision+" "+t.Tag] += t.Percent
		}
		return all
	}
	return reflect.DeepEqual(scaling(a), scaling(b)) && reflect.DeepEqual(traffic(a), traffic(b)) && reflect.DeepEqual(a.Annotations, b.Annotations)
}

// there is a revision, or nil if the cloud has not made it yet.
func (c *Cloud) revision(ctx context.Context, name string) (*api.GoogleCloudRunV2Revision, error) {
	r, err := c.revisions.Get(name).Context(ctx).Do()
	if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil
	}
	return r, err
}
