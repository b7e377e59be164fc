package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// follow copies the scaling policies, with their alarms, and the scheduled
// actions of the server group that a new one follows. They have the same names
// in both, so that a repeat puts each where it is already. A source that is
// gone has none.
func (r *region) follow(ctx context.Context, p plan) error {
	if p.Source == "" || p.spec.CopyScaling != nil && !*p.spec.CopyScaling {
		return nil
	}
	err := r.copyPolicies(ctx, p.Source, p.Name)
	if err == nil {
		err = r.copySchedule(ctx, p.Source, p.Name, time.Now())
	}
	if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("copy the scaling of %s: %w", p.Source, err)
	}
	return nil
}

func (r *region) copyPolicies(ctx context.Context, from, to string) error {
	pages := autoscaling.NewDescribePoliciesPaginator(r.groups, &autoscaling.DescribePoliciesInput{AutoScalingGroupName: &from})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return kinded(err)
		}
		for _, p := range page.ScalingPolicies {
			if err := r.copyPolicy(ctx, p, from, to); err != nil {
				return fmt.Errorf("policy %s: %w", *p.PolicyName, err)
			}
		}
	}
	return nil
}

// alarmed are the types of policies that alarms of their own set off. The
// others make theirs.
var alarmed = []string{"SimpleScaling", "StepScaling"}

func (r *region) copyPolicy(ctx context.Context, p types.ScalingPolicy, from, to string) error {
	made, err := r.groups.PutScalingPolicy(ctx, samePolicy(p, to))
	if err != nil {
		return kinded(err)
	}
	if !slices.Contains(alarmed, aws.ToString(p.PolicyType)) {
		return nil
	}
	return r.copyAlarms(ctx, from, to, aws.ToString(p.PolicyARN), aws.ToString(made.PolicyARN))
}

func samePolicy(p types.ScalingPolicy, group string) *autoscaling.PutScalingPolicyInput {
	return &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: &group, PolicyName: p.PolicyName, PolicyType: p.PolicyType, Enabled: p.Enabled,
		AdjustmentType: p.AdjustmentType, Cooldown: p.Cooldown, EstimatedInstanceWarmup: p.EstimatedInstanceWarmup,
		MetricAggregationType: p.MetricAggregationType, MinAdjustmentMagnitude: p.MinAdjustmentMagnitude,
		ScalingAdjustment: p.ScalingAdjustment, StepAdjustments: p.StepAdjustments,
		TargetTrackingConfiguration: p.TargetTrackingConfiguration, PredictiveScalingConfiguration: p.PredictiveScalingConfiguration,
	}
}

func (r *region) copySchedule(ctx context.Context, from, to string, now time.Time) error {
	pages := autoscaling.NewDescribeScheduledActionsPaginator(r.groups, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: &from})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return kinded(err)
		}
		for _, a := range page.ScheduledUpdateGroupActions {
			in, ok := sameAction(a, to, now)
			if !ok {
				continue
			}
			if _, err := r.groups.PutScheduledUpdateGroupAction(ctx, in); err != nil {
				return fmt.Errorf("scheduled action %s: %w", *a.ScheduledActionName, kinded(err))
			}
		}
	}
	return nil
}

// sameAction is a scheduled action for another group; one that is over is
// none. AWS takes no start in the past: what recurs has begun already.
func sameAction(a types.ScheduledUpdateGroupAction, group string, now time.Time) (*autoscaling.PutScheduledUpdateGroupActionInput, bool) {
	in := &autoscaling.PutScheduledUpdateGroupActionInput{
		AutoScalingGroupName: &group, ScheduledActionName: a.ScheduledActionName, Recurrence: a.Recurrence, TimeZone: a.TimeZone,
		MinSize: a.MinSize, MaxSize: a.MaxSize, DesiredCapacity: a.DesiredCapacity, StartTime: a.StartTime, EndTime: a.EndTime,
	}
	if a.EndTime != nil && a.EndTime.Before(now) {
		return nil, false
	}
	if a.StartTime != nil && a.StartTime.Before(now) {
		in.StartTime = nil
	}
	return in, in.StartTime != nil || in.Recurrence != nil
}
