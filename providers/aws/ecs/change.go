package ecs

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// Resize sets the capacity. A disabled server group has it when it is enabled.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.do("resize", q.ServerGroupRef, func(r *region) error {
		if err := q.Capacity.Check(); err != nil {
			return err
		}
		s, err := r.living(ctx, q.Name)
		if err != nil {
			return err
		}
		off := s.disabled()
		if off {
			if err := r.remember(ctx, s, q.Capacity.Desired); err != nil {
				return err
			}
		}
		if err := r.scale(ctx, s.cluster, q.Name, q.Capacity, s.target != nil && suspended(*s.target)); err != nil || off {
			return err
		}
		return r.want(ctx, s, q.Capacity.Desired)
	})
}

// Disable suspends what scales the service and has it want no tasks: ECS takes
// them out of the load balancers, lets them answer what they have, and stops
// them. How many there were is remembered first.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do("disable", ref, func(r *region) error {
		s, err := r.living(ctx, ref.Name)
		if err != nil || s.disabled() {
			return err
		}
		if err := r.remember(ctx, s, int(s.DesiredCount)); err != nil {
			return err
		}
		if err := r.scale(ctx, s.cluster, ref.Name, s.capacity(), true); err != nil {
			return err
		}
		return r.want(ctx, s, 0)
	})
}

// Enable has the service want the tasks that it had, and lets it scale again.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do("enable", ref, func(r *region) error {
		s, err := r.living(ctx, ref.Name)
		if err != nil || s.target == nil || !suspended(*s.target) {
			return err // it is enabled
		}
		to := s.capacity()
		if s.disabled() {
			if err := r.want(ctx, s, to.Desired); err != nil {
				return err
			}
		}
		return r.scale(ctx, s.cluster, ref.Name, to, false)
	})
}

// want says how many tasks a service shall have.
func (r *region) want(ctx context.Context, s service, tasks int) error {
	_, err := r.ecs.UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: &s.cluster, Service: s.ServiceName, DesiredCount: aws.Int32(int32(tasks))})
	return amazon.Kinded(err)
}

// remember keeps how many tasks a disabled service shall have.
func (r *region) remember(ctx context.Context, s service, tasks int) error {
	_, err := r.ecs.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: s.ServiceArn,
		Tags: []types.Tag{{Key: aws.String(tagDesired), Value: aws.String(strconv.Itoa(tasks))}}})
	return amazon.Kinded(err)
}
