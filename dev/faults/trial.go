package main

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

const executionID = "shop/deploy/1"

// trial is one deployment with its faults.
type trial struct {
	on       kind
	scenario scenario
	size     int
	start    int // seconds that an instance takes, if the ground can choose
	chance   chance
	retries  bool
	wrap     func(providers.Provider) providers.Provider // what tests put between; may be nil
}

// result is how it ended.
type result struct {
	Count
	end      string   // the cluster, in words
	timeline []string // of what went on
}

// hung bounds a trial, in real time.
const hung = 2 * time.Minute

// run makes the deployment. want is how the cluster must be in the end; empty
// if that is not known.
func (t trial) run(want string) (result, error) {
	env := environment()
	w := newWatcher(t, env.Now)
	g, err := t.on.open(t, w)
	if err != nil {
		return result{}, err
	}
	defer g.close()
	before, err := g.List(context.Background(), gennaker.Scope{})
	if err != nil {
		return result{}, err
	}
	if t.scenario.status == gennaker.Canceled {
		want = describe(before)
	}
	g.begin()
	w.begin(g)
	t.register(env, g)
	text, err := t.document()
	if err != nil {
		return result{}, err
	}
	document, err := pipeline.Decode([]byte(text), stages.Table.Configs())
	if err != nil {
		return result{}, err
	}
	if t.scenario.cancel > 0 {
		t.cancelIn(env, w)
	}
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: document.Pipeline, Trigger: gennaker.Trigger{Type: "manual", User: "ada"}})
	e, err := ended(env)
	if err != nil {
		return result{timeline: w.timeline}, err
	}
	return t.judge(w, g, e, want)
}

// environment is Temporal's, whose clock skips the waiting.
func environment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet)
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&likeServer{}}, DeadlockDetectionTimeout: hung})
	env.SetTestTimeout(hung)
	return env
}

// register puts the real workflows and activities into the environment.
func (t trial) register(env *testsuite.TestWorkflowEnvironment, g ground) {
	provider := g.provider()
	if t.wrap != nil {
		provider = t.wrap(provider)
	}
	if !t.retries {
		provider = resigned(provider.(deployer))
	}
	workflows.Register(env, stages.Table)
	activities.Register(env, activities.New(activities.Config{LookOnce: true, Now: env.Now,
		Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": provider})}))
}

// cancelIn cancels the execution some time before the limit.
func (t trial) cancelIn(env *testsuite.TestWorkflowEnvironment, w *watcher) {
	after := time.Duration(t.chance.dice("cancel", "").Int64N(int64(t.scenario.cancel)))
	env.RegisterDelayedCallback(func() {
		w.remark("it is cancelled")
		env.UpdateWorkflow(gennaker.UpdateCancel, "", answer{w}, gennaker.Command{User: "ada"})
	}, after)
}

// answer notes a cancellation that is refused.
type answer struct{ *watcher }

func (answer) Accept()             {}
func (answer) Complete(any, error) {}
func (a answer) Reject(err error)  { a.remark("! the cancellation is refused: %v", err) }
