package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// Clusters knows which clusters are being changed.
type Clusters struct {
	temporal client.Client
}

// poll bounds one wait on the server: under load it can lose the news of a
// workflow's end, and then tells only when the poll is made anew.
const poll = 5 * time.Second

// AwaitCluster returns when nobody is changing the cluster. It waits on the
// server.
func (a *Clusters) AwaitCluster(ctx context.Context, c gennaker.ClusterRef) error {
	return alive(ctx, func(ctx context.Context, _ *pulse) error {
		waiting, stop := untilWorkerStops(ctx)
		defer stop()
		for {
			ended, err := a.ended(waiting, c)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case waiting.Err() != nil:
				return gennaker.ErrUnavailable // this worker is stopping; another goes on
			case ended || err != nil:
				return err
			}
		}
	})
}

// ended waits for one poll and reports whether the change was over by then.
func (a *Clusters) ended(ctx context.Context, c gennaker.ClusterRef) (bool, error) {
	once, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	err := a.temporal.GetWorkflow(once, c.WorkflowID(), "").Get(once, nil)
	var gone *serviceerror.NotFound
	var late *serviceerror.DeadlineExceeded
	switch {
	case err == nil || errors.As(err, &gone):
		return true, nil
	case once.Err() != nil || errors.As(err, &late):
		return false, nil
	}
	return true, ignoreOutcome(err)
}

// ignoreOutcome keeps the errors of the connection: how the other's change
// ended is not our concern.
func ignoreOutcome(err error) error {
	var unavailable *serviceerror.Unavailable
	if errors.As(err, &unavailable) {
		return err
	}
	return nil
}
