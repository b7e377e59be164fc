package ecs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// Each call of RegisterTaskDefinition makes a new revision, and takes no
// token. So ours carry the token of the call that made them as a tag, and who
// registers looks among the newest of the family first: the cluster has one
// writer, and nobody else makes many.

// tagServerGroup names the server group that a revision was made for.
const tagServerGroup = "gennaker:server-group"

// newest is how many revisions of a family are looked at.
const newest = 5

// definition is a revision of a task definition. It does not change.
type definition struct {
	types.TaskDefinition
	tags []types.Tag
}

// register makes the revision for a server group, or finds the one that an
// earlier try made.
func (r *region) register(ctx context.Context, p plan) (arn string, err error) {
	made, err := r.recent(ctx, p.Moniker.Cluster(), func(d definition) bool {
		return tagOf(d.tags, gennaker.MarkToken) == p.Marks[gennaker.MarkToken] && tagOf(d.tags, tagServerGroup) == p.Name
	})
	if err != nil {
		return "", err
	}
	if len(made) > 0 {
		return made[0], nil
	}
	got, err := r.ecs.RegisterTaskDefinition(ctx, p.definition, once)
	if err != nil {
		return "", fmt.Errorf("register its task definition: %w", amazon.Kinded(err))
	}
	return aws.ToString(got.TaskDefinition.TaskDefinitionArn), nil
}

// once keeps the SDK from trying again: the call takes no token, so that only
// who looks first may repeat it.
func once(o *ecs.Options) { o.Retryer = aws.NopRetryer{} }

// recent are the ARNs of those of a family's newest revisions that are wanted.
func (r *region) recent(ctx context.Context, family string, wanted func(definition) bool) ([]string, error) {
	found, err := r.ecs.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{FamilyPrefix: &family,
		Status: types.TaskDefinitionStatusActive, Sort: types.SortOrderDesc, MaxResults: aws.Int32(newest)})
	if err != nil {
		return nil, fmt.Errorf("task definitions of %s: %w", family, amazon.Kinded(err))
	}
	var all []string
	for _, arn := range found.TaskDefinitionArns {
		d, err := r.definition(ctx, arn)
		if err != nil {
			return nil, err
		}
		if aws.ToString(d.Family) == family && wanted(d) {
			all = append(all, arn)
		}
	}
	return all, nil
}

// dropDefinition deregisters the revision of a service if it was made for it.
// The tasks that run go on.
func (r *region) dropDefinition(ctx context.Context, s service) error {
	d, err := r.definition(ctx, aws.ToString(s.TaskDefinition))
	if err != nil || tagOf(d.tags, tagServerGroup) != s.name() {
		return err
	}
	return r.deregister(ctx, *s.TaskDefinition)
}

// dropDefinitions deregisters what was made for a server group that never was.
func (r *region) dropDefinitions(ctx context.Context, name string) error {
	ours, err := r.recent(ctx, gennaker.ParseMoniker(name).Cluster(), func(d definition) bool {
		return tagOf(d.tags, tagServerGroup) == name
	})
	if err != nil {
		return err
	}
	for _, arn := range ours {
		if err := r.deregister(ctx, arn); err != nil {
			return err
		}
	}
	return nil
}

func (r *region) deregister(ctx context.Context, arn string) error {
	_, err := r.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn})
	if err := amazon.Kinded(err); err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("deregister task definition %s: %w", lastPart(arn), err)
	}
	return nil
}

// definition reads a revision, once.
func (r *region) definition(ctx context.Context, arn string) (definition, error) {
	if d, ok := r.definitions.get(arn); ok {
		return d, nil
	}
	got, err := r.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &arn,
		Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}})
	if err != nil {
		return definition{}, fmt.Errorf("task definition %s: %w", lastPart(arn), amazon.Kinded(err))
	}
	d := definition{TaskDefinition: *got.TaskDefinition, tags: got.Tags}
	r.definitions.put(arn, d)
	return d, nil
}

// main is the container that documents mean when they name none: the one that
// is named after a server group, or else the first without which a task ends.
func (d definition) main() types.ContainerDefinition {
	essential := slices.IndexFunc(d.ContainerDefinitions, func(c types.ContainerDefinition) bool {
		return c.Essential == nil || *c.Essential
	})
	for _, c := range d.ContainerDefinitions {
		if version.MatchString(aws.ToString(c.Name)) {
			return c
		}
	}
	return d.ContainerDefinitions[max(0, essential)]
}

// checked reports whether ECS asks its containers for their health.
func (d definition) checked() bool {
	return slices.ContainsFunc(d.ContainerDefinitions, func(c types.ContainerDefinition) bool { return c.HealthCheck != nil })
}

// definitions remembers revisions. The zero value is empty.
type definitions struct {
	mu    sync.Mutex // guards known
	known map[string]definition
}

// mostDefinitions bounds what is remembered. What is forgotten is asked again.
const mostDefinitions = 5000

func (l *definitions) get(arn string) (definition, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.known[arn]
	return d, ok
}

func (l *definitions) put(arn string, d definition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= mostDefinitions {
		l.known = map[string]definition{}
	}
	l.known[arn] = d
}

// tags are those of the document and our marks.
func tags(own map[string]any, marks map[string]string) []types.Tag {
	all := texts(own)
	maps.Copy(all, marks)
	var list []types.Tag
	for _, key := range gennaker.SortedKeys(all) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(all[key])})
	}
	return list
}

// texts are values as text.
func texts(values map[string]any) map[string]string {
	all := make(map[string]string, len(values))
	for key, value := range values {
		all[key] = strings.TrimSpace(fmt.Sprint(value))
	}
	return all
}
