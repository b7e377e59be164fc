package worker

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/time/rate"
)

// errStopping is why an activity is interrupted when its worker stops.
var errStopping = errors.New("this worker is stopping")

// guard stands in front of every activity: it keeps an account's limit, and
// hands the activity back to other workers when this one stops.
type guard struct {
	interceptor.WorkerInterceptorBase
	stopping context.Context // done when activities must be handed back
	limits   *accountLimits
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
	err := a.guard.limits.wait(ctx, in.Args)
	if err == nil {
		var result any
		if result, err = a.Next.ExecuteActivity(ctx, in); err == nil {
			return result, nil
		}
	}
	if context.Cause(ctx) == errStopping {
		return nil, temporal.NewApplicationErrorWithOptions(errStopping.Error(), "WorkerStopping",
			temporal.ApplicationErrorOptions{Cause: err, NextRetryDelay: time.Millisecond, Category: temporal.ApplicationErrorCategoryBenign})
	}
	return nil, err
}

// accountLimits bounds how often activities start for each account.
type accountLimits struct {
	perSecond float64 // 0 is no limit
	mu        sync.Mutex
	accounts  map[string]*rate.Limiter
}

// wait returns when an activity with these arguments may start. The account
// is the argument's field Account; an activity without one has no limit.
func (l *accountLimits) wait(ctx context.Context, args []any) error {
	account := accountOf(args)
	if l.perSecond == 0 || account == "" {
		return nil
	}
	return l.limiter(account).Wait(ctx)
}

func (l *accountLimits) limiter(account string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.accounts[account] == nil {
		if l.accounts == nil {
			l.accounts = map[string]*rate.Limiter{}
		}
		l.accounts[account] = rate.NewLimiter(rate.Limit(l.perSecond), max(1, int(l.perSecond)))
	}
	return l.accounts[account]
}

func accountOf(args []any) string {
	for _, arg := range args {
		v := reflect.Indirect(reflect.ValueOf(arg))
		if v.Kind() != reflect.Struct {
			continue
		}
		if f := v.FieldByName("Account"); f.IsValid() && f.Kind() == reflect.String {
			return f.String()
		}
	}
	return ""
}
