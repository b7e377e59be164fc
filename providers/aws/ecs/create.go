package ecs

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
)

// Create registers a task definition and makes a service with it. Both tell
// the token of the call, so that a second try goes on where the first ended.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	r, err := c.regions.In(q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = r.create(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("ecs: create %s: %w", q.Name, err)
	}
	return nil
}

func (r *region) create(ctx context.Context, c gennaker.CreateServerGroup) error {
	p, err := r.plan(ctx, c)
	if err != nil {
		return err
	}
	made, err := r.service(ctx, c.Name)
	switch {
	case errors.Is(err, gennaker.ErrNotFound):
		err = r.make(ctx, p)
	case err == nil:
		err = ours(made, c)
	}
	if err != nil {
		return err
	}
	if made.target == nil {
		if err := r.scale(ctx, p.cluster, p.Name, p.Capacity, p.Disabled); err != nil {
			return err
		}
	}
	return r.copyScaling(ctx, p)
}

// ours says as ErrExists that a server group was made by another call.
func ours(made service, c gennaker.CreateServerGroup) error {
	switch {
	case !made.active():
		return fmt.Errorf("%w: a service of that name is still being deleted", gennaker.ErrUnavailable)
	case made.tag(gennaker.MarkToken) != c.Marks[gennaker.MarkToken]:
		return gennaker.ErrExists
	}
	return nil
}

// make makes the task definition and the service. If the cloud refuses the
// service for good, the task definition goes too: nobody would come back for
// it.
func (r *region) make(ctx context.Context, p plan) error {
	definition, err := r.register(ctx, p)
	if err != nil {
		return err
	}
	in := *p.service
	in.TaskDefinition = &definition
	_, err = r.ecs.CreateService(ctx, &in, once)
	err = inCluster(p.cluster, err)
	if errors.Is(err, gennaker.ErrExists) {
		made, lookErr := r.service(ctx, p.Name)
		if lookErr == nil && ours(made, p.CreateServerGroup) == nil {
			return nil // the answer of an earlier try was lost
		}
	}
	for _, final := range []error{gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied, gennaker.ErrNotFound} {
		if errors.Is(err, final) {
			return errors.Join(err, r.deregister(ctx, definition))
		}
	}
	return err
}
