package stages

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

type findArtifactConfig struct {
	Application string            `json:"application,omitempty" jsonschema_description:"The application that owns the pipeline. Default: that of the execution."`
	Pipeline    string            `json:"pipeline" jsonschema:"required" jsonschema_description:"The id of a stored pipeline, or a pipeline's name in the application."`
	Options     *executionOptions `json:"executionOptions,omitempty" jsonschema_description:"Which executions count. Without it those that are successful, and all if nothing in it is true."`
	Expected    map[string]any    `json:"expectedArtifact,omitempty" jsonschema_description:"The old form of expectedArtifacts, for one."`
}

type executionOptions struct {
	Successful bool `json:"successful,omitempty"`
	Succeeded  bool `json:"succeeded,omitempty" jsonschema_description:"Says the same."`
	Terminal   bool `json:"terminal,omitempty"`
	Running    bool `json:"running,omitempty"`
}

func (o *executionOptions) statuses() []gennaker.Status {
	if o == nil {
		return []gennaker.Status{gennaker.Succeeded}
	}
	var list []gennaker.Status
	for _, s := range []struct {
		wanted bool
		status gennaker.Status
	}{{o.Successful || o.Succeeded, gennaker.Succeeded}, {o.Terminal, gennaker.Terminal}, {o.Running, gennaker.Running}} {
		if s.wanted {
			list = append(list, s.status)
		}
	}
	return list
}

// FindArtifactFromExecution binds its expected artifacts to those of the
// newest execution of a pipeline. Of its own pipeline this execution does not
// count, nor does what this very stage found in others.
func FindArtifactFromExecution(ctx workflow.Context, in Input) (Outputs, error) {
	fields := maps.Clone(in.Config)
	old, _ := fields["expectedArtifact"].(map[string]any)
	delete(fields, "expectedArtifact")
	c, err := evaluated[findArtifactConfig](ctx, in, fields)
	if err != nil {
		return nil, err
	}
	documents := in.Stage.ExpectedArtifacts
	if documents == nil && old != nil {
		documents = []map[string]any{old}
	}
	expected, err := Expected(ctx, in.Evaluator, documents, nil)
	if err != nil {
		return nil, err
	}
	found, err := c.find(ctx, in, expected)
	if err != nil {
		return nil, err
	}
	bound, err := gennaker.Artifacts{Received: found.Artifacts}.Bind(expected)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.where(in, found), err)
	}
	if err := EvaluateDefaults(ctx, in.Evaluator, bound, nil); err != nil {
		return nil, err
	}
	return withBound(nil, bound), nil
}

func (c findArtifactConfig) find(ctx workflow.Context, in Input, expected []gennaker.ExpectedArtifact) (ops.FoundArtifacts, error) {
	p, err := c.pipeline(ctx, in)
	if err != nil {
		return ops.FoundArtifacts{}, err
	}
	q := ops.PastArtifacts{Application: p.Application, Pipeline: p.Pipeline, Statuses: c.Options.statuses(), Except: in.Execution.ID, Expected: expected}
	if p.Application == in.Execution.Application && p.Pipeline == in.Execution.Name {
		q.WithoutStage = in.Stage.RefID
	}
	return ops.FindArtifacts(ctx, q)
}

// pipeline names the pipeline. One that is not stored can have executions all
// the same: they were started from a file.
func (c findArtifactConfig) pipeline(ctx workflow.Context, in Input) (gennaker.PipelineRef, error) {
	ref := c.ref(in)
	if ref.Pipeline == "" {
		return ref, fmt.Errorf("pipeline: %w: it is missing", gennaker.ErrInvalid)
	}
	p, err := ops.FindPipeline(ctx, ref)
	if errors.Is(err, gennaker.ErrNotFound) {
		return ref, nil
	}
	return p.Ref(), err
}

func (c findArtifactConfig) ref(in Input) gennaker.PipelineRef {
	return gennaker.PipelineRef{Application: cmp.Or(c.Application, in.Execution.Application), Pipeline: c.Pipeline}
}

func (c findArtifactConfig) where(in Input, found ops.FoundArtifacts) string {
	if found.Execution != "" {
		return "execution " + found.Execution
	}
	text := "pipeline " + c.ref(in).String() + ": there is no execution"
	var words []string
	for _, s := range c.Options.statuses() {
		words = append(words, string(s))
	}
	if len(words) > 0 {
		text += " that is " + strings.Join(words, " or ")
	}
	return text
}
