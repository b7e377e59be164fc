package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// register puts instances behind all load balancers of their group. One that
// is there already stays.
func (r *region) register(ctx context.Context, g types.AutoScalingGroup, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	for _, arn := range g.TargetGroupARNs {
		_, err := r.elb.RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: &arn, Targets: targets(ids)})
		if err != nil {
			return fmt.Errorf("register with target group %s: %w", targetGroupName(arn), kinded(err))
		}
	}
	for _, name := range g.LoadBalancerNames {
		_, err := r.classic.RegisterInstancesWithLoadBalancer(ctx, &classic.RegisterInstancesWithLoadBalancerInput{
			LoadBalancerName: &name, Instances: instances(ids)})
		if err != nil {
			return fmt.Errorf("register with load balancer %s: %w", name, kinded(err))
		}
	}
	return nil
}

// deregister takes instances from all load balancers of their group. One that
// a load balancer does not know, and a load balancer that is gone, are none.
func (r *region) deregister(ctx context.Context, g types.AutoScalingGroup, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	for _, arn := range g.TargetGroupARNs {
		_, err := r.elb.DeregisterTargets(ctx, &elb.DeregisterTargetsInput{TargetGroupArn: &arn, Targets: targets(ids)})
		if err := gone(err); err != nil {
			return fmt.Errorf("deregister from target group %s: %w", targetGroupName(arn), err)
		}
	}
	for _, name := range g.LoadBalancerNames {
		_, err := r.classic.DeregisterInstancesFromLoadBalancer(ctx, &classic.DeregisterInstancesFromLoadBalancerInput{
			LoadBalancerName: &name, Instances: instances(ids)})
		if err := gone(err); err != nil {
			return fmt.Errorf("deregister from load balancer %s: %w", name, err)
		}
	}
	return nil
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
