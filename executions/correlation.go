package executions

import (
	"context"
	"errors"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

const (
	// startWithin is how soon the execution that a correlation id is held for
	// is started, or is not.
	startWithin = 30 * time.Second
	// HeldFor is how long a correlation id is held for an execution that is not
	// there: whoever holds it must have died by then.
	HeldFor = 2 * time.Minute
)

// startCorrelated starts an execution unless another one in the application,
// with the same correlation id, has not ended: then it returns that. The id is
// held by a workflow of its own, of which there is one at a time.
func (c Client) startCorrelated(ctx context.Context, id string, start gennaker.Start) (Ref, bool, error) {
	for {
		holder, held, err := c.hold(ctx, id, start)
		if err != nil {
			return Ref{}, false, err
		}
		if held.Execution == id {
			ctx, cancel := context.WithTimeout(ctx, startWithin)
			defer cancel()
			return c.startOnce(ctx, id, start)
		}
		r, info, err := c.appears(ctx, Ref{ID: held.Execution})
		if err != nil || running(info) {
			return r, false, err
		}
		if err := c.release(ctx, holder); err != nil {
			return Ref{}, false, err
		}
	}
}

// hold takes the correlation id for an execution, or finds out for which one
// it is held.
func (c Client) hold(ctx context.Context, id string, start gennaker.Start) (Ref, gennaker.Correlation, error) {
	mine := gennaker.Correlation{Execution: id}
	workflowID := gennaker.CorrelationWorkflowID(start.Pipeline.Application, start.Trigger.CorrelationID)
	run, err := c.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflowID,
		TaskQueue:                                c.TaskQueue,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            cut("correlation id "+start.Trigger.CorrelationID+" of execution "+id, maxSummary),
	}, gennaker.CorrelationWorkflow, mine)
	var taken *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &taken) {
		holder := Ref{ID: workflowID, RunID: taken.RunId}
		var held gennaker.Correlation
		err := c.Input(ctx, holder, &held)
		return holder, held, err
	}
	if err != nil {
		return Ref{}, mine, err
	}
	return Ref{ID: run.GetID(), RunID: run.GetRunID()}, mine, nil
}

// appears waits for an execution that somebody else is about to start.
func (c Client) appears(ctx context.Context, r Ref) (Ref, *workflowpb.WorkflowExecutionInfo, error) {
	deadline := time.Now().Add(startWithin)
	for {
		found, info, err := c.newest(ctx, r)
		var gone *serviceerror.NotFound
		if !errors.As(err, &gone) {
			return found, info, err
		}
		if time.Now().After(deadline) {
			return r, nil, fmt.Errorf("execution %s: %w: its correlation id is held, and it has not been started: try again in %s", r.ID, gennaker.ErrBusy, HeldFor)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return r, nil, ctx.Err()
		}
	}
}

// release lets a correlation id go that was held for an execution that has
// ended.
func (c Client) release(ctx context.Context, holder Ref) error {
	err := c.Temporal.TerminateWorkflow(ctx, holder.ID, holder.RunID, "its execution has ended")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return nil // it has ended by itself
	}
	return err
}
