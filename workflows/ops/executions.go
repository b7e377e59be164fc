package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var executions *activities.Executions // for its names alone

// ever is longer than anything waits for another execution; stages have their
// own limits.
const ever = 10 * 365 * 24 * time.Hour

// StartExecution starts an execution once for the moment and the key, and
// returns its id. It cannot be cancelled, so that there is no doubt whether
// the execution was started.
func StartExecution(ctx workflow.Context, start gennaker.Start, at time.Time, key string) (string, error) {
	var id string
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	summary := "start " + start.Pipeline.Application + "/" + start.Pipeline.Name
	err := run(outlive, changing, summary, executions.StartExecution, activities.StartExecution{Start: start, At: at, Key: key}, &id)
	return id, err
}

// AwaitExecution waits until an execution has ended, however it ends. Of its
// outputs there are at most 56 KiB; a notice says what is missing. Cancelling
// the context leaves the execution alone.
func AwaitExecution(ctx workflow.Context, id string) (gennaker.Execution, error) {
	var e gennaker.Execution
	options := waiting
	options.StartToCloseTimeout = ever
	err := run(ctx, options, "wait until execution "+id+" has ended", executions.AwaitExecution, id, &e)
	return e, err
}

// AwaitStarted waits until an execution that is about to be started has ended,
// or, after two minutes, is not started after all.
func AwaitStarted(ctx workflow.Context, id string) error {
	options := waiting
	options.StartToCloseTimeout, options.RetryPolicy = ever, retries(time.Second, 30*time.Second)
	return run(ctx, options, "wait until execution "+id+" has ended", executions.AwaitStarted, id, nil)
}

// CancelExecution cancels an execution and waits until it has ended, which one
// that cleans up may take long for. One that is over is left alone.
func CancelExecution(ctx workflow.Context, id string, word gennaker.Command) error {
	options := waiting
	options.StartToCloseTimeout, options.WaitForCancellation = ever, true
	return run(ctx, options, "cancel execution "+id, executions.CancelExecution, activities.CancelExecution{ID: id, Command: word}, nil)
}

// RestartParent restarts the stage that started this execution, which was
// restarted by a user itself, so that it follows it again. The token tells
// this restart from others. A stage that has not ended is left alone.
func RestartParent(ctx workflow.Context, parent gennaker.Parent, user, token string) error {
	options := changing
	options.ScheduleToCloseTimeout = 5 * time.Minute
	p := activities.RestartParent{Parent: parent, Child: workflow.GetInfo(ctx).WorkflowExecution.ID, User: user, Token: token}
	return run(ctx, options, "restart execution "+parent.Execution+", which started this one", executions.RestartParent, p, nil)
}
