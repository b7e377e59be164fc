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
	err := execute(t, &guard{stopping: stopping, limits: &accountLimits{}},
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
	err := execute(t, &guard{stopping: stopping, limits: &accountLimits{}},
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
	err := execute(t, &guard{stopping: context.Background(), limits: &accountLimits{}},
		func(context.Context, gennaker.ServerGroupRef) error {
			return temporal.NewApplicationError("no such image", "Invalid")
		})
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != "Invalid" {
		t.Errorf("activity = %v, want Invalid", err)
	}
}

func TestAccountsHaveLimitsOfTheirOwn(t *testing.T) {
	l := &accountLimits{perSecond: 0.001} // the second request is far away
	prod := []any{gennaker.ServerGroupRef{Location: gennaker.Location{Account: "prod"}}}
	test := []any{&gennaker.InventoryQuery{Account: "test"}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, args := range [][]any{prod, test, {"no account"}, {nil}, nil} {
		if err := l.wait(ctx, args); err != nil {
			t.Errorf("wait(%v) = %v, want nil", args, err)
		}
	}
	if err := l.wait(ctx, prod); err == nil {
		t.Error("the second request of prod was let through at once")
	}
}
