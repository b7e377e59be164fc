package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// Create makes a launch template and an Auto Scaling group with it. Both tell
// the token of the call, so that a second try goes on where the first ended.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	r, err := c.regions.In(q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = r.create(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("aws: create %s: %w", q.Name, err)
	}
	return nil
}

func (r *region) create(ctx context.Context, c gennaker.CreateServerGroup) error {
	p, err := r.plan(ctx, c)
	if err != nil {
		return err
	}
	switch made, err := r.group(ctx, c.Name); {
	case errors.Is(err, gennaker.ErrNotFound):
		err = r.makeGroup(ctx, p)
		if err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if err := ours(made, c); err != nil {
			return err
		}
	}
	return r.finish(ctx, p)
}

// ours says as ErrExists that a server group was made by another call.
func ours(made types.AutoScalingGroup, c gennaker.CreateServerGroup) error {
	switch {
	case made.Status != nil:
		return fmt.Errorf("%w: it is being deleted: %s", gennaker.ErrExists, *made.Status)
	case marks(made)[gennaker.MarkToken] != c.Marks[gennaker.MarkToken]:
		return gennaker.ErrExists
	}
	return nil
}

// makeGroup makes the template and the group. If the cloud refuses the group
// for good, the template goes too: nobody would come back for it.
func (r *region) makeGroup(ctx context.Context, p plan) error {
	template, err := r.makeTemplate(ctx, p.CreateServerGroup, p)
	if err != nil {
		return err
	}
	_, err = r.groups.CreateAutoScalingGroup(ctx, p.group(template), once)
	if err = kinded(err); errors.Is(err, gennaker.ErrExists) {
		err = r.whose(ctx, p.CreateServerGroup)
	}
	for _, final := range []error{gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied, gennaker.ErrNotFound} {
		if errors.Is(err, final) {
			return errors.Join(err, r.dropTemplate(ctx, template))
		}
	}
	return err
}

// whose is no error if the group that is there is that of an earlier try of
// this very call, whose answer was lost. One that cannot be seen yet may be.
func (r *region) whose(ctx context.Context, c gennaker.CreateServerGroup) error {
	made, err := r.group(ctx, c.Name)
	switch {
	case errors.Is(err, gennaker.ErrNotFound):
		return fmt.Errorf("%w: there is one of that name, and it is not seen yet", gennaker.ErrUnavailable)
	case err != nil:
		return err
	}
	return ours(made, c)
}

// once keeps the SDK from trying again: the call takes no token, so that only
// who looks first may repeat it.
func once(o *autoscaling.Options) { o.Retryer = aws.NopRetryer{} }

// suspended are the processes that the group starts without. One that is made
// out of traffic launches its instances.
func (p plan) suspended() []string {
	list := slices.Clone(p.spec.Suspended)
	if p.Disabled && !slices.Contains(list, "AddToLoadBalancer") {
		list = append(list, "AddToLoadBalancer")
	}
	return list
}

// group is the request that makes the group. One with suspended processes
// starts empty: they are suspended before its first instance.
func (p plan) group(template string) *autoscaling.CreateAutoScalingGroupInput {
	s := p.spec
	in := &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &p.Name, MinSize: whole(p.Capacity.Min), MaxSize: whole(p.Capacity.Max), DesiredCapacity: whole(p.Capacity.Desired),
		LoadBalancerNames: p.classic(), TargetGroupARNs: p.targetGroups,
		HealthCheckType: given(s.HealthCheckType), HealthCheckGracePeriod: s.HealthCheckGrace,
		DefaultCooldown: s.Cooldown, TerminationPolicies: s.Termination, CapacityRebalance: s.CapacityRebalance,
		LifecycleHookSpecificationList: hooks(s.Hooks), Tags: p.tags(),
	}
	if len(p.suspended()) > 0 {
		in.MinSize, in.DesiredCapacity = aws.Int32(0), aws.Int32(0)
	}
	if len(p.subnets) > 0 {
		in.VPCZoneIdentifier = aws.String(strings.Join(p.subnets, ","))
	} else {
		in.AvailabilityZones = p.zones
	}
	from := &types.LaunchTemplateSpecification{LaunchTemplateName: &template, Version: aws.String("1")}
	if s.mixed() {
		in.MixedInstancesPolicy = s.policy(from)
	} else {
		in.LaunchTemplate = from
	}
	return in
}

// finish does what a group cannot be made with. All of it may be repeated.
func (r *region) finish(ctx context.Context, p plan) error {
	s := p.spec
	if err := r.follow(ctx, p); err != nil {
		return err
	}
	if len(s.Metrics) > 0 && s.Monitoring != nil && *s.Monitoring {
		if _, err := r.groups.EnableMetricsCollection(ctx, &autoscaling.EnableMetricsCollectionInput{
			AutoScalingGroupName: &p.Name, Granularity: aws.String("1Minute"), Metrics: s.Metrics}); err != nil {
			return fmt.Errorf("enable its metrics: %w", kinded(err))
		}
	}
	if len(p.suspended()) == 0 {
		return nil
	}
	if err := r.suspend(ctx, p.Name, p.suspended()); err != nil {
		return err
	}
	return r.setCapacity(ctx, p.Name, p.Capacity)
}

// tags are those of the document and our marks, on the group and on its
// instances.
func (p plan) tags() []types.Tag {
	all := texts(p.spec.Tags)
	maps.Copy(all, p.Marks)
	var tags []types.Tag
	for _, key := range gennaker.SortedKeys(all) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(all[key]), PropagateAtLaunch: aws.Bool(true)})
	}
	return tags
}

// policy is how instances of several types, on demand and spot, are mixed.
func (s Spec) policy(from *types.LaunchTemplateSpecification) *types.MixedInstancesPolicy {
	return &types.MixedInstancesPolicy{
		LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: from, Overrides: s.overrides()},
		InstancesDistribution: &types.InstancesDistribution{
			OnDemandAllocationStrategy: given(s.OnDemandAllocation), OnDemandBaseCapacity: s.OnDemandBase,
			OnDemandPercentageAboveBaseCapacity: s.OnDemandPercent, SpotAllocationStrategy: given(s.SpotAllocation),
			SpotInstancePools: s.SpotPools, SpotMaxPrice: given(s.SpotPrice),
		},
	}
}

// overrides are the instance types by priority; those without are last.
func (s Spec) overrides() []types.LaunchTemplateOverrides {
	sorted := slices.Clone(s.InstanceTypes)
	slices.SortStableFunc(sorted, func(a, b InstanceType) int {
		return cmp.Or(-cmp.Compare(min(a.Priority, 1), min(b.Priority, 1)), cmp.Compare(a.Priority, b.Priority))
	})
	var all []types.LaunchTemplateOverrides
	for _, t := range sorted {
		all = append(all, types.LaunchTemplateOverrides{InstanceType: &t.Type, WeightedCapacity: given(t.Weight)})
	}
	return all
}

func hooks(list []Hook) []types.LifecycleHookSpecification {
	var all []types.LifecycleHookSpecification
	for _, h := range list {
		all = append(all, types.LifecycleHookSpecification{
			LifecycleHookName: &h.Name, LifecycleTransition: &h.Transition, DefaultResult: given(h.Default), HeartbeatTimeout: h.Heartbeat,
			NotificationMetadata: given(h.Metadata), NotificationTargetARN: given(h.Target), RoleARN: given(h.Role),
		})
	}
	return all
}
