package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// Create adds a revision to the service, or makes the service with it. It is
// one request, which carries the token.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	err := c.in(q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = c.create(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("cloudrun: create %s: %w", q.Name, err)
	}
	return nil
}

func (c *Cloud) create(ctx context.Context, q gennaker.CreateServerGroup) error {
	spec, err := c.plan(q)
	if err != nil {
		return err
	}
	name := c.place(q.Region) + "/services/" + q.Moniker.Cluster()
	return insist(ctx, func() error {
		s, err := c.get(ctx, name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return c.begin(ctx, q, spec)
		}
		if err != nil {
			return err
		}
		return c.add(ctx, s, q, spec)
	})
}

// nameRule is Cloud Run's.
var nameRule = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

// plan decides all that can be decided without the cloud.
func (c *Cloud) plan(q gennaker.CreateServerGroup) (Spec, error) {
	if err := q.Capacity.Check(); err != nil {
		return Spec{}, err
	}
	service := q.Moniker.Cluster()
	if !nameRule.MatchString(service) || len(service) > 49 {
		return Spec{}, fmt.Errorf("cluster %s: %w: as the name of a service it must have at most 49 of lowercase letters, digits and hyphens, and begin with a letter",
			service, gennaker.ErrInvalid)
	}
	return decode(q.Spec)
}

// begin makes a service of one server group.
func (c *Cloud) begin(ctx context.Context, q gennaker.CreateServerGroup, spec Spec) error {
	s := cluster{&api.GoogleCloudRunV2Service{Template: template(q, spec), Ingress: spec.Ingress}, map[string]record{q.Name: recordOf(q)}}
	if spec.Public != nil {
		s.InvokerIamDisabled = *spec.Public
	}
	if err := s.route(map[string]bool{q.Name: !q.Disabled}); err != nil {
		return err
	}
	_, err := c.services.Create(c.place(q.Region), s.GoogleCloudRunV2Service).ServiceId(q.Moniker.Cluster()).Context(ctx).Do()
	if err = kinded(err); errors.Is(err, gennaker.ErrExists) {
		return changed(err) // somebody was faster
	}
	return err
}

// add gives a service one more server group.
func (c *Cloud) add(ctx context.Context, s cluster, q gennaker.CreateServerGroup, spec Spec) error {
	made, exists := s.records[q.Name]
	switch {
	case s.DeleteTime != "":
		return fmt.Errorf("%w: service %s is still being deleted", gennaker.ErrUnavailable, last(s.Name))
	case len(s.records) == 0:
		return fmt.Errorf("%w: there is a service %s that is not Gennaker's: take another name, or delete it", gennaker.ErrInvalid, last(s.Name))
	case exists && made.Token != q.Marks[gennaker.MarkToken]:
		return gennaker.ErrExists
	case exists:
		return nil // an earlier try of this call made it
	}
	enabled := map[string]bool{q.Name: !q.Disabled}
	for name := range s.records {
		enabled[name] = s.enabled(name)
	}
	s.records[q.Name] = recordOf(q)
	if err := s.route(enabled); err != nil {
		return err
	}
	_, err := c.patch(ctx, s, template(q, spec))
	return err
}

func recordOf(q gennaker.CreateServerGroup) record {
	return record{Capacity: q.Capacity, Token: q.Marks[gennaker.MarkToken]}
}

// template is what the revision is made of, with its marks.
func template(q gennaker.CreateServerGroup, spec Spec) *api.GoogleCloudRunV2RevisionTemplate {
	t := *spec.template
	t.Revision = q.Name
	notes := maps.Clone(t.Annotations)
	if notes == nil {
		notes = map[string]string{}
	}
	for mark, value := range q.Marks {
		notes[noteOf(mark)] = value
	}
	t.Annotations = notes
	return &t
}

// noteOf is the annotation of a mark, in whose keys no colon may be.
func noteOf(mark string) string { return strings.Replace(mark, ":", "/", 1) }

// marksOf are the marks among annotations.
func marksOf(notes map[string]string) map[string]string {
	marks := map[string]string{}
	for key, value := range notes {
		if strings.HasPrefix(key, ours) {
			marks[strings.Replace(key, "/", ":", 1)] = value
		}
	}
	return marks
}
