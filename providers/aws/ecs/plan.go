package ecs

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
)

// plan is a server group to be made: the two requests that make it, with what
// the document names by name looked up.
type plan struct {
	gennaker.CreateServerGroup
	spec       Spec
	cluster    string
	definition *ecs.RegisterTaskDefinitionInput
	service    *ecs.CreateServiceInput // its task definition is missing yet
	policies   []*scaling.PutScalingPolicyInput
	actions    []*scaling.PutScheduledActionInput
}

// plan decodes the request and looks up what it names. It changes nothing.
func (r *region) plan(ctx context.Context, c gennaker.CreateServerGroup) (plan, error) {
	p := plan{CreateServerGroup: c, cluster: r.clusters[0]}
	var err error
	if err = c.Capacity.Check(); err != nil {
		return p, err
	}
	if p.spec, err = decode(c.Spec); err != nil {
		return p, err
	}
	if p.spec.Cluster != "" {
		p.cluster = p.spec.Cluster
	}
	if !slices.Contains(r.clusters, p.cluster) {
		return p, fmt.Errorf("ecsClusterName %s: %w: account %s has %v: add it to the account's clusters", p.cluster, gennaker.ErrInvalid, r.Account, r.clusters)
	}
	if p.definition, err = r.planDefinition(p); err != nil {
		return p, err
	}
	if p.service, err = r.planService(ctx, p); err != nil {
		return p, err
	}
	return p, r.planScaling(ctx, &p)
}

func (r *region) planService(ctx context.Context, p plan) (*ecs.CreateServiceInput, error) {
	s := p.spec
	in := &ecs.CreateServiceInput{
		Cluster: &p.cluster, ServiceName: &p.Name, ClientToken: aws.String(p.Marks[gennaker.MarkToken]),
		DesiredCount: aws.Int32(int32(p.Capacity.Desired)),
		LaunchType:   types.LaunchType(s.LaunchType), PlatformVersion: given(s.Platform),
		EnableExecuteCommand: s.Exec, EnableECSManagedTags: true, PropagateTags: types.PropagateTagsService,
		DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(200),
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: s.Breaker}},
		Tags: tags(s.Tags, p.marks()),
	}
	if p.Disabled {
		in.DesiredCount = aws.Int32(0)
	}
	for _, c := range s.Providers {
		in.CapacityProviderStrategy = append(in.CapacityProviderStrategy, types.CapacityProviderStrategyItem{CapacityProvider: &c.Name, Weight: c.Weight, Base: c.Base})
	}
	for _, c := range s.Strategies {
		in.PlacementStrategy = append(in.PlacementStrategy, types.PlacementStrategy{Type: types.PlacementStrategyType(c.Type), Field: given(c.Field)})
	}
	for _, c := range s.Constraints {
		in.PlacementConstraints = append(in.PlacementConstraints, types.PlacementConstraint{Type: types.PlacementConstraintType(c.Type), Expression: given(c.Expression)})
	}
	for _, a := range s.Discovery {
		in.ServiceRegistries = append(in.ServiceRegistries, p.registry(a))
	}
	if err := r.balance(ctx, p, in); err != nil {
		return nil, err
	}
	return in, r.place(ctx, p, in)
}

func (p plan) registry(a Association) types.ServiceRegistry {
	s := types.ServiceRegistry{RegistryArn: &a.Registry.ARN}
	if a.Port != nil && *a.Port > 0 {
		s.ContainerPort, s.ContainerName = a.Port, aws.String(p.container(a.Container))
	}
	return s
}

// balance puts the service behind its target groups.
func (r *region) balance(ctx context.Context, p plan, in *ecs.CreateServiceInput) error {
	for _, m := range p.spec.mappings() {
		arns, err := r.find.TargetGroups(ctx, m.TargetGroup)
		if err != nil {
			return err
		}
		in.LoadBalancers = append(in.LoadBalancers, types.LoadBalancer{TargetGroupArn: &arns[0],
			ContainerName: aws.String(p.container(m.Container)), ContainerPort: m.Port})
	}
	if len(in.LoadBalancers) > 0 { // without any, ECS refuses it
		in.HealthCheckGracePeriodSeconds = p.spec.HealthGrace
	}
	return nil
}

// place finds the subnets and security groups of tasks that have an address of
// their own.
func (r *region) place(ctx context.Context, p plan, in *ecs.CreateServiceInput) error {
	s := p.spec
	if p.definition.NetworkMode != types.NetworkModeAwsvpc {
		return nil
	}
	subnets := s.SubnetIDs
	if len(subnets) == 0 {
		for _, purpose := range s.subnetTypes() {
			ids, _, err := r.find.Subnets(ctx, purpose, s.Zones[r.Region])
			if err != nil {
				return err
			}
			subnets = append(subnets, ids...)
		}
	}
	if len(subnets) == 0 {
		return fmt.Errorf("%w: it says nowhere to run: in networkMode awsvpc give subnetTypes or subnetIds", gennaker.ErrInvalid)
	}
	groups, err := r.find.SecurityGroups(ctx, s.SecurityGroups, subnets[0])
	if err != nil {
		return err
	}
	network := &types.AwsVpcConfiguration{Subnets: subnets, SecurityGroups: groups}
	if s.PublicAddress != nil {
		network.AssignPublicIp = types.AssignPublicIpDisabled
		if *s.PublicAddress {
			network.AssignPublicIp = types.AssignPublicIpEnabled
		}
	}
	in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: network}
	return nil
}

// marks are those of the request, with the capacity of one that is to be made
// out of traffic.
func (p plan) marks() map[string]string {
	all := map[string]string{}
	for key, value := range p.Marks {
		all[key] = value
	}
	if p.Disabled {
		all[tagDesired] = fmt.Sprint(p.Capacity.Desired)
	}
	return all
}

// given is a text for the cloud, nil if there is none.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
