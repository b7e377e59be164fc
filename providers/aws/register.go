package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// register puts instances behind all load balancers of their group. One that
// is there already stays; one that ends meanwhile is left out.
func (r *region) register(ctx context.Context, g types.AutoScalingGroup, ids []string) error {
	for _, arn := range g.TargetGroupARNs {
		err := batched(ids, func(ids []string) error {
			_, err := r.elb.RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: &arn, Targets: targets(ids)})
			return err
		})
		if err != nil {
			return fmt.Errorf("register with target group %s: %w", targetGroupName(arn), err)
		}
	}
	for _, name := range g.LoadBalancerNames {
		err := batched(ids, func(ids []string) error {
			_, err := r.classic.RegisterInstancesWithLoadBalancer(ctx, &classic.RegisterInstancesWithLoadBalancerInput{
				LoadBalancerName: &name, Instances: instances(ids)})
			return err
		})
		if err != nil {
			return fmt.Errorf("register with load balancer %s: %w", name, err)
		}
	}
	return nil
}

// deregister takes instances from all load balancers of their group. One that
// a load balancer does not know, and a load balancer that is gone, are none.
func (r *region) deregister(ctx context.Context, g types.AutoScalingGroup, ids []string) error {
	for _, arn := range g.TargetGroupARNs {
		err := gone(batched(ids, func(ids []string) error {
			_, err := r.elb.DeregisterTargets(ctx, &elb.DeregisterTargetsInput{TargetGroupArn: &arn, Targets: targets(ids)})
			return err
		}))
		if err != nil {
			return fmt.Errorf("deregister from target group %s: %w", targetGroupName(arn), err)
		}
	}
	for _, name := range g.LoadBalancerNames {
		err := gone(batched(ids, func(ids []string) error {
			_, err := r.classic.DeregisterInstancesFromLoadBalancer(ctx, &classic.DeregisterInstancesFromLoadBalancerInput{
				LoadBalancerName: &name, Instances: instances(ids)})
			return err
		}))
		if err != nil {
			return fmt.Errorf("deregister from load balancer %s: %w", name, err)
		}
	}
	return nil
}

// batched calls with all instances at once. If the cloud refuses that for one
// which it does not know, or which has ended, it calls with each: the others
// must not stay as they are for its sake.
func batched(ids []string, call func([]string) error) error {
	if len(ids) == 0 {
		return nil
	}
	err := call(ids)
	if !unknownInstance(err) {
		return kinded(err)
	}
	if len(ids) == 1 {
		return nil
	}
	for id := range slices.Chunk(ids, 1) {
		if err := batched(id, call); err != nil {
			return err
		}
	}
	return nil
}

func unknownInstance(err error) bool {
	code := said(err)
	return code == "InvalidTarget" || code == "InvalidInstance"
}

func targets(ids []string) []elbtypes.TargetDescription {
	var all []elbtypes.TargetDescription
	for _, id := range ids {
		all = append(all, elbtypes.TargetDescription{Id: &id})
	}
	return all
}

func instances(ids []string) []classictypes.Instance {
	var all []classictypes.Instance
	for _, id := range ids {
		all = append(all, classictypes.Instance{InstanceId: &id})
	}
	return all
}
