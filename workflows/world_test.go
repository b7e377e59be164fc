package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// quiet keeps what Temporal's test environment does out of the tests' output.
var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

const executionID = "shop/deploy/1"

// world is an execution on a cloud in memory, with the real activities and a
// clock that skips the waiting.
type world struct {
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	cloud  *memory.Cloud
	stored store.Memory      // pipelines
	others executions.Memory // executions of them
	begun  time.Time
}

func newWorld(t *testing.T, users ...gennaker.User) *world {
	t.Helper()
	return worldWith(t, activities.Config{Users: users})
}

// worldWith is a world whose activities have more to go by.
func worldWith(t *testing.T, c activities.Config) *world {
	t.Helper()
	return worldOn(t, c, func(w *world) providers.Provider { return w.cloud })
}

// worldOn is a world whose account is what stands before the cloud.
func worldOn(t *testing.T, c activities.Config, before func(*world) providers.Provider) *world {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet)
	w := &world{t: t, env: suite.NewTestWorkflowEnvironment(), cloud: &memory.Cloud{}}
	w.env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	w.env.SetTestTimeout(30 * time.Second)
	workflows.Register(w.env, stages.Table.With(customTypes))
	if c.Providers == nil {
		c.Providers = providers.NewRegistry(map[string]providers.Provider{"cloud": before(w)})
	}
	c.Now = w.env.Now
	c.Pipelines, c.Executions = &w.stored, &w.others
	activities.Register(w.env, activities.New(c))
	w.begun = w.env.Now()
	return w
}

// run runs a document to its end and returns the execution as its result or
// error tells it.
func (w *world) run(document string, parameters map[string]any) gennaker.Execution {
	w.t.Helper()
	return w.start(gennaker.Start{Pipeline: decode(w.t, document),
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: parameters}})
}

func (w *world) start(in gennaker.Start) gennaker.Execution {
	w.t.Helper()
	w.env.ExecuteWorkflow(gennaker.ExecutionWorkflow, in)
	if !w.env.IsWorkflowCompleted() {
		w.t.Fatal("the execution did not end")
	}
	return ended(w.t, w.env)
}

func decode(t *testing.T, document string) gennaker.Pipeline {
	t.Helper()
	d, err := pipeline.Decode([]byte(document), stages.Table.With(customTypes).Configs())
	if err != nil {
		t.Fatalf("Decode = %v", err)
	}
	return d.Pipeline
}

// ended reads the execution from how its workflow closed.
func ended(t *testing.T, env *testsuite.TestWorkflowEnvironment) gennaker.Execution {
	t.Helper()
	var e gennaker.Execution
	var failed *temporal.ApplicationError
	var canceled *temporal.CanceledError
	err := env.GetWorkflowError()
	switch {
	case err == nil:
		err = env.GetWorkflowResult(&e)
	case errors.As(err, &failed) && failed.Type() == string(gennaker.Terminal):
		err = failed.Details(&e)
	case errors.As(err, &canceled):
		err = canceled.Details(&e)
	}
	if err != nil {
		t.Fatalf("the execution's end: %v", err)
	}
	return e
}

// update sends a command after a while and returns where its answer will be.
func (w *world) update(after time.Duration, name string, arg any) *answer {
	a := &answer{}
	w.env.RegisterDelayedCallback(func() { w.env.UpdateWorkflow(name, "", a, arg) }, after)
	return a
}

// when does something as soon as an activity of that name has begun.
func (w *world) when(name string, do func()) {
	w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name == name {
			w.env.RegisterDelayedCallback(do, 0)
		}
	})
}

// view asks a running execution how it stands after a while.
func (w *world) view(after time.Duration, look func(gennaker.Execution)) {
	w.env.RegisterDelayedCallback(func() {
		value, err := w.env.QueryWorkflow(gennaker.QueryState)
		if err != nil {
			w.t.Errorf("query: %v", err)
			return
		}
		var e gennaker.Execution
		if err := value.Get(&e); err != nil {
			w.t.Errorf("query: %v", err)
		}
		look(e)
	}, after)
}

// answer is what a command was answered with.
type answer struct {
	accepted bool
	value    any
	err      error
}

func (a *answer) Accept()          { a.accepted = true }
func (a *answer) Reject(err error) { a.err = err }
func (a *answer) Complete(value any, err error) {
	a.value, a.err = value, errors.Join(a.err, err)
}

// groups lists the cloud's server groups by name, the enabled ones with a +.
func (w *world) groups() string {
	w.t.Helper()
	list, err := w.cloud.List(context.Background(), gennaker.Scope{})
	if err != nil {
		w.t.Fatalf("List = %v", err)
	}
	text := ""
	for _, g := range list {
		if text != "" {
			text += " "
		}
		text += g.Name
		if g.Enabled {
			text += "+"
		}
	}
	return text
}

// have makes enabled server groups, the oldest first.
func (w *world) have(names ...string) {
	w.t.Helper()
	for _, name := range names {
		err := w.cloud.Create(context.Background(), gennaker.CreateServerGroup{
			Location: gennaker.In("cloud", ""), Name: name, Moniker: gennaker.ParseMoniker(name),
			Capacity: gennaker.Capacity{Min: 1, Desired: 2, Max: 3}})
		if err != nil {
			w.t.Fatalf("Create(%s) = %v", name, err)
		}
	}
}

// disable takes a server group out of traffic.
func (w *world) disable(name string) {
	w.t.Helper()
	if err := w.cloud.Disable(context.Background(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: name}); err != nil {
		w.t.Fatalf("Disable(%s) = %v", name, err)
	}
}

// statuses lists the stages as refId=STATUS.
func statuses(e gennaker.Execution) string {
	text := ""
	for i, s := range e.Stages {
		if i > 0 {
			text += " "
		}
		text += s.RefID + "=" + string(s.Status)
	}
	return text
}

func refTo(id string) executions.Ref { return executions.Ref{ID: id} }
