package ecs

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// Destroy deletes the service and what scales it, and deregisters the revision
// of the task definition that was made for it. ECS takes the tasks out of the
// load balancers, lets them answer what they have, and stops them; until then
// the server group can still be read.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	r, err := c.regions.In(ref.Region, gennaker.ErrNotFound)
	if err != nil {
		return nil // there is none
	}
	if err := r.destroy(ctx, ref.Name); err != nil {
		return fmt.Errorf("ecs: destroy %s: %w", ref.Name, err)
	}
	return nil
}

// destroy begins with what the service tells of: once it is gone, nothing does.
func (r *region) destroy(ctx context.Context, name string) error {
	s, err := r.service(ctx, name)
	if errors.Is(err, gennaker.ErrNotFound) {
		return r.dropDefinitions(ctx, name)
	}
	if err != nil {
		return err
	}
	if s.target != nil {
		if err := r.unscale(ctx, s.cluster, name); err != nil {
			return err
		}
	}
	if err := r.dropDefinition(ctx, s); err != nil || !s.active() {
		return err
	}
	_, err = r.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: &s.cluster, Service: s.ServiceName, Force: aws.Bool(true)})
	if err := amazon.Kinded(err); !errors.Is(err, gennaker.ErrNotFound) {
		return err
	}
	return nil
}
