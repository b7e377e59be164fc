package stages

import (
	"cmp"
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type runMultipleConfig struct {
	Application       string           `json:"pipelineApplication,omitempty" jsonschema_description:"The application that owns the pipelines. Default: that of the execution."`
	Bundles           []map[string]any `json:"yamlConfig" jsonschema:"required" jsonschema_description:"One object, whose field bundle_web has an object for each execution, under a name for it: child_pipeline is the pipeline's name, arguments are its parameters, and depends_on lists the names of those that must have succeeded before."`
	CheckDuplicated   *bool            `json:"checkDuplicated,omitempty" jsonschema_description:"Default true: refuse two executions of one pipeline with the same arguments."`
	IgnoreUncompleted bool             `json:"ignoreUncompleted,omitempty" jsonschema_description:"Go on with those that depend on one that has failed; then the last ones decide about the stage."`
}

// RunMultiplePipelines runs pipelines side by side, and those that depend on
// others after them: in levels, each begun when the one before has ended.
func RunMultiplePipelines(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[runMultipleConfig](in.Config)
	if err != nil {
		return nil, err
	}
	levels, err := c.levels()
	if err != nil {
		return nil, err
	}
	list := []any{}
	var failure error
	for _, level := range levels {
		if failure != nil {
			in.State.Warnings = append(in.State.Warnings, failure.Error())
		}
		var ended []map[string]any
		ended, failure = c.run(ctx, in, level)
		for _, e := range ended {
			list = append(list, e)
		}
		if failure != nil && (!c.IgnoreUncompleted || ctx.Err() != nil) {
			break
		}
	}
	return Outputs{"executionsList": list}, failure
}

// run runs the pipelines of one level, all at once, and returns those that
// were started and have ended.
func (c runMultipleConfig) run(ctx workflow.Context, in Input, level []bundled) ([]map[string]any, error) {
	in.Waiting(fmt.Sprintf("%d executions to end", len(level)))
	ended := make([]gennaker.Execution, len(level))
	failures := make([]error, len(level))
	group := workflow.NewWaitGroup(ctx)
	for i, b := range level {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			ended[i], failures[i] = c.runOne(ctx, in, b)
			group.Done()
		})
	}
	group.Wait(ctx)
	var told []map[string]any
	var known []gennaker.Execution
	for i, e := range ended {
		if e.ID != "" {
			told, known = append(told, level[i].told(e)), append(known, e)
		}
	}
	if ctx.Err() != nil {
		return told, ctx.Err()
	}
	if err := errors.Join(failures...); err != nil {
		return told, err
	}
	return told, in.endsAsAll(known)
}

func (c runMultipleConfig) runOne(ctx workflow.Context, in Input, b bundled) (gennaker.Execution, error) {
	ref := gennaker.PipelineRef{Application: cmp.Or(c.Application, in.Execution.Application), Pipeline: b.Child}
	p, err := ops.FindPipeline(ctx, ref)
	var id string
	if err == nil {
		id, err = in.startChild(ctx, p, b.Arguments, b.name)
	}
	if err != nil {
		return gennaker.Execution{}, fmt.Errorf("%s: %w", b.name, err)
	}
	return follow(ctx, in, id)
}

// told is what the stages after this one are told of an execution.
func (b bundled) told(e gennaker.Execution) map[string]any {
	return map[string]any{"id": e.ID, "executionIdentifier": b.name, "status": string(e.Status),
		"startTime": e.StartTime.UnixMilli(), "endTime": e.EndTime.UnixMilli()}
}
