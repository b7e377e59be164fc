package worker

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
)

// errStopping is why an activity is interrupted when its worker stops.
var errStopping = errors.New("this worker is stopping")

// guard stands in front of every activity: it hands the activity back to other
// workers when this one stops.
type guard struct {
	interceptor.WorkerInterceptorBase
	stopping context.Context // done when activities must be handed back
}

// InterceptActivity puts the guard in front of one activity.
func (g *guard) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &guarded{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, guard: g}
}

type guarded struct {
	interceptor.ActivityInboundInterceptorBase
	guard *guard
}

// ExecuteActivity runs the activity. If it is cut short by the worker's stop,
// the error asks Temporal to try again at once, elsewhere.
func (a *guarded) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(a.guard.stopping, func() { cancel(errStopping) })()
	result, err := a.Next.ExecuteActivity(ctx, in)
	if err == nil {
		return result, nil
	}
	if context.Cause(ctx) == errStopping {
		return nil, temporal.NewApplicationErrorWithOptions(errStopping.Error(), "WorkerStopping",
			temporal.ApplicationErrorOptions{Cause: err, NextRetryDelay: time.Millisecond, Category: temporal.ApplicationErrorCategoryBenign})
	}
	return nil, err
}
