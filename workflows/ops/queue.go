package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// Enqueue puts an execution into a queue, once.
func Enqueue(ctx workflow.Context, queue string, e gennaker.QueueEntry) error {
	return run(ctx, changing, "wait for its turn in "+queue, executions.Enqueue, activities.Enqueue{Queue: queue, Entry: e}, nil)
}

// AwaitLeave waits until a run of an execution has ended, however it ends.
func AwaitLeave(ctx workflow.Context, e gennaker.QueueEntry) error {
	options := waiting
	options.StartToCloseTimeout = ever
	return run(ctx, options, "wait until "+e.Execution+" has ended", executions.AwaitLeave, e, nil)
}
