package ecs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// planScaling reads the scaling policies and scheduled actions of the server
// group that this one follows, as requests for this one.
func (r *region) planScaling(ctx context.Context, p *plan) error {
	if p.Source == "" || p.spec.CopyPolicies != nil && !*p.spec.CopyPolicies {
		return nil
	}
	source, err := r.service(ctx, p.Source)
	if err != nil {
		return fmt.Errorf("how %s scales: %w", p.Source, err)
	}
	if source.target == nil {
		return nil
	}
	if err := r.planPolicies(ctx, p, source); err != nil {
		return fmt.Errorf("scaling policies of %s: %w", p.Source, err)
	}
	if err := r.planActions(ctx, p, source); err != nil {
		return fmt.Errorf("scheduled actions of %s: %w", p.Source, err)
	}
	return nil
}

func (r *region) planPolicies(ctx context.Context, p *plan, source service) error {
	pages := scaling.NewDescribeScalingPoliciesPaginator(r.scaling, &scaling.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: source.resource()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return amazon.Kinded(err)
		}
		for _, policy := range page.ScalingPolicies {
			if policy.PolicyType == types.PolicyTypeStepScaling {
				return fmt.Errorf("%w: %s scales in steps, by alarms of its own, which cannot be copied: make it one of target tracking, or set copySourceScalingPoliciesAndActions: false",
					gennaker.ErrInvalid, aws.ToString(policy.PolicyName))
			}
			p.policies = append(p.policies, &scaling.PutScalingPolicyInput{
				ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: aws.String(resource(p.cluster, p.Name)),
				PolicyName: policy.PolicyName, PolicyType: policy.PolicyType,
				TargetTrackingScalingPolicyConfiguration: policy.TargetTrackingScalingPolicyConfiguration,
				PredictiveScalingPolicyConfiguration:     policy.PredictiveScalingPolicyConfiguration,
			})
		}
	}
	return nil
}

func (r *region) planActions(ctx context.Context, p *plan, source service) error {
	pages := scaling.NewDescribeScheduledActionsPaginator(r.scaling, &scaling.DescribeScheduledActionsInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: source.resource()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return amazon.Kinded(err)
		}
		for _, a := range page.ScheduledActions {
			p.actions = append(p.actions, &scaling.PutScheduledActionInput{
				ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: aws.String(resource(p.cluster, p.Name)),
				ScheduledActionName: a.ScheduledActionName, Schedule: a.Schedule, Timezone: a.Timezone,
				StartTime: a.StartTime, EndTime: a.EndTime, ScalableTargetAction: a.ScalableTargetAction,
			})
		}
	}
	return nil
}

// copyScaling gives a server group what its plan has of another's. Both calls
// replace what has the same name.
func (r *region) copyScaling(ctx context.Context, p plan) error {
	for _, in := range p.policies {
		if _, err := r.scaling.PutScalingPolicy(ctx, in); err != nil {
			return fmt.Errorf("copy scaling policy %s: %w", *in.PolicyName, amazon.Kinded(err))
		}
	}
	for _, in := range p.actions {
		if _, err := r.scaling.PutScheduledAction(ctx, in); err != nil {
			return fmt.Errorf("copy scheduled action %s: %w", *in.ScheduledActionName, amazon.Kinded(err))
		}
	}
	return nil
}
