package stages

import (
	"cmp"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type pipelineConfig struct {
	Application       string         `json:"application,omitempty" jsonschema_description:"The application that owns the pipeline. Default: that of the execution."`
	Pipeline          string         `json:"pipeline" jsonschema:"required" jsonschema_description:"The id of a stored pipeline, or its name in the application."`
	Parameters        map[string]any `json:"pipelineParameters,omitempty" jsonschema_description:"Its parameters; those it has defaults for may be left out."`
	WaitForCompletion *bool          `json:"waitForCompletion,omitempty" jsonschema_description:"Default true: the stage ends as the other execution does, and cancels it when it is cancelled itself. False: it only starts it."`
	SkipOutput        bool           `json:"skipDownstreamOutput,omitempty" jsonschema_description:"Do not pass the outputs of the other execution's stages on."`
}

// Pipeline runs another pipeline for the user of this execution and, unless
// told otherwise, ends as that does.
func Pipeline(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[pipelineConfig](in.Config)
	if err != nil {
		return nil, err
	}
	id, err := c.child(ctx, in)
	if err != nil {
		return nil, err
	}
	outputs := Outputs{"executionId": id, "executionName": nameIn(id)}
	if c.WaitForCompletion != nil && !*c.WaitForCompletion {
		return in.Bind(ctx, outputs)
	}
	in.Waiting("execution " + id)
	e, skipped, err := in.followOrSkip(ctx, id)
	if err != nil || skipped {
		return outputs, err
	}
	if !c.SkipOutput {
		outputs = outputsOf(e)
		in.warn(e.Notices)
	}
	outputs["executionId"], outputs["executionName"], outputs["status"] = id, e.Name, string(e.Status)
	if e.Status != gennaker.Succeeded {
		outputs["exception"] = exception(e)
	}
	if err := in.endsAs(e); err != nil || c.SkipOutput {
		return outputs, err
	}
	return in.Bind(ctx, outputs)
}

// child is the execution to follow: the one that a restart names, the one
// that was started before a long history was continued, or a new one.
func (c pipelineConfig) child(ctx workflow.Context, in Input) (string, error) {
	if len(in.State.Executions) > 0 {
		return in.State.Executions[0], nil
	}
	if r := in.State.Restarted; r != nil && r.Attach != "" {
		in.Follows(r.Attach)
		return r.Attach, nil
	}
	ref := gennaker.PipelineRef{Application: cmp.Or(c.Application, in.Execution.Application), Pipeline: c.Pipeline}
	p, err := ops.FindPipeline(ctx, ref)
	if err != nil {
		return "", err
	}
	return in.startChild(ctx, p, c.Parameters, "")
}

// startChild starts an execution of a pipeline for the stage, once for each
// attempt and key: the name by which the stage tells its executions apart.
func (in Input) startChild(ctx workflow.Context, p gennaker.Pipeline, parameters map[string]any, key string) (string, error) {
	trigger, err := in.childTrigger(ctx, p, parameters)
	if err != nil {
		return "", err
	}
	if key != "" {
		identify(trigger, key)
	}
	return in.startTriggered(ctx, p, trigger, key)
}

// startTriggered is startChild with another trigger.
func (in Input) startTriggered(ctx workflow.Context, p gennaker.Pipeline, trigger gennaker.Trigger, key string) (string, error) {
	if p.Disabled {
		return "", fmt.Errorf("pipeline %s: %w: it is disabled and cannot be started", p.Ref(), gennaker.ErrInvalid)
	}
	id, err := ops.StartExecution(ctx, gennaker.Start{Pipeline: p, Trigger: trigger}, in.State.StartTime, in.token(ctx, key))
	if err == nil {
		in.Follows(id)
	}
	return id, err
}

// followOrSkip follows an execution. If the document makes the stage skippable,
// people may let the execution go on by itself (Spinnaker's manualSkip).
func (in Input) followOrSkip(ctx workflow.Context, id string) (e gennaker.Execution, skipped bool, err error) {
	if !in.Stage.Skippable {
		e, err = follow(ctx, in, id)
		return e, false, err
	}
	err = in.Skippable(func(told func() bool) error {
		waiting, stop := workflow.WithCancel(ctx)
		over := false
		workflow.Go(ctx, func(ctx workflow.Context) {
			if workflow.Await(ctx, func() bool { return over || told() }) == nil {
				stop()
			}
		})
		left := in.Leaving
		in.Leaving = func() bool { return left() || told() }
		e, err = follow(waiting, in, id)
		over = true
		if skipped = err != nil && told() && ctx.Err() == nil; skipped {
			in.State.Status = gennaker.Skipped
			return nil
		}
		return err
	})
	return e, skipped, err
}

// follow waits for the end of an execution that the stage has started. If the
// stage is cancelled before, it cancels the execution and waits for that.
func follow(ctx workflow.Context, in Input, id string) (gennaker.Execution, error) {
	e, err := ops.AwaitExecution(ctx, id)
	if err == nil || ctx.Err() == nil {
		return e, err
	}
	if !in.Leaving() {
		in.cancelChild(ctx, id)
	}
	return e, ctx.Err()
}

// cancelChild cancels an execution and waits until it has ended.
func (in Input) cancelChild(ctx workflow.Context, id string) {
	in.Waiting("execution " + id + ", which is cancelled, to end")
	word := gennaker.Command{User: in.User, Reason: fmt.Sprintf("stage %s of execution %s was cancelled", in.State.RefID, in.Execution.ID)}
	if c := in.Execution.Cancel; c != nil {
		word = gennaker.Command{User: c.User, Reason: "its parent, execution " + in.Execution.ID + ", was cancelled"}
	}
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if err := ops.CancelExecution(outlive, id, word); err != nil {
		in.State.Warnings = append(in.State.Warnings, fmt.Sprintf("execution %s: cancel: %v", id, err))
	}
}

// endsAs makes the stage end as the execution did.
func (in Input) endsAs(e gennaker.Execution) error {
	switch e.Status {
	case gennaker.Succeeded:
		return nil
	case gennaker.Canceled:
		text := "execution " + e.ID + " was cancelled"
		if e.Cancel != nil {
			text = fmt.Sprintf("execution %s was cancelled by %s: %s", e.ID, e.Cancel.User, cmp.Or(e.Cancel.Reason, "no reason was given"))
		}
		in.State.Warnings = append(in.State.Warnings, text)
		return temporal.NewCanceledError(text)
	}
	return fmt.Errorf("execution %s failed: %s", e.ID, cmp.Or(e.Error, string(e.Status)))
}

func (in Input) warn(notices []gennaker.Notice) {
	for _, n := range notices {
		in.State.Warnings = append(in.State.Warnings, n.Text)
	}
}

// nameIn is the pipeline in an execution's id.
func nameIn(id string) string {
	_, rest, _ := strings.Cut(id, "/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
