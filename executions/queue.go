package executions

import (
	"context"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// Enqueue puts an execution into a queue, which begins if it is not there.
// Once more changes nothing.
func (c Client) Enqueue(ctx context.Context, queue string, e gennaker.QueueEntry) error {
	_, err := c.Temporal.SignalWithStartWorkflow(ctx, queue, gennaker.SignalEnqueue, e, client.StartWorkflowOptions{
		ID:                    queue,
		TaskQueue:             c.TaskQueue,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "who runs, and who waits",
	}, gennaker.QueueWorkflow, gennaker.Queue{})
	return err
}
