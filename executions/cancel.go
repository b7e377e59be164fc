package executions

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// updatePatience is how long a running execution may take to answer. It takes
// a worker and milliseconds.
const updatePatience = 10 * time.Second

// Cancel makes an execution end and clean up; it does not wait for that. If no
// worker answers in time it is cancelled in Temporal, so that it ends once one
// does. One that is ending or has ended is left alone.
func (c Client) Cancel(ctx context.Context, r Ref, word gennaker.Command) error {
	for {
		r, info, err := c.newest(ctx, r)
		if err != nil || !running(info) {
			return err
		}
		err = c.Update(ctx, r, gennaker.UpdateCancel, word, nil)
		var refused *temporal.ApplicationError
		var gone *serviceerror.NotFound
		switch {
		case err == nil || errors.As(err, &refused): // it refuses because it is ending
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &gone):
			continue // it has just ended, or goes on in another run
		case !late(err):
			return err
		}
		err = c.Temporal.CancelWorkflowWithOptions(ctx, client.CancelWorkflowOptions{
			WorkflowID: r.ID, RunID: r.RunID, Reason: word.Reason})
		if !errors.As(err, &gone) {
			return err
		}
	}
}

// Update brings a word to a running execution and returns its answer.
func (c Client) Update(ctx context.Context, r Ref, name string, word, answer any) error {
	limited, cancel := context.WithTimeout(ctx, updatePatience)
	defer cancel()
	handle, err := c.Temporal.UpdateWorkflow(limited, client.UpdateWorkflowOptions{
		WorkflowID: r.ID, RunID: r.RunID, UpdateName: name, Args: []any{word},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(limited, answer)
}

// late reports whether nobody answered in time.
func late(err error) bool {
	var update *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var deadline *serviceerror.DeadlineExceeded
	return errors.As(err, &update) || errors.As(err, &deadline) || errors.Is(err, context.DeadlineExceeded)
}
