package stages

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

const (
	// deepest is how many executions may run within one another: without a
	// limit, a pipeline that runs itself would never end.
	deepest = 20
	// maxParent bounds what a child is told of its parent, in bytes.
	maxParent = 128 << 10
)

// childTrigger is what a child execution is started with: Spinnaker's pipeline
// trigger, which holds the parent as its expressions see it, and brings the
// artifacts that the stage sees.
func (in Input) childTrigger(ctx workflow.Context, p gennaker.Pipeline, parameters map[string]any) (gennaker.Trigger, error) {
	parent := gennaker.Parent{Execution: in.Execution.ID, Stage: in.State.RefID, Depth: 1}
	if above := in.Execution.Trigger.Parent; above != nil {
		parent.Depth = above.Depth + 1
	}
	if parent.Depth > deepest {
		return gennaker.Trigger{}, fmt.Errorf("pipeline %s: %w: it would be within %d other executions, and %d is the limit: does a pipeline run itself?",
			p.Ref(), gennaker.ErrInvalid, parent.Depth, deepest)
	}
	execution, err := bounded(in.seen(ctx))
	if err != nil {
		return gennaker.Trigger{}, err
	}
	artifacts, err := in.Evaluator.Artifacts()
	if err != nil {
		return gennaker.Trigger{}, err
	}
	return gennaker.Trigger{Type: "pipeline", Artifacts: artifacts, ExpectedArtifactIDs: expectedIDs(p, execution["pipelineConfigId"]), User: in.User, Parameters: parameters,
		DryRun: in.Execution.Trigger.DryRun, Parent: &parent,
		Extra: map[string]any{
			"parentExecution":           execution,
			"parentPipelineId":          in.Execution.ID,
			"parentPipelineName":        in.Execution.Name,
			"parentPipelineApplication": in.Execution.Application,
			"parentPipelineStageId":     in.State.RefID,
			"parentStatus":              string(in.Execution.Status),
			"isPipeline":                true,
		}}, nil
}

// seen is the execution as expressions see it or, where that is more than they
// may see at once, as people do.
func (in Input) seen(ctx workflow.Context) any {
	seen, err := in.Evaluator.Evaluate(ctx, "${execution}", nil)
	if e, ok := seen.(map[string]any); ok && err == nil {
		return e
	}
	return in.Execution
}

// identify tells a child by which name its parent knows it, where Spinnaker
// does.
func identify(t gennaker.Trigger, name string) {
	execution, _ := t.Extra["parentExecution"].(map[string]any)
	if above, ok := execution["trigger"].(map[string]any); ok {
		above["executionIdentifier"] = name
	}
}

// bounded is a copy of an execution, as expressions see it, without its least
// important parts where it is too big.
func bounded(execution any) (map[string]any, error) {
	var e map[string]any
	data, err := json.Marshal(execution)
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	if err != nil {
		return nil, fmt.Errorf("parentExecution: %w: %w", gennaker.ErrInvalid, err)
	}
	for _, less := range []func(map[string]any){
		func(e map[string]any) { // of the executions above, all but the parent
			if trigger, ok := e["trigger"].(map[string]any); ok {
				delete(trigger, "parentExecution")
			}
		},
		func(e map[string]any) { eachStage(e, "context") },
		func(e map[string]any) { eachStage(e, "outputs") },
		func(e map[string]any) { delete(e, "stages") },
	} {
		if len(data) <= maxParent {
			return e, nil
		}
		less(e)
		if data, err = json.Marshal(e); err != nil {
			return nil, fmt.Errorf("parentExecution: %w: %w", gennaker.ErrInvalid, err)
		}
	}
	return e, nil
}

// eachStage takes a field out of every stage of an execution.
func eachStage(e map[string]any, field string) {
	stages, _ := e["stages"].([]any)
	for _, s := range stages {
		if stage, ok := s.(map[string]any); ok {
			delete(stage, field)
		}
	}
}
