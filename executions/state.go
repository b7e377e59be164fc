package executions

import (
	"context"
	"errors"
	"fmt"

	enums "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// State is what is known of an execution.
type State struct {
	gennaker.Execution
	// Silence is why nothing is known of the stages of one that runs: no worker
	// answered.
	Silence error
}

// State returns an execution as it is now, or as it ended. That needs a
// worker only while it runs.
func (c Client) State(ctx context.Context, r Ref) (State, error) {
	r, info, err := c.newest(ctx, r)
	if err != nil {
		return State{}, err
	}
	if !running(info) {
		e, err := c.outcome(ctx, r, info)
		return State{Execution: e}, err
	}
	e, err := c.query(ctx, r)
	if err == nil {
		return State{Execution: e}, nil
	}
	if ctx.Err() != nil {
		return State{}, ctx.Err()
	}
	return State{Execution: Outline(info), Silence: err}, nil
}

func (c Client) query(ctx context.Context, r Ref) (gennaker.Execution, error) {
	var e gennaker.Execution
	ctx, cancel := context.WithTimeout(ctx, workerPatience)
	defer cancel()
	answer, err := c.Temporal.QueryWorkflow(ctx, r.ID, r.RunID, gennaker.QueryState)
	if err != nil {
		return e, err
	}
	return e, answer.Get(&e)
}

// newest follows an execution to the run that it was last continued in.
func (c Client) newest(ctx context.Context, r Ref) (Ref, *workflowpb.WorkflowExecutionInfo, error) {
	for {
		d, err := c.Temporal.DescribeWorkflowExecution(ctx, r.ID, r.RunID)
		if err != nil {
			return r, nil, err
		}
		info := d.GetWorkflowExecutionInfo()
		r.RunID = info.GetExecution().GetRunId()
		if info.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW {
			return r, info, nil
		}
		if r.RunID, err = c.continuation(ctx, r); err != nil {
			return r, nil, err
		}
	}
}

// continuation is the run that a run was continued in.
func (c Client) continuation(ctx context.Context, r Ref) (string, error) {
	events := c.Temporal.GetWorkflowHistory(ctx, r.ID, r.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
	if !events.HasNext() {
		return "", fmt.Errorf("execution %s: %w: the history of run %s is gone", r.ID, gennaker.ErrNotFound, r.RunID)
	}
	last, err := events.Next()
	if err != nil {
		return "", err
	}
	return last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId(), nil
}

func running(info *workflowpb.WorkflowExecutionInfo) bool {
	return statuses[info.GetStatus()] == gennaker.Running
}

// outcome returns an execution that has ended, or once it has: its result, or
// what its failure or cancellation carries.
func (c Client) outcome(ctx context.Context, r Ref, info *workflowpb.WorkflowExecutionInfo) (gennaker.Execution, error) {
	var e gennaker.Execution
	err := c.Temporal.GetWorkflow(ctx, r.ID, r.RunID).Get(ctx, &e)
	if err == nil {
		return e, nil
	}
	var failed *temporal.ApplicationError
	var canceled *temporal.CanceledError
	var closed *temporal.WorkflowExecutionError
	switch {
	case errors.As(err, &failed) && failed.HasDetails() && failed.Details(&e) == nil:
		return e, nil
	case errors.As(err, &canceled) && canceled.HasDetails() && canceled.Details(&e) == nil:
		return e, nil
	case errors.As(err, &closed):
		e = Outline(info)
		e.Notices = []gennaker.Notice{{At: e.EndTime, Text: "ended without its results: " + sentence(err)}}
		return e, nil
	}
	return e, err
}

// sentence is what an execution itself said, without Temporal's words around
// it.
func sentence(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}

// Outline is what Temporal knows of an execution without a worker.
func Outline(info *workflowpb.WorkflowExecutionInfo) gennaker.Execution {
	e := gennaker.Execution{
		ID:          info.GetExecution().GetWorkflowId(),
		Application: keyword(info, gennaker.SearchApplication),
		Name:        keyword(info, gennaker.SearchPipeline),
		Status:      statuses[info.GetStatus()],
		Trigger:     gennaker.Trigger{User: keyword(info, gennaker.SearchUser)},
		StartTime:   info.GetStartTime().AsTime(),
	}
	if info.GetCloseTime() != nil {
		e.EndTime = info.GetCloseTime().AsTime()
	}
	return e
}

// statuses are Temporal's words for how a workflow stands, and ours. One that
// was continued in another run goes on.
var statuses = map[enums.WorkflowExecutionStatus]gennaker.Status{
	enums.WORKFLOW_EXECUTION_STATUS_RUNNING:          gennaker.Running,
	enums.WORKFLOW_EXECUTION_STATUS_PAUSED:           gennaker.Running,
	enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW: gennaker.Running,
	enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:        gennaker.Succeeded,
	enums.WORKFLOW_EXECUTION_STATUS_FAILED:           gennaker.Terminal,
	enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:        gennaker.Terminal,
	enums.WORKFLOW_EXECUTION_STATUS_CANCELED:         gennaker.Canceled,
	enums.WORKFLOW_EXECUTION_STATUS_TERMINATED:       gennaker.Canceled,
}

// keyword is a search attribute of an execution; empty if it has none.
func keyword(info *workflowpb.WorkflowExecutionInfo, name string) string {
	var text string
	if p, ok := info.GetSearchAttributes().GetIndexedFields()[name]; ok {
		_ = converter.GetDefaultDataConverter().FromPayload(p, &text) // one that cannot be read is as none
	}
	return text
}
