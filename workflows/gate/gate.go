// Package gate stops the clock of an execution: while its gate is closed, no
// step begins and no time passes that counts against a limit.
package gate

import (
	"errors"
	"time"

	"go.temporal.io/sdk/workflow"
)

// ErrTimeout says that a limit was reached.
var ErrTimeout = errors.New("its time is over")

// Gate is open or closed. The zero value is open. Only the coroutines of one
// workflow share it, so nothing guards it.
type Gate struct {
	closed bool
	since  time.Time     // when it was closed
	held   time.Duration // how long it was closed before
}

// Close stops the clock.
func (g *Gate) Close(ctx workflow.Context) {
	if !g.closed {
		g.closed, g.since = true, workflow.Now(ctx)
	}
}

// Open starts the clock again.
func (g *Gate) Open(ctx workflow.Context) {
	g.held = g.Held(ctx)
	g.closed = false
}

func (g *Gate) Closed() bool { return g.closed }

// Held is how long the gate has been closed so far.
func (g *Gate) Held(ctx workflow.Context) time.Duration {
	if !g.closed {
		return g.held
	}
	return g.held + workflow.Now(ctx).Sub(g.since)
}

type key struct{}

// With makes all steps under the context pass this gate.
func With(ctx workflow.Context, g *Gate) workflow.Context {
	return workflow.WithValue(ctx, key{}, g)
}

// Of is the gate of the context; one that is always open if it has none.
func Of(ctx workflow.Context) *Gate {
	if g, ok := ctx.Value(key{}).(*Gate); ok {
		return g
	}
	return &Gate{}
}

// Pass waits until the gate is open.
func Pass(ctx workflow.Context) error {
	g := Of(ctx)
	return workflow.Await(ctx, func() bool { return !g.closed })
}

// Wait waits until the condition holds or the time is up, not counting the
// time that the gate is closed, and reports whether the condition held.
func Wait(ctx workflow.Context, limit time.Duration, summary string, condition func() bool) (bool, error) {
	g := Of(ctx)
	for {
		if err := Pass(ctx); err != nil {
			return false, err
		}
		if condition() {
			return true, nil
		}
		begin := workflow.Now(ctx)
		woken, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
			Timeout:      limit,
			TimerOptions: workflow.TimerOptions{Summary: summary},
		}, func() bool { return condition() || g.closed })
		if err != nil {
			return false, err
		}
		if !woken {
			return false, nil
		}
		limit -= workflow.Now(ctx).Sub(begin)
	}
}

// Until waits for a moment of the clock, or until the condition holds. A closed
// gate does not stop that clock, but nobody passes before it is open.
func Until(ctx workflow.Context, moment time.Time, summary string, condition func() bool) error {
	left := moment.Sub(workflow.Now(ctx))
	if left > 0 && !condition() {
		if _, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
			Timeout:      left,
			TimerOptions: workflow.TimerOptions{Summary: summary},
		}, condition); err != nil {
			return err
		}
	}
	return Pass(ctx)
}

// Sleep waits for a time in which the gate is open.
func Sleep(ctx workflow.Context, d time.Duration, summary string) error {
	if d <= 0 {
		return Pass(ctx)
	}
	_, err := Wait(ctx, d, summary, func() bool { return false })
	return err
}

type limitKey struct{}

// limited is a limit that is running.
type limited struct{ more time.Duration }

// Aside runs f, and gives the innermost limit of the context as much more time as
// that took: it is for what should not count, and has a limit of its own.
func Aside(ctx workflow.Context, f func() error) error {
	began, held := workflow.Now(ctx), Of(ctx).Held(ctx)
	err := f()
	if l, ok := ctx.Value(limitKey{}).(*limited); ok {
		l.more += workflow.Now(ctx).Sub(began) - (Of(ctx).Held(ctx) - held)
	}
	return err
}

// Limit runs f, and cancels its context when the limit is reached: then it
// returns ErrTimeout, once f has returned. No limit (0) costs nothing.
func Limit(ctx workflow.Context, limit time.Duration, f func(workflow.Context) error) error {
	if limit <= 0 {
		return f(ctx)
	}
	inner, cancel := workflow.WithCancel(ctx)
	l := &limited{}
	inner = workflow.WithValue(inner, limitKey{}, l)
	var err error
	done := false
	workflow.Go(inner, func(ctx workflow.Context) {
		err = f(ctx)
		done = true
	})
	var inTime bool
	var waitErr error
	for ; limit > 0 && !inTime && waitErr == nil; limit, l.more = l.more, 0 {
		inTime, waitErr = Wait(ctx, limit, "time limit", func() bool { return done })
	}
	if inTime {
		return err
	}
	cancel()
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if finishErr := workflow.Await(outlive, func() bool { return done }); finishErr != nil {
		return finishErr
	}
	if waitErr != nil {
		return err
	}
	return ErrTimeout
}
