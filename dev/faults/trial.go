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
	"github.com/gennaker/gennaker/providers/faulty"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

const executionID = "shop/deploy/1"

// trial is one deployment with its faults.
type trial struct {
	scenario scenario
	size     int
	start    int // seconds that an instance takes
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
const hung = time.Minute

// run makes the deployment. want is how the cluster must be in the end; empty
// if that is not known.
func (t trial) run(want string) (result, error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet)
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&endless{}}})
	env.SetTestTimeout(hung)
	clock := &clock{workflows: env.Now}
	clock.tick()
	cloud := &memory.Cloud{Now: clock.Now}
	if err := t.furnish(cloud); err != nil {
		return result{}, err
	}
	w := &watcher{cloud: cloud, clock: clock, begun: clock.Now(), regions: t.scenario.regions, floor: t.scenario.floor * t.size,
		count: Count{Faults: map[faulty.Kind]int{}, Deployments: 1}, effects: map[string]int{}, made: map[string]int{}}
	provider := faulty.Wrap(cloud, faulty.Config{Now: clock.Now, Pass: clock.pass, Lag: oldest, Seen: w.seen,
		Fault: func(c faulty.Call) faulty.Fault { clock.tick(); w.before(); return t.chance.fault(c) }})
	if t.wrap != nil {
		provider = t.wrap(provider)
	}
	if !t.retries {
		provider = resigned{provider.(deployer)}
	}
	workflows.Register(env, stages.Table)
	activities.Register(env, activities.New(activities.Config{LookOnce: true, Now: env.Now,
		Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": provider})}))
	document, err := pipeline.Decode([]byte(t.scenario.document(t.size, t.start)), stages.Table.Configs())
	if err != nil {
		return result{}, err
	}
	if t.scenario.cancel > 0 {
		t.cancelIn(env, w)
	}
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: document.Pipeline, Trigger: gennaker.Trigger{Type: "manual", User: "ada"}})
	e, err := ended(env)
	if err != nil {
		return result{}, err
	}
	return t.judge(w, e, want)
}

// furnish makes what is there before.
func (t trial) furnish(cloud *memory.Cloud) error {
	for _, region := range t.scenario.regions {
		for _, b := range t.scenario.before {
			c := b.make(region, t.size)
			if err := cloud.Create(context.Background(), c); err != nil {
				return err
			}
			if b.disabled {
				if err := cloud.Disable(context.Background(), c.Ref()); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
