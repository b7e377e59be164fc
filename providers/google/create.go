package google

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// Create makes an instance template, a managed instance group of it, its
// autoscaler, and puts it behind its backend services. All tell the token of
// the call, so that a second try goes on where the first ended.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	err := c.in(q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = c.create(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("gce: create %s: %w", q.Name, err)
	}
	return nil
}

func (c *Cloud) create(ctx context.Context, q gennaker.CreateServerGroup) error {
	p, err := c.plan(ctx, q)
	if err != nil {
		return err
	}
	g, err := c.find(ctx, q.Ref())
	if errors.Is(err, gennaker.ErrNotFound) {
		if err = c.make(ctx, p); err == nil {
			g, err = c.find(ctx, q.Ref())
		}
	}
	if err == nil && g.note.token() != q.Marks[gennaker.MarkToken] {
		err = gennaker.ErrExists
	}
	if err != nil {
		return err
	}
	return c.finish(ctx, p, g)
}

// make makes the template and the group. If Google refuses the group for good,
// the template goes too: nobody would come back for it.
func (c *Cloud) make(ctx context.Context, p plan) error {
	token := p.Marks[gennaker.MarkToken]
	name := templateName(p.Name, token)
	if err := c.insertTemplate(ctx, p.template, name, token); err != nil {
		return err
	}
	m := *p.manager
	m.InstanceTemplate = c.link("global/instanceTemplates/" + name)
	err := c.insertManager(ctx, p.at, &m, token)
	if errors.Is(err, gennaker.ErrExists) {
		made, lookErr := c.manager(ctx, p.at, p.Name)
		if lookErr == nil && readNote(made.Description).token() == token {
			return nil // it is that of an earlier try
		}
	}
	for _, final := range []error{gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied} {
		if errors.Is(err, final) {
			return errors.Join(err, c.deleteTemplate(ctx, name))
		}
	}
	return err
}

// insertTemplate makes a template. One of that name is that of an earlier try:
// it ends with the token.
func (c *Cloud) insertTemplate(ctx context.Context, t *compute.InstanceTemplate, name, token string) error {
	named := *t
	named.Name = name
	err := c.once(ctx, func(id string) (*compute.Operation, error) {
		return c.api.InstanceTemplates.Insert(c.Project, &named).RequestId(id).Context(ctx).Do()
	}, "template", name, token)
	if err != nil && !errors.Is(err, gennaker.ErrExists) {
		return fmt.Errorf("make its instance template: %w", err)
	}
	return nil
}

func (c *Cloud) deleteTemplate(ctx context.Context, name string) error {
	err := c.end(ctx)(c.api.InstanceTemplates.Delete(c.Project, name).RequestId(anyID()).Context(ctx).Do())
	if err = gone(err); err != nil {
		return fmt.Errorf("delete instance template %s: %w", name, err)
	}
	return nil
}

// finish makes what belongs to a group that is there.
func (c *Cloud) finish(ctx context.Context, p plan, g group) error {
	if p.scaler != nil && g.scaler == nil {
		if err := c.insertAutoscaler(ctx, p.at, p.scaler, p.Marks[gennaker.MarkToken]); err != nil && !errors.Is(err, gennaker.ErrExists) {
			return err
		}
	}
	if p.Disabled {
		return nil
	}
	for _, service := range p.memory.services(p.Region) {
		if err := c.joinService(ctx, g, service, p.memory.Policy); err != nil {
			return err
		}
	}
	return nil
}

// nowInSeconds is now, as it can be read back.
func nowInSeconds() time.Time { return time.Now().UTC().Truncate(time.Second) }
