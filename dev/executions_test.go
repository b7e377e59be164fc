package dev

import (
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/worker"
)

// inRuns is an execution that is continued twice before it succeeds.
func inRuns(ctx workflow.Context, in gennaker.Start) (gennaker.Execution, error) {
	e := gennaker.Execution{ID: workflow.GetInfo(ctx).WorkflowExecution.ID, Status: gennaker.Running}
	if in.Continued != nil {
		e = *in.Continued
	}
	if err := workflow.Sleep(ctx, 100*time.Millisecond); err != nil {
		return e, err
	}
	e.Notices = append(e.Notices, gennaker.Notice{Text: "another run"})
	if len(e.Notices) < 3 {
		in.Continued = &e
		return e, workflow.NewContinueAsNewError(ctx, gennaker.ExecutionWorkflow, in)
	}
	e.Status = gennaker.Succeeded
	e.Stages = []gennaker.StageExecution{{RefID: "1", Status: gennaker.Succeeded}}
	return e, nil
}

// serving is the executions of a Temporal of its own, in which a worker runs
// executions of the queue "served" as f does.
func serving(t *testing.T, f any) (executions.Client, client.Client) {
	t.Helper()
	_, c := connect(t)
	if err := worker.AddSearchAttributes(t.Context(), c, namespace); err != nil {
		t.Fatal(err)
	}
	w := sdk.New(c, "served", sdk.Options{})
	w.RegisterWorkflowWithOptions(f, workflow.RegisterOptions{Name: gennaker.ExecutionWorkflow})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return executions.Client{Temporal: c, TaskQueue: "served"}, c
}

func TestAnExecutionIsFollowedThroughItsRuns(t *testing.T) {
	c, _ := serving(t, inRuns)
	start := gennaker.Start{Pipeline: gennaker.Pipeline{Application: "shop", Name: "long"}}
	first, started, err := c.Start(t.Context(), "shop/long/1", start)
	if err != nil || !started {
		t.Fatalf("Start = %v, %t, %v", first, started, err)
	}
	e, err := c.Await(t.Context(), first)
	if err != nil || e.Status != gennaker.Succeeded || len(e.Notices) != 3 {
		t.Fatalf("Await = %s after %d runs, %v", e.Status, len(e.Notices), err)
	}
	now, err := c.State(t.Context(), first)
	if err != nil || now.Status != gennaker.Succeeded || len(now.Notices) != 3 {
		t.Errorf("State = %s after %d runs, %v", now.Status, len(now.Notices), err)
	}
	if err := c.Cancel(t.Context(), first, gennaker.Command{User: "ada"}); err != nil {
		t.Errorf("Cancel of what has ended = %v", err)
	}
	if _, started, err := c.Start(t.Context(), "shop/long/1", start); started || err != nil {
		t.Errorf("a second Start = %t, %v", started, err)
	}
	again, err := c.Restart(t.Context(), first, gennaker.Restart{Stage: "1", User: "ada"})
	if err != nil || again.RunID == first.RunID {
		t.Fatalf("Restart = %v, %v", again, err)
	}
	if e, err := c.Await(t.Context(), first); err != nil || e.Status != gennaker.Succeeded {
		t.Errorf("Await of what had ended = %s, %v", e.Status, err)
	}
	var input gennaker.Start
	if err := c.Input(t.Context(), again, &input); err != nil || input.Continued != nil || input.Restarted == nil || len(input.Carried) != 1 {
		t.Errorf("it was started again with %+v, %v", input, err)
	}
}

func TestAnExecutionWithoutAWorkerIsCancelledInTemporal(t *testing.T) {
	c, temporal := serving(t, inRuns)
	c.TaskQueue = "nobody"
	r, _, err := c.Start(t.Context(), "shop/long/1", gennaker.Start{Pipeline: gennaker.Pipeline{Application: "shop", Name: "long"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Cancel(t.Context(), r, gennaker.Command{User: "ada", Reason: "wrong version"}); err != nil {
		t.Fatalf("Cancel = %v", err)
	}
	events := temporal.GetWorkflowHistory(t.Context(), r.ID, r.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		if a := e.GetWorkflowExecutionCancelRequestedEventAttributes(); a != nil {
			if a.GetCause() != "wrong version" {
				t.Errorf("cancelled for %q, want the reason", a.GetCause())
			}
			return
		}
	}
	t.Error("it was not cancelled")
}

func TestACorrelationIDIsNotHeldForWhatHasEnded(t *testing.T) {
	c, temporal := serving(t, inRuns)
	start := gennaker.Start{Pipeline: gennaker.Pipeline{Application: "shop", Name: "long"}}
	r, _, err := c.Start(t.Context(), "shop/long/1", start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Await(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	// No worker is there to let it go.
	holder := client.StartWorkflowOptions{ID: gennaker.CorrelationWorkflowID("shop", "build-7"), TaskQueue: "nobody"}
	if _, err := temporal.ExecuteWorkflow(t.Context(), holder, gennaker.CorrelationWorkflow, gennaker.Correlation{Execution: r.ID}); err != nil {
		t.Fatal(err)
	}
	start.Trigger.CorrelationID = "build-7"
	c.TaskQueue = "nobody" // they do not end
	second, started, err := c.Start(t.Context(), "shop/long/2", start)
	if err != nil || !started || second.ID != "shop/long/2" {
		t.Fatalf("Start = %v, %t, %v; want one of its own", second, started, err)
	}
	third, started, err := c.Start(t.Context(), "shop/long/3", start)
	if err != nil || started || third.ID != second.ID {
		t.Errorf("Start = %v, %t, %v; want %s again", third, started, err, second.ID)
	}
}
