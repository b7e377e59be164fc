package executions

import (
	"context"
	"errors"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

// Restart asks a running execution to run a stage again, or starts a finished
// one again at that stage, with the document it was started with; it returns
// the run to follow. It is ErrBusy if somebody else has just restarted it.
func (c Client) Restart(ctx context.Context, r Ref, what gennaker.Restart) (Ref, error) {
	r, info, err := c.newest(ctx, r)
	if err != nil {
		return r, err
	}
	if running(info) {
		return r, c.Update(ctx, r, gennaker.UpdateRestart, what, nil)
	}
	e, err := c.outcome(ctx, r, info)
	if err != nil {
		return r, err
	}
	var start gennaker.Start
	if err := c.Input(ctx, r, &start); err != nil {
		return r, err
	}
	if start, err = rewound(start, e, what, time.Now()); err != nil {
		return r, fmt.Errorf("restart %s: %w", r.ID, err)
	}
	again, err := c.run(ctx, r.ID, start, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	var other *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &other) {
		return r, fmt.Errorf("restart %s: %w: somebody else has just restarted it", r.ID, gennaker.ErrBusy)
	}
	return again, err
}

// rewound makes of what an execution was started with what it goes on with.
func rewound(start gennaker.Start, e gennaker.Execution, what gennaker.Restart, now time.Time) (gennaker.Start, error) {
	what.At = now.UTC()
	stage, err := e.Rewind(what)
	if err != nil {
		return start, err
	}
	what.Stage = stage.RefID
	start.Trigger = e.Trigger // with what was bound when it started
	start.Carried, start.Restarted, start.Continued = e.Stages, &what, nil
	return start, nil
}

// Input decodes what a run was started with.
func (c Client) Input(ctx context.Context, r Ref, into any) error {
	events := c.Temporal.GetWorkflowHistory(ctx, r.ID, r.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return fmt.Errorf("%s: %w: its history is gone: Temporal keeps it for the namespace's retention only", r.ID, gennaker.ErrNotFound)
	}
	first, err := events.Next()
	if err != nil {
		return err
	}
	data := c.Data
	if data == nil {
		data = converter.GetDefaultDataConverter()
	}
	return data.FromPayloads(first.GetWorkflowExecutionStartedEventAttributes().GetInput(), into)
}
