package activities

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// Clusters knows which clusters are being changed.
type Clusters struct {
	temporal client.Client
}

// AwaitCluster returns when nobody is changing the cluster. It waits on the
// server and asks nothing twice.
func (a *Clusters) AwaitCluster(ctx context.Context, c gennaker.ClusterRef) error {
	return alive(ctx, func(ctx context.Context, _ *pulse) error {
		waiting, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-activity.GetWorkerStopChannel(ctx):
				stop()
			case <-waiting.Done():
			}
		}()
		err := a.temporal.GetWorkflow(waiting, c.WorkflowID(), "").Get(waiting, nil)
		var gone *serviceerror.NotFound
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case waiting.Err() != nil:
			return gennaker.ErrUnavailable // this worker is stopping; another goes on
		case errors.As(err, &gone):
			return nil
		}
		return ignoreOutcome(err)
	})
}

// ignoreOutcome keeps the errors of the connection: how the other's change
// ended is not our concern.
func ignoreOutcome(err error) error {
	var unavailable *serviceerror.Unavailable
	var deadline *serviceerror.DeadlineExceeded
	if errors.As(err, &unavailable) || errors.As(err, &deadline) {
		return err
	}
	return nil
}
