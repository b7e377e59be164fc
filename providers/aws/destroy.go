package aws

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// drainLimit is how long one call waits for instances to answer the requests
// in flight. It looks at first after drainSoon, and then after twice the time
// each, up to drainLook.
const (
	drainLimit = 90 * time.Second
	drainSoon  = 100 * time.Millisecond
	drainLook  = 5 * time.Second
)

// Destroy takes the instances out of traffic, waits until they have answered,
// and deletes the group with its instances and its launch template. If they
// take longer than one call may, it is ErrUnavailable: call again.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	r, err := c.regions.In(ref.Region, gennaker.ErrNotFound)
	if err != nil {
		return nil // there is none
	}
	if err := r.destroy(ctx, ref.Name); err != nil {
		return fmt.Errorf("aws: destroy %s: %w", ref.Name, err)
	}
	return nil
}

func (r *region) destroy(ctx context.Context, name string) error {
	g, err := r.group(ctx, name)
	switch {
	case errors.Is(err, gennaker.ErrNotFound):
		return r.destroyUnseen(ctx, name)
	case err != nil:
		return err
	case g.Status != nil: // it is being deleted
		return r.dropTemplates(ctx, name)
	}
	switch err := r.drain(ctx, g); {
	case errors.Is(err, gennaker.ErrNotFound):
		return r.dropTemplates(ctx, name) // somebody else has destroyed it meanwhile
	case err != nil:
		return err
	}
	if err := r.dropAlarms(ctx, g); err != nil {
		return err
	}
	if err := r.deleteGroup(ctx, name, true); err != nil {
		return err
	}
	return r.dropTemplateOf(ctx, g)
}

// destroyUnseen destroys what an answer does not show: it is gone, or was just
// made and is not seen yet. Amazon deletes only an empty group when it is asked
// like this, so that one which has instances is drained when it is seen.
func (r *region) destroyUnseen(ctx context.Context, name string) error {
	if err := r.deleteGroup(ctx, name, false); err != nil {
		return err
	}
	return r.dropTemplates(ctx, name)
}

func (r *region) deleteGroup(ctx context.Context, name string, withInstances bool) error {
	_, err := r.groups.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: &name, ForceDelete: &withInstances})
	return gone(err)
}

// drain returns when no instance of the group takes traffic or answers any.
func (r *region) drain(ctx context.Context, g types.AutoScalingGroup) error {
	if len(g.Instances) == 0 || len(g.TargetGroupARNs)+len(g.LoadBalancerNames) == 0 {
		return nil
	}
	deadline := time.Now().Add(drainLimit)
	wait := drainSoon
	for first := true; ; first = false {
		busy, err := r.busy(ctx, g)
		if err != nil || busy == 0 {
			return err
		}
		if first {
			if err := r.disable(ctx, *g.AutoScalingGroupName); err != nil {
				return err
			}
			continue
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %d of its instances still answer requests", gennaker.ErrUnavailable, busy)
		}
		if err := rest(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, drainLook)
	}
}

// busy counts the instances that load balancers send requests to, or that
// still answer some.
func (r *region) busy(ctx context.Context, g types.AutoScalingGroup) (int, error) {
	balanced, err := r.balanced(ctx, []types.AutoScalingGroup{g})
	if err != nil {
		return 0, err
	}
	busy := 0
	for _, id := range members(g) {
		if balanced.has(g, id, gennaker.Up, gennaker.Draining) {
			busy++
		}
	}
	return busy, nil
}
