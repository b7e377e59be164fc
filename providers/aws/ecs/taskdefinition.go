package ecs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
)

// version matches the names of the containers that documents do not name.
var version = regexp.MustCompile(`^v[0-9]{3,6}$`)

// container is a container's name: the one of that name, or else the one that
// is named after the server group's sequence.
func (p plan) container(name string) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("v%03d", p.Moniker.Sequence)
}

// planDefinition is the request for the task definition: what the document
// writes out, or one of a single container.
func (r *region) planDefinition(p plan) (*ecs.RegisterTaskDefinitionInput, error) {
	in, err := p.written()
	if err != nil {
		return nil, err
	}
	if in == nil {
		in = p.single()
	}
	in.Family = aws.String(p.Moniker.Cluster())
	for i := range in.ContainerDefinitions {
		p.introduce(&in.ContainerDefinitions[i])
	}
	if in.ExecutionRoleArn == nil {
		in.ExecutionRoleArn = given(p.spec.Execution)
	}
	if in.ExecutionRoleArn == nil && p.spec.fargate() { // as Spinnaker has it
		in.ExecutionRoleArn = given(r.role)
	}
	marks := maps.Clone(p.Marks)
	if marks == nil {
		marks = map[string]string{}
	}
	marks[tagServerGroup] = p.Name
	in.Tags = tags(p.spec.Tags, marks)
	return in, nil
}

// single is a task definition of one container.
func (p plan) single() *ecs.RegisterTaskDefinitionInput {
	s := p.spec
	c := types.ContainerDefinition{Name: aws.String(p.container("")), Image: &s.Image, Cpu: aws.ToInt32(s.CPU), MemoryReservation: s.Memory,
		Essential: aws.Bool(true), PortMappings: s.ports(), DockerLabels: texts(s.Labels)}
	environment := texts(s.Environment)
	for _, name := range gennaker.SortedKeys(environment) {
		c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String(name), Value: aws.String(environment[name])})
	}
	if s.ImageSecret != "" && s.ImageSecret != noSecret {
		c.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: &s.ImageSecret}
	}
	if s.LogDriver != "" && s.LogDriver != "None" {
		c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriver(s.LogDriver), Options: texts(s.LogOptions)}
	}
	in := &ecs.RegisterTaskDefinitionInput{ContainerDefinitions: []types.ContainerDefinition{c}, NetworkMode: types.NetworkMode(s.network())}
	if s.Role != "" && s.Role != noRole {
		in.TaskRoleArn = &s.Role
	}
	if s.LaunchType != "" {
		in.RequiresCompatibilities = []types.Compatibility{types.Compatibility(s.LaunchType)}
	}
	if s.fargate() {
		in.RequiresCompatibilities = []types.Compatibility{types.CompatibilityFargate}
		in.Cpu, in.Memory = aws.String(fmt.Sprint(*s.CPU)), aws.String(fmt.Sprint(*s.Memory))
	}
	return in
}

// ports are those that target groups and Cloud Map send to. Only a container
// in a network of the host's own gets whatever port of the host is free.
func (s Spec) ports() []types.PortMapping {
	var all []types.PortMapping
	add := func(port *int32, protocol string) {
		if port == nil || *port == 0 || slices.ContainsFunc(all, func(m types.PortMapping) bool { return *m.ContainerPort == *port }) {
			return
		}
		m := types.PortMapping{ContainerPort: port, HostPort: aws.Int32(0), Protocol: types.TransportProtocol(protocol)}
		if s.network() == "awsvpc" || s.network() == "host" {
			m.HostPort = port
		}
		all = append(all, m)
	}
	for _, m := range s.mappings() {
		add(m.Port, firstOf(s.Protocol, "tcp"))
	}
	for _, a := range s.Discovery {
		add(a.Port, "tcp")
	}
	return all
}

func firstOf(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// written is the task definition that the document writes out, in ECS's words;
// nil if it does not.
func (p plan) written() (*ecs.RegisterTaskDefinitionInput, error) {
	if p.spec.Definition == nil {
		return nil, nil
	}
	in := &ecs.RegisterTaskDefinitionInput{}
	data, err := json.Marshal(p.spec.Definition)
	if err != nil {
		return nil, fmt.Errorf("taskDefinition: %w: %w", gennaker.ErrInvalid, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(in); err != nil {
		return nil, fmt.Errorf("taskDefinition: %w: %s", gennaker.ErrInvalid, strings.TrimPrefix(err.Error(), "json: "))
	}
	mode := string(in.NetworkMode)
	if wanted := p.spec.network(); wanted != "" && mode != "" && wanted != mode {
		return nil, fmt.Errorf("taskDefinition: %w: its networkMode is %s, and that of the cluster block %s", gennaker.ErrInvalid, mode, wanted)
	}
	if mode == "" {
		in.NetworkMode = types.NetworkMode(p.spec.network())
	}
	if len(in.ContainerDefinitions) == 0 {
		return nil, fmt.Errorf("taskDefinition: %w: it has no containerDefinitions", gennaker.ErrInvalid)
	}
	return in, p.replaceImages(in.ContainerDefinitions)
}

func (p plan) replaceImages(containers []types.ContainerDefinition) error {
	for _, name := range gennaker.SortedKeys(p.spec.Images) {
		at := slices.IndexFunc(containers, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == name })
		if at < 0 {
			return fmt.Errorf("containerToImageMap: %w: the taskDefinition has no container %s", gennaker.ErrInvalid, name)
		}
		containers[at].Image = aws.String(p.spec.Images[name])
	}
	return nil
}

// The labels by which Spinnaker knows what a container belongs to.
const (
	labelServerGroup = "spinnaker.servergroup"
	labelStack       = "spinnaker.stack"
	labelDetail      = "spinnaker.detail"
)

// introduce tells a container what it is part of.
func (p plan) introduce(c *types.ContainerDefinition) {
	for name, value := range map[string]string{"SERVER_GROUP": p.Name, "CLOUD_STACK": p.Moniker.Stack, "CLOUD_DETAIL": p.Moniker.Detail} {
		c.Environment = slices.DeleteFunc(c.Environment, func(v types.KeyValuePair) bool { return aws.ToString(v.Name) == name })
		c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String(name), Value: aws.String(value)})
	}
	slices.SortFunc(c.Environment, func(a, b types.KeyValuePair) int { return strings.Compare(aws.ToString(a.Name), aws.ToString(b.Name)) })
	if c.DockerLabels == nil {
		c.DockerLabels = map[string]string{}
	}
	for label, value := range map[string]string{labelServerGroup: p.Name, labelStack: p.Moniker.Stack, labelDetail: p.Moniker.Detail} {
		delete(c.DockerLabels, label)
		if value != "" {
			c.DockerLabels[label] = value
		}
	}
}
