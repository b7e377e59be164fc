package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
)

// ended reads the execution from how its workflow closed.
func ended(env *testsuite.TestWorkflowEnvironment) (gennaker.Execution, error) {
	var e gennaker.Execution
	if !env.IsWorkflowCompleted() {
		return e, errors.New("the execution did not end")
	}
	err := env.GetWorkflowError()
	var failed *temporal.ApplicationError
	var canceled *temporal.CanceledError
	switch {
	case err == nil:
		err = env.GetWorkflowResult(&e)
	case errors.As(err, &failed) && failed.Type() == string(gennaker.Terminal):
		err = failed.Details(&e)
	case errors.As(err, &canceled):
		err = canceled.Details(&e)
	}
	return e, err
}

// judge looks at what an ended execution leaves.
func (t trial) judge(w *watcher, g ground, e gennaker.Execution, want string) (result, error) {
	w.before()
	g.rest()
	list, err := g.List(context.Background(), gennaker.Scope{})
	if err != nil {
		return result{}, err
	}
	words, err := json.Marshal(e)
	if err != nil {
		return result{}, err
	}
	w.note("the execution is %s: %s", e.Status, e.Error)
	end := describe(list)
	switch {
	case e.Status != cmp.Or(t.scenario.status, gennaker.Succeeded):
		w.count.Failed++
	case want != "" && end != want:
		w.count.Wrong++
		w.note("! it is %s, and the cluster is not as it should be:\n%s\nwant:\n%s", e.Status, end, want)
	}
	for _, g := range list {
		if !strings.Contains(string(words), g.Name) && t.left(g) {
			w.count.Orphans++
			w.note("! %s is left with %s, and nobody says so", g.Name, g.Capacity)
		}
	}
	for _, what := range g.stray() {
		w.count.Orphans++
		w.note("! %s is left without a server group", what)
	}
	return result{Count: w.count, end: end, timeline: w.timeline}, nil
}

// left reports whether the server group is there, or as it is, because of the
// execution.
func (t trial) left(g gennaker.ServerGroup) bool {
	at := slices.IndexFunc(t.scenario.before, func(b standing) bool { return b.name == g.Name })
	if at < 0 {
		return true
	}
	was := t.scenario.before[at]
	return g.Enabled && !was.disabled && g.Capacity != was.make(t, g.Region).Capacity
}

// describe says how the server groups are, by what runs in them: what they are
// called may differ from time to time.
func describe(list []gennaker.ServerGroup) string {
	var lines []string
	for _, g := range list {
		lines = append(lines, fmt.Sprintf("  %s in %s: enabled %t, %s, %d up, %d out of service", g.Image, g.Region, g.Enabled, g.Capacity,
			g.Count(gennaker.Up), g.Count(gennaker.OutOfService)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
