package run

import (
	"context"
	"fmt"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// Destroy takes a server group out of traffic and deletes its revision, or the
// service with the last one. Cloud Run keeps the newest revision of a service:
// another one, like that of the newest server group that stays, has to be
// newer first. It gets no traffic.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	service, err := c.serviceOf(ref)
	if err == nil {
		err = insist(ctx, func() error { return c.destroy(ctx, service, ref.Name) })
	}
	if gone(err) != nil {
		return fmt.Errorf("cloudrun: destroy %s: %w", ref.Name, err)
	}
	return nil
}

func (c *Cloud) destroy(ctx context.Context, service, name string) error {
	s, err := c.get(ctx, service)
	if err != nil {
		return err
	}
	_, ours := s.records[name]
	switch {
	case s.DeleteTime != "":
		return nil
	case ours && len(s.records) == 1:
		return c.end(ctx, s)
	case ours:
		if err := c.remove(ctx, s, name); err != nil {
			return err
		}
	}
	return c.drop(ctx, service+"/revisions/"+name)
}

// end deletes the service.
func (c *Cloud) end(ctx context.Context, s cluster) error {
	o, err := c.services.Delete(s.Name).Etag(s.Etag).Context(ctx).Do()
	if err != nil {
		return kinded(err)
	}
	return c.finish(ctx, o)
}

// remove has the service forget a server group.
func (c *Cloud) remove(ctx context.Context, s cluster, name string) error {
	enabled := map[string]bool{}
	delete(s.records, name)
	for other := range s.records {
		enabled[other] = s.enabled(other)
	}
	if err := s.route(enabled); err != nil {
		return err
	}
	successor, err := c.successor(ctx, s, name)
	if err != nil {
		return err
	}
	o, err := c.patch(ctx, s, successor)
	if err != nil {
		return err
	}
	return c.settle(ctx, o)
}

// successor is the template of a revision that is to be the newest when that
// one is deleted; nil if it is not the newest.
func (c *Cloud) successor(ctx context.Context, s cluster, name string) (*api.GoogleCloudRunV2RevisionTemplate, error) {
	if last(s.LatestCreatedRevision) != name && s.Template.Revision != name {
		return nil, nil
	}
	var newest *api.GoogleCloudRunV2Revision
	for other := range s.records {
		r, err := c.revision(ctx, s.Name+"/revisions/"+other)
		if err != nil {
			return nil, err
		}
		if r != nil && (newest == nil || r.CreateTime > newest.CreateTime) {
			newest = r
		}
	}
	if newest == nil {
		return nil, changed(fmt.Errorf("%w: none of the other revisions of service %s is there now", gennaker.ErrUnavailable, last(s.Name)))
	}
	t, err := templateOf(newest)
	if err != nil {
		return nil, err
	}
	t.Revision, t.Scaling = "", nil // its name is of Cloud Run's making: it is no server group
	t.Annotations = map[string]string{noteOf("gennaker:successor"): name}
	return t, nil
}

// drop deletes a revision. One that is gone is no error; one that Cloud Run
// still needs is ErrUnavailable, because what needs it goes away by itself,
// such as traffic that has not left it yet.
func (c *Cloud) drop(ctx context.Context, name string) error {
	o, err := c.revisions.Delete(name).Context(ctx).Do()
	if err = kinded(err); says(err, "FAILED_PRECONDITION") {
		return fmt.Errorf("%w: %s", gennaker.ErrUnavailable, err)
	}
	if err != nil {
		return gone(err)
	}
	return c.finish(ctx, o)
}
