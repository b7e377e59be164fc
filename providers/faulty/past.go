package faulty

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/gennaker/gennaker"
)

// view is the cloud as it was until a change.
type view struct {
	until  time.Time
	groups []gennaker.ServerGroup
}

// remember keeps what a change is about to replace, and forgets what is too
// old for any answer.
func (c *Cloud) remember(groups []gennaker.ServerGroup) {
	now := c.config.Now()
	c.past = slices.DeleteFunc(c.past, func(v view) bool { return v.until.Before(now.Add(-c.config.Lag)) })
	c.past = append(c.past, view{now, groups})
}

// asOf is the cloud as it was that long ago, if it has changed since.
func (c *Cloud) asOf(age time.Duration) (view, bool) {
	then := c.config.Now().Add(-min(age, c.config.Lag))
	at := slices.IndexFunc(c.past, func(v view) bool { return v.until.After(then) })
	if at < 0 {
		return view{}, false
	}
	return c.past[at], true
}

func (v view) list(scope gennaker.Scope) (list []gennaker.ServerGroup) {
	for _, g := range v.groups {
		if fits(scope.Region, g.Region) && fits(scope.Application, g.Moniker.App) && fits(scope.Cluster, g.Moniker.Cluster()) {
			list = append(list, g)
		}
	}
	return list
}

func fits(wanted, got string) bool { return wanted == "" || wanted == got }

func (v view) get(ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	for _, g := range v.groups {
		if g.Name == ref.Name && g.Region == ref.Region {
			return g, nil
		}
	}
	return gennaker.ServerGroup{}, fmt.Errorf("faulty: %s: %w", ref.Name, gennaker.ErrNotFound)
}

// read makes a call that reads. Its answer may be one of the past.
func read[T any](ctx context.Context, c *Cloud, call Call, now func() (T, error), then func(view) (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call, f := c.next(call)
	var none T
	if err := f.before(call); err != nil {
		return none, c.seen(ctx, Outcome{Call: call, Fault: f, Err: err})
	}
	answer, err := now()
	if f.Kind == Stale {
		f, answer, err = aged(c, f, answer, err, then)
	}
	c.wait(f)
	if err == nil {
		err = f.after(call)
	}
	if err != nil {
		answer = none
	}
	return answer, c.seen(ctx, Outcome{Call: call, Fault: f, Err: err})
}

// aged is the answer as it was, unless it would be the same.
func aged[T any](c *Cloud, f Fault, answer T, err error, then func(view) (T, error)) (Fault, T, error) {
	was, ok := c.asOf(f.By)
	if !ok {
		return Fault{}, answer, err
	}
	old, missing := then(was)
	if (missing == nil) == (err == nil) && reflect.DeepEqual(old, answer) {
		return Fault{}, answer, err
	}
	return f, old, missing
}
