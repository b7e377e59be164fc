package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// RestartParent asks for the stage that started an execution to run again,
// because the execution itself does.
type RestartParent struct {
	Parent gennaker.Parent `json:"parent"`
	Child  string          `json:"child"` // the execution to follow
	User   string          `json:"user"`
	// Token tells this restart of the child from others.
	Token string `json:"token"`
}

// followed is how long a stage may take to notice that the execution that it
// followed had ended. One that runs for longer follows the restarted one.
const followed = 20 * time.Second

// RestartParent restarts the stage that started an execution, so that it
// follows that again. A stage that has not ended is left alone: it follows
// the execution, or will run anyhow.
func (a *Executions) RestartParent(ctx context.Context, p RestartParent) error {
	return alive(ctx, func(ctx context.Context, _ *pulse) error {
		waiting, stop := untilWorkerStops(ctx)
		defer stop()
		for deadline := time.Now().Add(followed); ; {
			done, err := a.restartParent(waiting, p)
			if done || err != nil || time.Now().After(deadline) {
				return err
			}
			select {
			case <-time.After(time.Second):
			case <-waiting.Done():
				return fmt.Errorf("restart execution %s: %w: this worker is stopping", p.Parent.Execution, gennaker.ErrUnavailable)
			}
		}
	})
}

// restartParent reports whether there is nothing more to do.
func (a *Executions) restartParent(ctx context.Context, p RestartParent) (done bool, err error) {
	r := executions.Ref{ID: p.Parent.Execution}
	now, err := a.client.State(ctx, r)
	if err != nil {
		return false, missing(r.ID, err)
	}
	if now.Silence != nil {
		return false, fmt.Errorf("restart execution %s: %w: no worker answers for it", r.ID, gennaker.ErrUnavailable)
	}
	s := now.Stage(p.Parent.Stage)
	switch {
	case s == nil:
		return false, fmt.Errorf("execution %s: stage %s: %w", r.ID, p.Parent.Stage, gennaker.ErrNotFound)
	case s.Type == "deploy" || s.Type == "cloneServerGroup":
		return false, fmt.Errorf("execution %s: stage %s: %w: it would deploy again, so restart it yourself if that is meant", r.ID, s.RefID, gennaker.ErrInvalid)
	case s.Type == "runMultiplePipelines":
		return false, fmt.Errorf("execution %s: stage %s: %w: it would run all of its pipelines again, so restart it yourself if that is meant", r.ID, s.RefID, gennaker.ErrInvalid)
	case s.Restarted != nil && s.Restarted.Token == p.Token:
		return true, nil
	case s.Status == gennaker.NotStarted:
		return true, nil
	case !s.Status.Complete():
		return false, nil
	}
	_, err = a.client.Restart(ctx, r, gennaker.Restart{Stage: s.RefID, User: p.User, Attach: p.Child, Token: p.Token})
	return true, refused(err)
}

// refused gives a refusal by a running execution the kind ErrInvalid: asking
// again does not help. What somebody else has just restarted may be asked.
func refused(err error) error {
	var no *temporal.ApplicationError
	switch {
	case errors.As(err, &no):
		return fmt.Errorf("%w: %s", gennaker.ErrInvalid, no.Message())
	case errors.Is(err, gennaker.ErrBusy):
		return fmt.Errorf("%w: %s", gennaker.ErrUnavailable, err.Error())
	}
	return err
}
