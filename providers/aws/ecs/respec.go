package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
)

// Spec reads back what a service was made from. A task definition of several
// containers, or of one with more than a cluster block's own fields can say,
// comes as a whole, in the field taskDefinition.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := c.do("read the spec of", ref, func(r *region) error {
		s, err := r.living(ctx, ref.Name)
		if err != nil {
			return err
		}
		d, err := r.definition(ctx, aws.ToString(s.TaskDefinition))
		if err != nil {
			return err
		}
		spec, err = respec(s, d)
		return err
	})
	return spec, err
}

func respec(s service, d definition) (map[string]any, error) {
	spec := map[string]any{
		"ecsClusterName": s.cluster, "launchType": string(s.LaunchType), "platformVersion": aws.ToString(s.PlatformVersion),
		"networkMode": string(d.NetworkMode), "enableExecuteCommand": s.EnableExecuteCommand, "tags": s.tags(),
		"healthCheckGracePeriodSeconds": s.HealthCheckGracePeriodSeconds,
	}
	if c := s.DeploymentConfiguration; c != nil && c.DeploymentCircuitBreaker != nil {
		spec["enableDeploymentCircuitBreaker"] = c.DeploymentCircuitBreaker.Enable
	}
	if len(s.CapacityProviderStrategy) > 0 {
		delete(spec, "launchType")
	}
	for name, list := range map[string]any{
		"capacityProviderStrategy": s.CapacityProviderStrategy, "placementStrategySequence": s.PlacementStrategy,
		"placementConstraints": s.PlacementConstraints,
	} {
		plain, err := plainly(list)
		if err != nil {
			return nil, err
		}
		if plain != nil {
			spec[name] = plain
		}
	}
	s.network(spec)
	whole, err := d.fields(spec)
	if err != nil {
		return nil, err
	}
	s.mappings(spec, whole)
	return spec, nil
}

// tags are those of a service that are not ours.
func (s service) tags() map[string]any {
	all := map[string]any{}
	for _, t := range s.Tags {
		if key := aws.ToString(t.Key); !strings.HasPrefix(key, "gennaker:") && !strings.HasPrefix(key, "aws:") {
			all[key] = aws.ToString(t.Value)
		}
	}
	return all
}

func (s service) network(spec map[string]any) {
	if s.NetworkConfiguration == nil || s.NetworkConfiguration.AwsvpcConfiguration == nil {
		return
	}
	n := s.NetworkConfiguration.AwsvpcConfiguration
	spec["subnetIds"], spec["securityGroupNames"] = anys(n.Subnets), anys(n.SecurityGroups)
	if n.AssignPublicIp != "" {
		spec["associatePublicIpAddress"] = n.AssignPublicIp == types.AssignPublicIpEnabled
	}
}

// mappings are the service's target groups and registries. Unless the task
// definition is written out, they are those of the one container.
func (s service) mappings(spec map[string]any, whole bool) {
	name := func(container *string, entry map[string]any) map[string]any {
		if whole {
			entry["containerName"] = aws.ToString(container)
		}
		return entry
	}
	var groups, registries []any
	for _, l := range s.LoadBalancers {
		groups = append(groups, name(l.ContainerName, map[string]any{"targetGroup": aws.ToString(l.TargetGroupArn), "containerPort": aws.ToInt32(l.ContainerPort)}))
	}
	for _, g := range s.ServiceRegistries {
		entry := map[string]any{"registry": map[string]any{"arn": aws.ToString(g.RegistryArn)}}
		if g.ContainerPort != nil {
			entry["containerPort"] = *g.ContainerPort
			name(g.ContainerName, entry)
		}
		registries = append(registries, entry)
	}
	if groups != nil {
		spec["targetGroupMappings"] = groups
	}
	if registries != nil {
		spec["serviceDiscoveryAssociations"] = registries
	}
}

// fields are the task definition in the block's own fields, or else as a
// whole, which it reports.
func (d definition) fields(spec map[string]any) (whole bool, err error) {
	c := d.ContainerDefinitions[0]
	if len(d.ContainerDefinitions) > 1 || !version.MatchString(aws.ToString(c.Name)) || !d.single() {
		spec["taskDefinition"], err = d.written()
		return true, err
	}
	environment := map[string]any{}
	for _, v := range c.Environment {
		if name := aws.ToString(v.Name); !slices.Contains(reserved, name) {
			environment[name] = aws.ToString(v.Value)
		}
	}
	labels := map[string]any{}
	for label, value := range c.DockerLabels {
		if !slices.Contains([]string{labelServerGroup, labelStack, labelDetail}, label) {
			labels[label] = value
		}
	}
	for field, value := range map[string]any{
		"dockerImageAddress": aws.ToString(c.Image), "computeUnits": c.Cpu, "reservedMemory": aws.ToInt32(c.MemoryReservation),
		"environmentVariables": environment, "dockerLabels": labels,
		"iamRole": aws.ToString(d.TaskRoleArn), "executionRoleArn": aws.ToString(d.ExecutionRoleArn),
	} {
		spec[field] = value
	}
	if c.RepositoryCredentials != nil {
		spec["dockerImageCredentialsSecret"] = aws.ToString(c.RepositoryCredentials.CredentialsParameter)
	}
	if l := c.LogConfiguration; l != nil {
		options := map[string]any{}
		for key, value := range l.Options {
			options[key] = value
		}
		spec["logDriver"], spec["logOptions"] = string(l.LogDriver), options
	}
	return false, nil
}

// single reports whether planning from the fields of a block can say all that
// its container has.
func (d definition) single() bool {
	c := d.ContainerDefinitions[0]
	return len(c.Command) == 0 && len(c.EntryPoint) == 0 && c.HealthCheck == nil && len(c.Secrets) == 0 && len(c.MountPoints) == 0 &&
		len(d.Volumes) == 0 && c.MemoryReservation != nil && c.Memory == nil && len(c.Ulimits) == 0 && c.LinuxParameters == nil
}

// written is the task definition as a request for another.
func (d definition) written() (any, error) {
	t := d.TaskDefinition
	return plainly(ecs.RegisterTaskDefinitionInput{
		ContainerDefinitions: t.ContainerDefinitions, Cpu: t.Cpu, Memory: t.Memory, EphemeralStorage: t.EphemeralStorage,
		ExecutionRoleArn: t.ExecutionRoleArn, TaskRoleArn: t.TaskRoleArn, IpcMode: t.IpcMode, PidMode: t.PidMode, NetworkMode: t.NetworkMode,
		PlacementConstraints: t.PlacementConstraints, ProxyConfiguration: t.ProxyConfiguration, RuntimePlatform: t.RuntimePlatform,
		RequiresCompatibilities: t.RequiresCompatibilities, Volumes: t.Volumes,
	})
}

// plainly is a value of the SDK as documents write it: without what is not
// set, and with the names in ECS's own spelling.
func plainly(value any) (any, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		return nil, err
	}
	return spelled(plain), nil
}

// verbatim are the fields whose keys are the document's own.
var verbatim = []string{"DockerLabels", "DriverOpts", "Labels", "Options"}

func spelled(value any) any {
	switch v := value.(type) {
	case map[string]any:
		all := map[string]any{}
		for key, inner := range v {
			if !slices.Contains(verbatim, key) {
				inner = spelled(inner)
			}
			if inner != nil && inner != "" {
				all[strings.ToLower(key[:1])+key[1:]] = inner
			}
		}
		return all
	case []any:
		for i := range v {
			v[i] = spelled(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return value
}

func anys(list []string) []any {
	var all []any
	for _, text := range list {
		all = append(all, text)
	}
	return all
}
