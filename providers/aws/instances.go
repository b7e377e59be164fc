package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/gennaker/gennaker"
)

// TerminateInstances has Auto Scaling end instances: it drains them first. One
// that is ending already stays so, and the group shrinks by it no second time.
func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	err := c.change("terminate instances of", t.ServerGroupRef, func(r *region) error {
		g, err := r.living(ctx, t.Name)
		if err != nil {
			return err
		}
		for _, id := range staying(g) {
			if !slices.Contains(t.IDs, id) {
				continue
			}
			if err := r.terminate(ctx, id, t.Shrink); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
		}
		return nil
	})
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// terminate ends one instance. Amazon refuses to end, and to count, one twice;
// what we have read may be older than an earlier try.
func (r *region) terminate(ctx context.Context, id string, shrink bool) error {
	_, err := r.groups.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: &id, ShouldDecrementDesiredCapacity: &shrink}, once)
	if strings.HasPrefix(said(err), "ScalingActivityInProgress") {
		return nil
	}
	return gone(err)
}

// staying are the instances that are not ending.
func staying(g types.AutoScalingGroup) []string {
	var ids []string
	for _, i := range g.Instances {
		if !strings.HasPrefix(string(i.LifecycleState), "Terminat") {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

// RebootInstances starts instances of the server group anew. EC2 cannot tell
// whether it has done so: if its answer is lost, a repeat reboots them again.
func (c *Cloud) RebootInstances(ctx context.Context, q gennaker.InstancesRef) error {
	return c.change("reboot instances of", q.ServerGroupRef, func(r *region) error {
		g, err := r.living(ctx, q.Name)
		if err != nil {
			return err
		}
		here := staying(g)
		for _, id := range q.IDs {
			if !slices.Contains(here, id) {
				return fmt.Errorf("%s: %w: it has %s", id, gennaker.ErrNotFound, strings.Join(here, ", "))
			}
		}
		_, err = r.ec2.RebootInstances(ctx, &ec2.RebootInstancesInput{InstanceIds: q.IDs},
			func(o *ec2.Options) { o.Retryer = aws.NopRetryer{} })
		return kinded(err)
	})
}
