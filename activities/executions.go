package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// Executions starts executions, follows and ends them.
type Executions struct {
	client ExecutionClient
}

// ExecutionClient is where executions are: executions.Client, or
// executions.Memory in tests.
type ExecutionClient interface {
	Start(ctx context.Context, id string, start gennaker.Start) (executions.Ref, bool, error)
	State(context.Context, executions.Ref) (executions.State, error)
	Await(context.Context, executions.Ref) (gennaker.Execution, error)
	Cancel(context.Context, executions.Ref, gennaker.Command) error
	Restart(context.Context, executions.Ref, gennaker.Restart) (executions.Ref, error)
	Newest(context.Context, executions.Search) (gennaker.Execution, error)
	Enqueue(ctx context.Context, queue string, e gennaker.QueueEntry) error
}

// StartExecution asks for an execution.
type StartExecution struct {
	Start gennaker.Start `json:"start"`
	// At and Key make its id, so that asking again starts nothing.
	At  time.Time `json:"at"`
	Key string    `json:"key"`
}

// StartExecution starts an execution once and returns its id.
func (a *Executions) StartExecution(ctx context.Context, s StartExecution) (string, error) {
	r, _, err := a.client.Start(ctx, executions.DerivedID(s.Start.Pipeline, s.At, s.Key), s.Start)
	return r.ID, translate(err)
}

// AwaitExecution waits for an execution's end, whatever it is, and returns
// what others need of it: see passedOn. A cancellation leaves the execution
// alone.
func (a *Executions) AwaitExecution(ctx context.Context, id string) (gennaker.Execution, error) {
	e, err := a.await(ctx, executions.Ref{ID: id})
	return passedOn(e), err
}

func (a *Executions) await(ctx context.Context, r executions.Ref) (e gennaker.Execution, err error) {
	err = alive(ctx, func(ctx context.Context, _ *pulse) error {
		waiting, stop := untilWorkerStops(ctx)
		defer stop()
		e, err = a.client.Await(waiting, r)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case waiting.Err() != nil:
			return fmt.Errorf("await execution %s: %w: this worker is stopping", r.ID, gennaker.ErrUnavailable)
		}
		return missing(r.ID, err)
	})
	return e, err
}

// lastLook is the attempt at which executions.HeldFor is over: they are a
// second apart at first, and half a minute later.
const lastLook = 9

// AwaitStarted waits until an execution that is about to be started has ended,
// or is not started after all.
func (a *Executions) AwaitStarted(ctx context.Context, id string) error {
	_, err := a.AwaitExecution(ctx, id)
	if !errors.Is(Kind(err), gennaker.ErrNotFound) {
		return err
	}
	if activity.GetInfo(ctx).Attempt >= lastLook {
		return nil
	}
	return translate(fmt.Errorf("execution %s: %w: it is not there yet", id, gennaker.ErrUnavailable))
}

// CancelExecution asks for an execution to be cancelled.
type CancelExecution struct {
	ID      string           `json:"id"`
	Command gennaker.Command `json:"command"`
}

// CancelExecution cancels an execution and waits until it has cleaned up and
// ended. One that has ended, or is not there, is left alone.
func (a *Executions) CancelExecution(ctx context.Context, c CancelExecution) error {
	return alive(ctx, func(ctx context.Context, _ *pulse) error {
		waiting, stop := untilWorkerStops(ctx)
		defer stop()
		err := a.client.Cancel(waiting, executions.Ref{ID: c.ID}, c.Command)
		if err == nil {
			_, err = a.client.Await(waiting, executions.Ref{ID: c.ID})
		}
		err = missing(c.ID, err)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case waiting.Err() != nil:
			return fmt.Errorf("cancel execution %s: %w: this worker is stopping", c.ID, gennaker.ErrUnavailable)
		case errors.Is(err, gennaker.ErrNotFound):
			return nil
		}
		return err
	})
}

// untilWorkerStops ends what waits on the server when this worker stops, so
// that another one goes on with it.
func untilWorkerStops(ctx context.Context) (context.Context, context.CancelFunc) {
	waiting, stop := context.WithCancel(ctx)
	go func() {
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			stop()
		case <-waiting.Done():
		}
	}()
	return waiting, stop
}

// missing gives what Temporal does not have the kind ErrNotFound.
func missing(id string, err error) error {
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return fmt.Errorf("execution %s: %w", id, gennaker.ErrNotFound)
	}
	return err
}
