package ecs

import (
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// Spec is what a cluster block says about a server group on ECS, beside the
// fields that all clouds share.
type Spec struct {
	Cluster string `json:"ecsClusterName"`

	Image       string         `json:"dockerImageAddress"`
	ImageSecret string         `json:"dockerImageCredentialsSecret"` // ARN of a secret
	CPU         *int32         `json:"computeUnits"`
	Memory      *int32         `json:"reservedMemory"` // MiB
	Environment map[string]any `json:"environmentVariables"`
	Labels      map[string]any `json:"dockerLabels"`
	LogDriver   string         `json:"logDriver"`
	LogOptions  map[string]any `json:"logOptions"`
	Role        string         `json:"iamRole"`          // of the tasks: name or ARN
	Execution   string         `json:"executionRoleArn"` // of the agent that pulls images and writes logs
	NetworkMode string         `json:"networkMode"`

	// Definition is a whole task definition, in place of the fields above; its
	// containers can be given other images.
	Definition  map[string]any    `json:"taskDefinition"`
	UseArtifact bool              `json:"useTaskDefinitionArtifact"`
	Images      map[string]string `json:"containerToImageMap"`

	Tags         map[string]any `json:"tags"`
	TargetGroup  string         `json:"targetGroup"`
	Port         *int32         `json:"containerPort"`
	Container    string         `json:"loadBalancedContainer"`
	Mappings     []Mapping      `json:"targetGroupMappings"`
	Protocol     string         `json:"portProtocol"`
	HealthGrace  *int32         `json:"healthCheckGracePeriodSeconds"`
	Discovery    []Association  `json:"serviceDiscoveryAssociations"`
	LaunchType   string         `json:"launchType"`
	Platform     string         `json:"platformVersion"`
	Providers    []Provider     `json:"capacityProviderStrategy"`
	Strategies   []Placement    `json:"placementStrategySequence"`
	Constraints  []Constraint   `json:"placementConstraints"`
	Exec         bool           `json:"enableExecuteCommand"`
	Breaker      bool           `json:"enableDeploymentCircuitBreaker"`
	CopyPolicies *bool          `json:"copySourceScalingPoliciesAndActions"` // true when absent

	Zones          map[string][]string `json:"availabilityZones"` // by region
	SubnetType     string              `json:"subnetType"`        // the purpose of subnets
	SubnetTypes    []string            `json:"subnetTypes"`
	SubnetIDs      []string            `json:"subnetIds"`
	SecurityGroups []string            `json:"securityGroupNames"` // names or ids
	PublicAddress  *bool               `json:"associatePublicIpAddress"`
}

// Mapping puts a port of a container behind a target group.
type Mapping struct {
	Container   string `json:"containerName"` // default: the one container
	Port        *int32 `json:"containerPort"`
	TargetGroup string `json:"targetGroup"` // name or ARN
}

// Association registers tasks with a service of Cloud Map.
type Association struct {
	Registry  Registry `json:"registry"`
	Container string   `json:"containerName"`
	Port      *int32   `json:"containerPort"`
}

// Registry is a service of Cloud Map.
type Registry struct {
	ARN  string `json:"arn"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

// Provider is a capacity provider and its part of the tasks.
type Provider struct {
	Name   string `json:"capacityProvider"`
	Weight int32  `json:"weight"`
	Base   int32  `json:"base"`
}

// Placement says how tasks are spread over container instances.
type Placement struct {
	Type  string `json:"type"`
	Field string `json:"field"`
}

// Constraint says which container instances may have tasks.
type Constraint struct {
	Type       string `json:"type"`
	Expression string `json:"expression"`
}

// decode reads our fields of a cluster block, and checks them.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	if err := amazon.DecodeBlock(block, &s); err != nil {
		return s, err
	}
	return s, s.check()
}

// The words of Spinnaker's pages for nothing.
const (
	noRole   = "None (No IAM role)"
	noSecret = "None (No registry credentials)"
)

// reserved are the variables that Spinnaker and we set.
var reserved = []string{"CLOUD_DETAIL", "CLOUD_STACK", "SERVER_GROUP"}

func (s Spec) check() error {
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.Definition == nil && s.UseArtifact, "useTaskDefinitionArtifact: artifacts cannot be read yet: write the task definition into the field taskDefinition"},
		{s.Definition == nil && s.Image == "", "dockerImageAddress: it is missing: give an image, or a whole taskDefinition"},
		{s.Definition == nil && (s.CPU == nil || *s.CPU < 0), "computeUnits: it is missing, or negative"},
		{s.Definition == nil && (s.Memory == nil || *s.Memory < 0), "reservedMemory: it is missing, or negative"},
		{s.Definition != nil && s.Image != "", "dockerImageAddress and taskDefinition both say what runs: use containerToImageMap with a taskDefinition"},
		{s.Definition == nil && len(s.Images) > 0, "containerToImageMap: it belongs to a taskDefinition"},
		{s.LaunchType != "" && len(s.Providers) > 0, "launchType and capacityProviderStrategy exclude each other"},
		{s.LaunchType == "" && len(s.Providers) == 0, "launchType: it is missing: EC2, FARGATE or EXTERNAL, or give a capacityProviderStrategy"},
		{s.TargetGroup != "" && len(s.Mappings) > 0, "targetGroup and targetGroupMappings exclude each other: use targetGroupMappings"},
		{s.SubnetType != "" && len(s.SubnetTypes) > 0, "subnetType and subnetTypes exclude each other: use subnetTypes"},
		{s.fargate() && s.Definition == nil && s.network() != "awsvpc", "networkMode: on Fargate it must be awsvpc"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	return s.checkLists()
}

func (s Spec) checkLists() error {
	for name := range s.Environment {
		if slices.Contains(reserved, name) {
			return fmt.Errorf("%w: environmentVariables: %s is set by the deployment itself", gennaker.ErrInvalid, name)
		}
	}
	for i, m := range s.mappings() {
		if m.TargetGroup == "" || m.Port == nil || *m.Port < 1 || *m.Port > 65535 {
			return fmt.Errorf("%w: targetGroupMappings[%d]: it needs a targetGroup and a containerPort", gennaker.ErrInvalid, i)
		}
		if s.Definition != nil && m.Container == "" {
			return fmt.Errorf("%w: targetGroupMappings[%d]: it needs the containerName in the taskDefinition", gennaker.ErrInvalid, i)
		}
	}
	for i, a := range s.Discovery {
		if a.Registry.ARN == "" {
			return fmt.Errorf("%w: serviceDiscoveryAssociations[%d]: its registry needs an arn", gennaker.ErrInvalid, i)
		}
	}
	return nil
}

// mappings are those of both ways to write them.
func (s Spec) mappings() []Mapping {
	if s.TargetGroup != "" {
		return []Mapping{{Container: s.Container, Port: s.Port, TargetGroup: s.TargetGroup}}
	}
	return s.Mappings
}

// network is the network mode; empty leaves it to ECS.
func (s Spec) network() string {
	if s.NetworkMode == "default" {
		return ""
	}
	return s.NetworkMode
}

// subnetTypes are the purposes of subnets, in both ways to write them.
func (s Spec) subnetTypes() []string {
	if s.SubnetType != "" {
		return []string{s.SubnetType}
	}
	return s.SubnetTypes
}

// fargate reports whether tasks run on Fargate, which sizes whole tasks.
func (s Spec) fargate() bool {
	return s.LaunchType == "FARGATE" || slices.ContainsFunc(s.Providers, func(p Provider) bool {
		return p.Name == "FARGATE" || p.Name == "FARGATE_SPOT"
	})
}
