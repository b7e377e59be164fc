package dev

import (
	"fmt"
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/worker"
)

// mostEvents is how long Temporal lets a history grow before it warns.
const mostEvents = 10240

// row is a pipeline of stages that each run one activity, one after another,
// beside one that asks a person.
func row(n int) gennaker.Start {
	p := gennaker.Pipeline{Application: "long", Name: fmt.Sprint("row-", n),
		Stages: []gennaker.Stage{{RefID: "ask", Type: "manualJudgment", ContinuePipeline: true}}}
	for i := range n {
		s := gennaker.Stage{RefID: fmt.Sprint(i), Type: "noop"}
		if i > 0 {
			s.Requisites = []string{fmt.Sprint(i - 1)}
		}
		p.Stages = append(p.Stages, s)
	}
	return gennaker.Start{Pipeline: p, Trigger: gennaker.Trigger{Type: "manual", User: "ada"}}
}

// long is a real Temporal with a worker, and the executions in it.
type long struct {
	t *testing.T
	c client.Client
	executions.Client
}

func newLong(t *testing.T) long {
	address, c := connect(t)
	config := worker.Default()
	config.Temporal.Address = address
	w, err := worker.Start(t.Context(), config, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return long{t, c, executions.Client{Temporal: c, TaskQueue: gennaker.TaskQueue}}
}

// answer answers the judgment, which lets the execution end.
func (l long) answer(id string) {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		h, err := l.c.UpdateWorkflow(l.t.Context(), client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: gennaker.UpdateJudge,
			Args:         []any{gennaker.Judgment{Stage: "ask", Continue: true, By: "ada"}},
			WaitForStage: client.WorkflowUpdateStageCompleted})
		if err == nil {
			err = h.Get(l.t.Context(), nil)
		}
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("judge = %v", err)
		}
	}
}

// events counts the events of each run of an execution, and wants none to have
// too many.
func (l long) events(id string) []int64 {
	l.t.Helper()
	var all []int64
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list, err := l.c.ListWorkflow(l.t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowId = '%s' AND GennakerUser = 'ada'", id)})
		if err != nil {
			l.t.Fatal(err)
		}
		all = nil
		closed := true
		for _, info := range list.GetExecutions() {
			closed = closed && info.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
			all = append(all, info.GetHistoryLength())
		}
		if closed && len(all) > 0 {
			break
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("the runs of %s are not listed as ended: %v", id, all)
		}
	}
	for _, n := range all {
		if n >= mostEvents {
			l.t.Errorf("a run of %s has %d events, want fewer than %d", id, n, mostEvents)
		}
	}
	return all
}

func TestFiveHundredStagesRunAndRestartHalfWay(t *testing.T) {
	l := newLong(t)
	const id = "long/row-500/1"
	r, _, err := l.Start(t.Context(), id, row(500))
	if err != nil {
		t.Fatal(err)
	}
	l.answer(id)
	e, err := l.Await(t.Context(), r)
	if err != nil || e.Status != gennaker.Succeeded {
		t.Fatalf("ended %s: %s, %v", e.Status, e.Error, err)
	}
	again, err := l.Restart(t.Context(), r, gennaker.Restart{Stage: "250", User: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	half, err := l.Await(t.Context(), again)
	if err != nil || half.Status != gennaker.Succeeded || !half.Stage("249").EndTime.Equal(e.Stage("249").EndTime) || half.Stage("250").Attempt != 1 {
		t.Fatalf("restarted, it ended %s: %s, %v", half.Status, half.Error, err)
	}
	t.Logf("events of each run: %v", l.events(id))
}

func TestALongExecutionGoesOnInAnotherHistory(t *testing.T) {
	l := newLong(t)
	const id = "long/row-750/1"
	r, _, err := l.Start(t.Context(), id, row(750))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Second) {
		s, err := l.State(t.Context(), r)
		if err == nil && s.Stage("749").Status == gennaker.Succeeded {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is at %+v, %v", s.Stage("749"), err)
		}
	}
	l.answer(id)
	e, err := l.Await(t.Context(), r)
	if err != nil || e.Status != gennaker.Succeeded || e.Trigger.User != "ada" {
		t.Fatalf("ended %s: %s, %v", e.Status, e.Error, err)
	}
	for i := range 750 {
		if s := e.Stage(fmt.Sprint(i)); s.Status != gennaker.Succeeded || s.Attempt != 0 {
			t.Fatalf("stage %d is %s", i, s.Status)
		}
	}
	events := l.events(id)
	if len(events) < 2 {
		t.Errorf("it ran in %d histories, want at least 2", len(events))
	}
	t.Logf("events of each run: %v", events)
}
