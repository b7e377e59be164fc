package stages

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type monitorPipelineConfig struct {
	ExecutionIDs []string `json:"executionIds,omitempty" jsonschema_description:"The ids of the executions to wait for."`
	ExecutionID  string   `json:"executionId,omitempty" jsonschema_description:"One more of them."`
	Behavior     string   `json:"monitorBehavior,omitempty" jsonschema:"enum=FailFast,enum=WaitForAllToComplete" jsonschema_description:"Whether to wait for the others when one has failed. Default: WaitForAllToComplete."`
}

func (c monitorPipelineConfig) ids() []string {
	all := append(slices.Clone(c.ExecutionIDs), c.ExecutionID)
	return slices.DeleteFunc(all, func(id string) bool { return id == "" })
}

// MonitorPipeline waits until executions have ended. It fails if one of them
// has, and is cancelled if one of them was.
func MonitorPipeline(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[monitorPipelineConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ids := c.ids()
	if len(ids) == 0 {
		return nil, fmt.Errorf("executionIds: %w: there is no execution to wait for", gennaker.ErrInvalid)
	}
	in.State.Executions = ids
	ended, err := awaitAll(ctx, in, ids, c.Behavior == "FailFast")
	if err != nil {
		return nil, err
	}
	outputs := Outputs{}
	if len(ended) == 1 {
		outputs = outputsOf(ended[0])
		in.warn(ended[0].Notices)
	}
	outputs["executionStatuses"] = executionStatuses(ended)
	if err := in.endsAsAll(ended); err != nil {
		return outputs, err
	}
	return in.Bind(ctx, outputs)
}

// awaitAll waits until all executions have ended or, if asked to, one has
// failed. It returns those that have ended, in the order of their ids.
func awaitAll(ctx workflow.Context, in Input, ids []string, failFast bool) ([]gennaker.Execution, error) {
	waiting, stop := workflow.WithCancel(ctx)
	found := make([]*gennaker.Execution, len(ids))
	failures := make([]error, len(ids))
	left := len(ids)
	tell := func() { in.Waiting(fmt.Sprintf("%d of %d executions", left, len(ids))) }
	tell()
	group := workflow.NewWaitGroup(ctx)
	for i, id := range ids {
		group.Add(1)
		workflow.Go(waiting, func(waiting workflow.Context) {
			e, err := ops.AwaitExecution(waiting, id)
			left--
			tell()
			if failures[i] = err; err == nil {
				found[i] = &e
			}
			if err != nil || failFast && e.Status == gennaker.Terminal {
				stop()
			}
			group.Done()
		})
	}
	group.Wait(ctx)
	var ended []gennaker.Execution
	for _, e := range found {
		if e != nil {
			ended = append(ended, *e)
		}
	}
	return ended, worstOf(ctx, failures)
}

// worstOf is the failure that is not only the consequence of another.
func worstOf(ctx workflow.Context, failures []error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(slices.DeleteFunc(slices.Clone(failures), temporal.IsCanceledError)...)
}

// executionStatuses are those of the executions, under Spinnaker's names.
func executionStatuses(ended []gennaker.Execution) map[string]any {
	all := map[string]any{}
	for _, e := range ended {
		status := map[string]any{"status": string(e.Status), "application": e.Application}
		if e.Status != gennaker.Succeeded {
			status["exception"] = exception(e)
		}
		all[e.ID] = status
	}
	return all
}

// endsAsAll makes the stage end as the worst of the executions.
func (in Input) endsAsAll(ended []gennaker.Execution) error {
	var canceled error
	for _, e := range ended {
		err := in.endsAs(e)
		if e.Status == gennaker.Terminal {
			return err
		}
		if canceled == nil {
			canceled = err
		}
	}
	return canceled
}
