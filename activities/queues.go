package activities

import (
	"context"
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// Enqueue is what puts an execution into a queue.
type Enqueue struct {
	Queue string              `json:"queue"` // its id
	Entry gennaker.QueueEntry `json:"entry"`
}

// Enqueue puts an execution into the queue of its pipeline, once.
func (a *Executions) Enqueue(ctx context.Context, e Enqueue) error {
	return translate(a.client.Enqueue(ctx, e.Queue, e.Entry))
}

// AwaitLeave returns when a run of an execution has ended, or is not there.
func (a *Executions) AwaitLeave(ctx context.Context, e gennaker.QueueEntry) error {
	_, err := a.await(ctx, executions.Ref{ID: e.Execution, RunID: e.RunID})
	if errors.Is(Kind(err), gennaker.ErrNotFound) {
		return nil
	}
	return err
}
