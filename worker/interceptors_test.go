package worker

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
)

// execute runs an activity behind the guard.
func execute(t *testing.T, g *guard, run func(ctx context.Context, ref gennaker.ServerGroupRef) error) error {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{g}})
	env.RegisterActivity(run)
	_, err := env.ExecuteActivity(run, gennaker.ServerGroupRef{Location: gennaker.Location{Account: "prod"}})
	return err
}

func TestAnActivityIsHandedBackWhenItsWorkerStops(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	err := execute(t, &guard{stopping: stopping},
		func(ctx context.Context, _ gennaker.ServerGroupRef) error {
			stop()
			<-ctx.Done()
			return errors.New("the cloud was interrupted")
		})
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != "WorkerStopping" || failure.NonRetryable() || failure.NextRetryDelay() != time.Millisecond {
		t.Errorf("activity = %v, want a WorkerStopping that is retried at once", err)
	}
}

func TestAnActivityThatFinishesWhileItsWorkerStopsCounts(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	err := execute(t, &guard{stopping: stopping},
		func(ctx context.Context, _ gennaker.ServerGroupRef) error {
			stop()
			<-ctx.Done()
			return nil
		})
	if err != nil {
		t.Errorf("activity = %v, want success", err)
	}
}

func TestAnOrdinaryFailureStaysAsItIs(t *testing.T) {
	err := execute(t, &guard{stopping: context.Background()},
		func(context.Context, gennaker.ServerGroupRef) error {
			return temporal.NewApplicationError("no such image", "Invalid")
		})
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != "Invalid" {
		t.Errorf("activity = %v, want Invalid", err)
	}
}
