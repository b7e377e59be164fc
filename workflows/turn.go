package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// askAgain is how long an execution that waits for its turn trusts that the
// queue is there.
const askAgain = time.Hour

// awaitTurn waits until the execution may run beside the others of its
// pipeline. One that is superseded meanwhile is cancelled, and so is one whose
// time to start has passed.
func (r *run) awaitTurn(ctx workflow.Context) error {
	limit := r.pipeline.Concurrency()
	if limit <= 0 || r.e.Cancel != nil || r.e.Trigger.DryRun {
		return nil
	}
	r.e.Status = gennaker.NotStarted
	r.e.Queued = &gennaker.Queued{Queue: r.pipeline.QueueID(), Since: workflow.Now(ctx).UTC(), Reason: "it asks for its turn"}
	r.describe()
	turn, err := r.queue(ctx, gennaker.QueueEntry{Execution: r.e.ID, RunID: workflow.GetInfo(ctx).WorkflowExecution.RunID,
		Limit: limit, KeepWaiting: r.pipeline.KeepWaitingPipelines, At: r.e.Queued.Since})
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	switch {
	case ctx.Err() != nil && !r.top.ending:
		r.cancel(outlive, gennaker.Command{User: "temporal", Reason: "cancelled in Temporal"})
	case r.top.ending:
	case err != nil:
		return fmt.Errorf("queue %s: %w", r.e.Queued.Queue, err)
	case turn.SupersededBy != "":
		r.cancel(outlive, gennaker.Command{User: "gennaker", Reason: "superseded by " + turn.SupersededBy})
	default:
		r.e.Queued = nil
		r.e.Status, r.e.StartTime = gennaker.Running, workflow.Now(ctx).UTC()
		return r.cancelIfLate(ctx)
	}
	return nil
}

// queue enters the queue and waits there until it is told to run or not to, or
// is cancelled.
func (r *run) queue(ctx workflow.Context, e gennaker.QueueEntry) (turn gennaker.Turn, err error) {
	decided := func() bool { return turn.Go || turn.SupersededBy != "" }
	workflow.GoNamed(ctx, "turn", func(ctx workflow.Context) {
		signals := workflow.GetSignalChannel(ctx, gennaker.SignalTurn)
		for !decided() {
			var told gennaker.Turn
			if !signals.Receive(ctx, &told) {
				return
			}
			turn = told
			r.e.Queued.Reason = turnReason(turn, e.KeepWaiting)
			r.describe()
		}
	})
	for {
		if err := ops.Enqueue(r.top.ctx, r.e.Queued.Queue, e); err != nil {
			return turn, err
		}
		told, err := workflow.AwaitWithTimeout(ctx, askAgain, func() bool { return decided() || r.top.ending })
		if told || err != nil {
			return turn, err
		}
	}
}

func turnReason(t gennaker.Turn, keep bool) string {
	text := "it waits until " + strings.Join(t.Running, " or ") + " has ended"
	switch {
	case t.Ahead == 0:
		return text + "; it is next"
	case keep:
		return fmt.Sprintf("%s; %d come before it", text, t.Ahead)
	}
	return fmt.Sprintf("%s; %d newer ones come before it, and then it is cancelled", text, t.Ahead)
}
