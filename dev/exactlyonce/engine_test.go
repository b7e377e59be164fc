package exactlyonce

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/workflows/ops"
)

// services are what webhooks and monitors call. They lose the answer to the
// first request of each path, and count requests and their keys.
type services struct {
	url string

	mu    sync.Mutex // guards what follows
	paths map[string]*path
}

type path struct {
	requests int
	keys     map[string]bool
	struck   chan struct{}
}

func (s *services) start(t *testing.T) {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url, s.paths = server.URL, map[string]*path{}
}

func (s *services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, first := s.count(r)
	if first {
		close(p.struck)
		panic(http.ErrAbortHandler)
	}
	_, _ = fmt.Fprint(w, `{"nextStep": {"directive": "continue"}}`)
}

func (s *services) count(r *http.Request) (p *path, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p = s.at(r.URL.Path)
	p.requests++
	p.keys[r.Header.Get("Idempotency-Key")] = true
	return p, p.requests == 1
}

func (s *services) at(name string) *path {
	if s.paths[name] == nil {
		s.paths[name] = &path{keys: map[string]bool{}, struck: make(chan struct{})}
	}
	return s.paths[name]
}

func (s *services) policy() activities.WebhookPolicy {
	return activities.WebhookPolicy{Allow: []string{s.url}}
}

func (s *services) monitors() []activities.Monitor {
	return []activities.Monitor{{ID: "judge", BaseURL: s.url + "/monitor"}}
}

// onService is a scene of one path of them.
func onService(name string) func(*testing.T, *world, row) (*scene, error) {
	return func(_ *testing.T, w *world, _ row) (*scene, error) {
		s := &w.services
		s.mu.Lock()
		defer s.mu.Unlock()
		p := s.at(name)
		return &scene{url: s.url + name, arm: func() {}, struck: p.struck, effects: func() map[string]int {
			s.mu.Lock()
			defer s.mu.Unlock()
			return map[string]int{"requests": p.requests, "keys": len(p.keys)}
		}}, nil
	}
}

// inTemporal is a scene whose answers of Temporal are lost, when they are about
// what a name is in.
func inTemporal(name string, effects func(*world) map[string]int) func(*testing.T, *world, row) (*scene, error) {
	return func(_ *testing.T, w *world, r row) (*scene, error) {
		rule := w.loss.add(name, r.loses)
		return &scene{world: w, arm: func() { w.loss.arm(rule) }, struck: rule.struck, effects: func() map[string]int { return effects(w) }}, nil
	}
}

func engineRows() []row {
	return []row{
		{call: "StartExecution", loses: "StartWorkflowExecution", stage: inTemporal("once-started", executionsOf("once-started")),
			run: startExecution(started("once-started", "")), want: map[string]int{"executions": 1}},
		{call: "StartExecution, of a correlation id", loses: "StartWorkflowExecution", stage: inTemporal("once-correlated", executionsOf("once-correlated")),
			run: startExecution(started("once-correlated", "build 7")), want: map[string]int{"executions": 1}},
		{call: "Enqueue", loses: "SignalWithStartWorkflowExecution", stage: inTemporal("queue/once-queued/deploy", inQueue("queue/once-queued/deploy")),
			before: has("once-queued"), run: enqueue, want: map[string]int{"in the queue": 1}},
		{call: "CancelExecution", loses: "UpdateWorkflowExecution", stage: inTemporal("once-cancelled/deploy/1", stateOf("once-cancelled")),
			before: has("once-cancelled"), run: cancelExecution, want: map[string]int{"RUNNING": -1, "CANCELED": 1}},
		{call: "RestartParent", loses: "UpdateWorkflowExecution", stage: inTemporal("once-restarted/deploy/1", stateOf("once-restarted")),
			before: has("once-restarted"), run: restartParent, want: map[string]int{"restarts": 1}},
		{call: "CallWebhook", loses: "POST", stage: onService("/hook"), run: callWebhook, want: map[string]int{"requests": eachTry, "keys": 1}},
		{call: "AskMonitor", loses: "POST", stage: onService("/monitor/" + ops.MonitorStarting), run: askMonitor, want: map[string]int{"requests": eachTry, "keys": 1}},
		{call: "SendNotification", loses: "nothing: the worker dies after it", stage: toldTo("ada@shop"), run: notify, want: map[string]int{"told": eachTry}},
	}
}

// started is an execution that runs until it is cancelled, and whose first
// stage has ended.
func started(application, correlation string) gennaker.Start {
	return gennaker.Start{Trigger: gennaker.Trigger{Type: "manual", User: "ada", CorrelationID: correlation},
		Pipeline: gennaker.Pipeline{Application: application, Name: "deploy", Stages: []gennaker.Stage{
			{RefID: "1", Type: "wait", Config: map[string]any{"waitTime": 0}},
			{RefID: "2", Type: "wait", Config: map[string]any{"waitTime": 3600}, Requisites: []string{}},
		}}}
}

var dawn = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

func startExecution(start gennaker.Start) func(workflow.Context, *scene) error {
	return func(ctx workflow.Context, _ *scene) error {
		_, err := ops.StartExecution(ctx, start, dawn, "a")
		return err
	}
}

// has starts an execution before the call, and waits until its first stage has
// ended.
func has(application string) func(*scene) error {
	return func(s *scene) error {
		c := s.world.executions()
		r, _, err := c.Start(context.Background(), application+"/deploy/1", started(application, ""))
		if err != nil {
			return err
		}
		for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			now, err := c.State(context.Background(), r)
			if err == nil && now.Stage("1") != nil && now.Stage("1").Status == gennaker.Succeeded {
				return nil
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("execution %s: %+v, %w", r.ID, now, err)
			}
		}
	}
}

func (w *world) executions() executions.Client {
	return executions.Client{Temporal: w.temporal, TaskQueue: gennaker.TaskQueue}
}

// executionsOf counts the executions of an application.
func executionsOf(application string) func(*world) map[string]int {
	return func(w *world) map[string]int {
		found, err := w.temporal.CountWorkflow(context.Background(), countRequest(gennaker.SearchApplication+" = '"+application+"'"))
		if err != nil {
			return map[string]int{err.Error(): 1}
		}
		return map[string]int{"executions": int(found.GetCount())}
	}
}

// stateOf counts how an execution is, and how often its first stage was
// restarted.
func stateOf(application string) func(*world) map[string]int {
	return func(w *world) map[string]int {
		now, err := w.executions().State(context.Background(), executions.Ref{ID: application + "/deploy/1"})
		if err != nil || now.Stage("1") == nil {
			return map[string]int{}
		}
		return map[string]int{string(now.Status): 1, "restarts": now.Stage("1").Attempt}
	}
}

func inQueue(id string) func(*world) map[string]int {
	return func(w *world) map[string]int {
		var q gennaker.Queue
		answer, err := w.temporal.QueryWorkflow(context.Background(), id, "", gennaker.QueryQueue)
		if err != nil || answer.Get(&q) != nil {
			return map[string]int{}
		}
		return map[string]int{"in the queue": len(q.All())}
	}
}

func enqueue(ctx workflow.Context, _ *scene) error {
	return ops.Enqueue(ctx, "queue/once-queued/deploy", gennaker.QueueEntry{Execution: "once-queued/deploy/1", Limit: 1})
}

func cancelExecution(ctx workflow.Context, _ *scene) error {
	return ops.CancelExecution(ctx, "once-cancelled/deploy/1", gennaker.Command{User: "ada", Reason: "enough"})
}

func restartParent(ctx workflow.Context, _ *scene) error {
	return ops.RestartParent(ctx, gennaker.Parent{Execution: "once-restarted/deploy/1", Stage: "1"}, "ada", "t1")
}

func callWebhook(ctx workflow.Context, s *scene) error {
	_, err := ops.CallWebhook(ctx, ops.WebhookCall{WebhookRequest: ops.WebhookRequest{Method: http.MethodPost, URL: s.url, Key: "t1"}})
	return err
}

// askMonitor does it as ops does, but does not wait a minute before it is done
// again.
func askMonitor(ctx workflow.Context, _ *scene) error {
	return ops.Run(ctx, ops.Changing, "ask", "AskMonitor", ops.MonitorCall{Monitor: "judge", Path: ops.MonitorStarting, Key: "t1"}, nil)
}

// toldTo is a scene of who is told something in the log of a worker, which dies
// then.
func toldTo(address string) func(*testing.T, *world, row) (*scene, error) {
	return func(_ *testing.T, w *world, _ row) (*scene, error) {
		return &scene{arm: func() {}, struck: w.told.first(address), effects: func() map[string]int { return map[string]int{"told": w.told.count(address)} }}, nil
	}
}

func notify(ctx workflow.Context, _ *scene) error {
	return ops.Notify(ctx, gennaker.Notification{Type: "email", Address: "ada@shop", When: "pipeline.complete"})
}
