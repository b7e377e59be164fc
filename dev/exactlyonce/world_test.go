package exactlyonce

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	workflowapi "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/dev/temporal"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws/awstest/ministack"
	"github.com/gennaker/gennaker/store"
	gennakerworker "github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

const namespace = "default"

// world is a Temporal, and workers of it that live and die.
type world struct {
	t        *testing.T
	address  string
	temporal client.Client
	services services // that webhooks and monitors call
	told     told
	stack    string // see ministack
	loss     *loss  // between the activities of the doomed worker and Temporal
	plays    map[string]*play

	mu    sync.Mutex // guards tries
	tries map[string]tries
}

// tries is how often each of the workers began a row's call.
type tries struct{ dead, living int }

// play is a row under way.
type play struct {
	world   *world
	row     row
	id      string
	scene   *scene
	before  map[string]int
	run     client.WorkflowRun
	problem error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, address: l.Addr().String(), plays: map[string]*play{}, tries: map[string]tries{}, loss: &loss{}}
	l.Close()
	server, err := temporal.Start(t.Context(), temporal.Config{File: filepath.Join(t.TempDir(), "temporal.db"), Address: w.address,
		Namespace: namespace, Retention: 24 * time.Hour, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	w.temporal = w.dial(nil)
	if err := gennakerworker.AddSearchAttributes(t.Context(), w.temporal, namespace); err != nil {
		t.Fatal(err)
	}
	w.services.start(t)
	w.decide()
	return w
}

// decide starts the worker of the workflows, which outlives all.
func (w *world) decide() {
	decider := worker.New(w.temporal, gennaker.TaskQueue, worker.Options{LocalActivityWorkerOnly: true})
	workflows.Register(decider, stages.Table.With(nil))
	decider.RegisterWorkflowWithOptions(w.perform, workflow.RegisterOptions{Name: "Row"})
	if err := decider.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(decider.Stop)
}

// perform makes the call of a row.
func (w *world) perform(ctx workflow.Context, id string) error {
	p := w.plays[id]
	return p.row.run(ctx, p.scene)
}

// stage makes the scene of each row, all at the same time.
func (w *world) stage(rows []row) []*play {
	var plays []*play
	var all sync.WaitGroup
	for n, r := range rows {
		p := &play{world: w, row: r, id: fmt.Sprintf("row-%d", n)}
		if p.scene, p.problem = r.stage(w.t, w, r); p.problem != nil {
			w.t.Fatalf("%s: %v", r, p.problem)
		}
		p.scene.location.Account = p.id
		plays = append(plays, p)
		w.plays[p.id] = p
		all.Go(func() {
			if r.before != nil {
				p.problem = r.before(p.scene)
			}
			p.before = maps.Clone(p.scene.effects())
		})
	}
	all.Wait()
	return plays
}

// start has the doomed worker make the call.
func (p *play) start() {
	if p.problem != nil {
		return
	}
	p.scene.arm()
	options := client.StartWorkflowOptions{ID: p.id, TaskQueue: gennaker.TaskQueue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE}
	p.run, p.problem = p.world.temporal.ExecuteWorkflow(p.world.t.Context(), options, "Row", p.id)
}

// awaitStrike waits for the loss of the answer. Once it is late it waits no
// more.
func (p *play) awaitStrike(late <-chan time.Time) <-chan time.Time {
	if p.problem != nil {
		return late
	}
	select {
	case <-p.scene.struck:
	case <-late:
		p.problem = errors.New("no such answer was lost")
		late = time.After(0)
	}
	return late
}

// crew is what a worker works with.
type crew struct {
	doomed   bool
	accounts map[string]providers.Provider
}

func (w *world) doomed() crew {
	return crew{true, w.accounts(func(s *scene) providers.Provider { return s.doomed })}
}

func (w *world) sound() crew {
	return crew{false, w.accounts(func(s *scene) providers.Provider { return s.sound })}
}

func (w *world) accounts(of func(*scene) providers.Provider) map[string]providers.Provider {
	accounts := map[string]providers.Provider{}
	for id, p := range w.plays {
		if provider := of(p.scene); provider != nil {
			accounts[id] = provider
		}
	}
	return accounts
}

// worker starts a worker of all activities.
func (w *world) worker(c crew) *mortal {
	w.t.Helper()
	m := newMortal()
	acting := w.temporal
	if c.doomed {
		acting = w.dial(w.loss.intercept(m.life))
	}
	m.worker = worker.New(w.dial(m.intercept), gennaker.TaskQueue, worker.Options{DisableWorkflowWorker: true,
		MaxConcurrentActivityExecutionSize: 500, Interceptors: []interceptor.WorkerInterceptor{&watcher{world: w, crew: c, buried: m.buried}}})
	activities.Register(m.worker, activities.New(activities.Config{
		Providers:  providers.NewRegistry(c.accounts),
		Temporal:   acting,
		Executions: executions.Client{Temporal: acting, TaskQueue: gennaker.TaskQueue},
		Pipelines:  store.Store{Temporal: acting, TaskQueue: gennaker.TaskQueue},
		Webhooks:   w.services.policy(),
		Monitors:   w.services.monitors(),
	}))
	if err := m.worker.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(m.bury)
	return m
}

// ministack starts the one that all scenes share.
func (w *world) ministack(t *testing.T) string {
	if w.stack == "" {
		w.stack = ministack.Start(t)
	}
	return w.stack
}

func (w *world) attempts(id string) tries {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tries[id]
}

// watcher counts who begins a row's call. The doomed worker tells nobody how a
// call ended.
type watcher struct {
	interceptor.WorkerInterceptorBase
	world  *world
	crew   crew
	buried context.Context
}

func (s *watcher) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &inbound{watcher: s}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
	watcher *watcher
}

func (i *inbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	s := i.watcher
	by := s.world.began(activity.GetInfo(ctx).WorkflowExecution.ID, s.crew.doomed)
	if s.crew.doomed && by.dead > 1 {
		<-s.buried.Done() // Temporal has missed its heartbeats before it died
		return nil, errDead
	}
	result, err := i.Next.ExecuteActivity(ctx, in)
	if s.crew.doomed {
		<-s.buried.Done()
	}
	return result, err
}

func (w *world) began(id string, doomed bool) tries {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.tries[id]
	if doomed {
		t.dead++
	} else {
		t.living++
	}
	w.tries[id] = t
	return t
}

// noted reports whether Temporal has a note of a row's call.
func (w *world) noted(id string) bool {
	d, err := w.temporal.DescribeWorkflowExecution(w.t.Context(), id, "")
	return err == nil && slices.ContainsFunc(d.GetPendingActivities(), func(a *workflowapi.PendingActivityInfo) bool {
		return len(a.GetHeartbeatDetails().GetPayloads()) > 0
	})
}

func countRequest(query string) *workflowservice.CountWorkflowExecutionsRequest {
	return &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query}
}
