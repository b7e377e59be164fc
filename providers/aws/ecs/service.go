package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// service is a service of an ECS cluster, with how it scales; nil if that was
// never said.
type service struct {
	types.Service
	cluster string
	target  *scalingtypes.ScalableTarget
}

// The words that ECS uses for the state of a service.
const (
	statusActive   = "ACTIVE"
	statusInactive = "INACTIVE" // gone, and shown for a while
)

// tagDesired holds how many tasks a disabled service had.
const tagDesired = "gennaker:desired"

func (s service) name() string { return aws.ToString(s.ServiceName) }

func (s service) active() bool { return aws.ToString(s.Status) == statusActive }

// disabled reports whether it was taken out of traffic, by us or by Spinnaker:
// both have it want no tasks, and suspend its scaling.
func (s service) disabled() bool {
	return !s.active() || s.DesiredCount == 0 && s.target != nil && suspended(*s.target)
}

// capacity is what it has, or has when it is enabled again.
func (s service) capacity() gennaker.Capacity {
	desired := int(s.DesiredCount)
	if s.active() && s.disabled() {
		desired = s.remembered()
	}
	c := gennaker.Capacity{Min: desired, Desired: desired, Max: desired}
	if s.target != nil {
		c.Min, c.Max = int(aws.ToInt32(s.target.MinCapacity)), int(aws.ToInt32(s.target.MaxCapacity))
	}
	return c
}

// remembered is how many tasks a disabled service had. Of one that Spinnaker
// disabled that is the most it may have, as Spinnaker has it.
func (s service) remembered() int {
	if n, err := strconv.Atoi(s.tag(tagDesired)); err == nil {
		return n
	}
	return int(aws.ToInt32(s.target.MaxCapacity))
}

func (s service) tag(key string) string { return tagOf(s.Tags, key) }

func tagOf(tags []types.Tag, key string) string {
	for _, t := range tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

// marks are the tags that are ours.
func (s service) marks() map[string]string {
	all := map[string]string{}
	for _, t := range s.Tags {
		if key := aws.ToString(t.Key); strings.HasPrefix(key, "gennaker:") && key != tagDesired {
			all[key] = aws.ToString(t.Value)
		}
	}
	return all
}

// service reads a service of any of the account's clusters, also one whose
// tasks are still going, or ErrNotFound.
func (r *region) service(ctx context.Context, name string) (service, error) {
	for _, cluster := range r.clusters {
		found, err := r.describe(ctx, cluster, []string{name})
		if err != nil {
			return service{}, err
		}
		if len(found) > 0 {
			return found[0], r.addTargets(ctx, found)
		}
	}
	return service{}, gennaker.ErrNotFound
}

// living reads a service that can be changed: one that is going cannot.
func (r *region) living(ctx context.Context, name string) (service, error) {
	s, err := r.service(ctx, name)
	if err == nil && !s.active() {
		return s, fmt.Errorf("%w: it is being deleted", gennaker.ErrNotFound)
	}
	return s, err
}

// mostServices is how many services ECS describes at once.
const mostServices = 10

// describe reads services of a cluster by name, without those that are gone.
func (r *region) describe(ctx context.Context, cluster string, names []string) ([]service, error) {
	found, err := r.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &cluster, Services: names,
		Include: []types.ServiceField{types.ServiceFieldTags}})
	if err != nil {
		return nil, inCluster(cluster, err)
	}
	var all []service
	for _, s := range found.Services {
		if aws.ToString(s.Status) != statusInactive {
			all = append(all, service{Service: s, cluster: cluster})
		}
	}
	return all, nil
}

// inCluster gives an error its kind. That there is no such ECS cluster is no
// answer to whether there is a service.
func inCluster(cluster string, err error) error {
	var missing *types.ClusterNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("ECS cluster %s: %w: there is no such cluster: make it, or take it out of the account's clusters", cluster, gennaker.ErrInvalid)
	}
	return amazon.Kinded(err)
}

// names lists the services of a cluster that are in scope.
func (r *region) names(ctx context.Context, cluster string, scope gennaker.Scope) ([]string, error) {
	var all []string
	pages := ecs.NewListServicesPaginator(r.ecs, &ecs.ListServicesInput{Cluster: &cluster, MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, inCluster(cluster, err)
		}
		for _, arn := range page.ServiceArns {
			if name := lastPart(arn); in(scope, name) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

func in(scope gennaker.Scope, name string) bool {
	m := gennaker.ParseMoniker(name)
	return (scope.Application == "" || scope.Application == m.App) && (scope.Cluster == "" || scope.Cluster == m.Cluster())
}

// lastPart is what an ARN or a path ends with.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
