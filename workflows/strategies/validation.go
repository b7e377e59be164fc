package strategies

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Validation is a stored pipeline that judges a deployment under way.
type Validation struct {
	Application string         `json:"application,omitempty" jsonschema_description:"The application that owns the pipeline. Default: that of the cluster."`
	Pipeline    string         `json:"pipelineId,omitempty" jsonschema_description:"The id of a stored pipeline, or its name in the application."`
	Parameters  map[string]any `json:"pipelineParameters,omitempty"`
}

// validate runs the validation pipeline, if there is one, to its success. If
// the deployment is cancelled meanwhile, so is the pipeline.
func (d *Deployment) validate(ctx workflow.Context, percent int) error {
	v := d.Config.Validation
	if v == nil || v.Pipeline == "" {
		return nil
	}
	id, err := d.startValidation(ctx, *v, percent)
	if err != nil {
		return err
	}
	e, err := ops.AwaitExecution(ctx, id)
	switch {
	case ctx.Err() != nil:
		d.stopValidation(ctx, id)
		return ctx.Err()
	case err != nil:
		return err
	case e.Status != gennaker.Succeeded:
		return fmt.Errorf("%s at %d %%: execution %s, which validates it, is %s: %s", d.New.Name, percent, id, e.Status, cmp.Or(e.Error, "it did not succeed"))
	}
	return nil
}

// startValidation starts the pipeline once for each step.
func (d *Deployment) startValidation(ctx workflow.Context, v Validation, percent int) (string, error) {
	ref := gennaker.PipelineRef{Application: cmp.Or(v.Application, d.New.Moniker.App), Pipeline: v.Pipeline}
	p, err := ops.FindPipeline(ctx, ref)
	if err != nil {
		return "", err
	}
	if p.Disabled {
		return "", fmt.Errorf("pipeline %s: %w: it is disabled and cannot be started", p.Ref(), gennaker.ErrInvalid)
	}
	parameters := map[string]any{}
	maps.Copy(parameters, v.Parameters)
	parameters["deployedServerGroup"] = d.New.Name
	parameters["percentageComplete"] = percent
	if d.Source != nil {
		parameters["sourceServerGroup"] = d.Source.Name
	}
	info := workflow.GetInfo(ctx)
	token := gennaker.Token(info.WorkflowExecution.ID, info.FirstRunID, "validate", strconv.Itoa(percent))
	trigger := gennaker.Trigger{Type: "pipeline", User: d.op.User, Parameters: parameters, Extra: map[string]any{"isPipeline": true}}
	if d.op.Execution != "" {
		trigger.Parent = &gennaker.Parent{Execution: d.op.Execution, Stage: d.op.Stage, Depth: d.op.Depth + 1}
		trigger.Extra["parentPipelineId"], trigger.Extra["parentPipelineStageId"] = d.op.Execution, d.op.Stage
	}
	return ops.StartExecution(ctx, gennaker.Start{Pipeline: p, Trigger: trigger}, info.WorkflowStartTime, token)
}

// stopValidation cancels the pipeline and waits until it has ended.
func (d *Deployment) stopValidation(ctx workflow.Context, id string) {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	word := gennaker.Command{User: cmp.Or(d.op.User, "gennaker"), Reason: "the deployment of " + d.New.Name + ", which it validates, was cancelled"}
	if err := ops.CancelExecution(outlive, id, word); err != nil {
		workflow.GetLogger(ctx).Warn("cancel validation", "execution", id, "error", err)
	}
}
