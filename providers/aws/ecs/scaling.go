package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// What scales a service is its scalable target, which holds its min and max,
// and whether it is suspended.

const dimension = types.ScalableDimensionECSServiceDesiredCount

func resource(cluster, name string) string { return "service/" + cluster + "/" + name }

func (s service) resource() *string { return aws.String(resource(s.cluster, s.name())) }

// mostTargets is how many scalable targets are described at once.
const mostTargets = 50

// addTargets reads how services scale.
func (r *region) addTargets(ctx context.Context, services []service) error {
	byResource := map[string]types.ScalableTarget{}
	for piece := range slices.Chunk(services, mostTargets) {
		var ids []string
		for _, s := range piece {
			ids = append(ids, *s.resource())
		}
		pages := scaling.NewDescribeScalableTargetsPaginator(r.scaling, &scaling.DescribeScalableTargetsInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceIds: ids})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return fmt.Errorf("how it scales: %w", amazon.Kinded(err))
			}
			for _, t := range page.ScalableTargets {
				byResource[aws.ToString(t.ResourceId)] = t
			}
		}
	}
	for i := range services {
		if t, ok := byResource[*services[i].resource()]; ok {
			services[i].target = &t
		}
	}
	return nil
}

func suspended(t types.ScalableTarget) bool {
	s := t.SuspendedState
	return s != nil && aws.ToBool(s.DynamicScalingInSuspended) && aws.ToBool(s.DynamicScalingOutSuspended) && aws.ToBool(s.ScheduledScalingSuspended)
}

// scale says between what a service may have tasks, and whether anything
// scales it.
func (r *region) scale(ctx context.Context, cluster, name string, c gennaker.Capacity, suspend bool) error {
	_, err := r.scaling.RegisterScalableTarget(ctx, &scaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: aws.String(resource(cluster, name)),
		MinCapacity: aws.Int32(int32(c.Min)), MaxCapacity: aws.Int32(int32(c.Max)),
		SuspendedState: &types.SuspendedState{DynamicScalingInSuspended: &suspend, DynamicScalingOutSuspended: &suspend, ScheduledScalingSuspended: &suspend},
	})
	if err != nil {
		return fmt.Errorf("register how it scales: %w", amazon.Kinded(err))
	}
	return nil
}

// unscale forgets how a service scales, and its policies with it.
func (r *region) unscale(ctx context.Context, cluster, name string) error {
	_, err := r.scaling.DeregisterScalableTarget(ctx, &scaling.DeregisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: dimension, ResourceId: aws.String(resource(cluster, name))})
	if err := amazon.Kinded(err); err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("deregister how it scales: %w", err)
	}
	return nil
}
