package workflows_test

import (
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// histories runs a document to its end, through as many histories as it takes:
// each is told what happens in it, with the run's number. It returns how many
// there were.
func histories(t *testing.T, in gennaker.Start, tell func(run int, w *world)) (gennaker.Execution, int) {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for run := 1; ; run++ {
		w := newWorld(t)
		w.env.SetStartTime(now)
		tell(run, w)
		w.env.ExecuteWorkflow(gennaker.ExecutionWorkflow, in)
		if !w.env.IsWorkflowCompleted() {
			t.Fatalf("run %d did not end", run)
		}
		var again *workflow.ContinueAsNewError
		if !errors.As(w.env.GetWorkflowError(), &again) {
			return ended(t, w.env), run
		}
		in = gennaker.Start{}
		if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
			t.Fatal(err)
		}
		now = w.env.Now()
	}
}

// suggest makes Temporal suggest a new history from a time on.
func (w *world) suggest(after time.Duration) {
	w.env.RegisterDelayedCallback(func() { w.env.SetContinueAsNewSuggested(true) }, after)
}

func manual(t *testing.T, document string) gennaker.Start {
	return gennaker.Start{Pipeline: decode(t, document), Trigger: gennaker.Trigger{Type: "manual", User: "ada",
		Parameters: map[string]any{"n": "7"}}}
}

func TestAnExecutionContinuesAsNewWithoutAnyoneNoticing(t *testing.T) {
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "ask", "type": "manualJudgment"},
		{"refId": "hour", "type": "wait", "waitTime": 3600, "stageTimeoutMs": 4000000},
		{"refId": "half", "type": "wait", "waitTime": 1800},
		{"refId": "short", "type": "wait", "waitTime": 600},
		{"refId": "set", "type": "evaluateVariables", "variables": [{"key": "v", "value": "${parameters.n}"}]},
		{"refId": "use", "type": "evaluateVariables", "requisiteStageRefIds": ["ask", "hour", "half", "set"],
		 "variables": [{"key": "seen", "value": "${v}"}]}]}`)
	e, runs := histories(t, in, func(run int, w *world) {
		if run == 1 {
			w.suggest(time.Minute)
			return
		}
		w.view(time.Minute, func(e gennaker.Execution) {
			if e.ID != executionID || statuses(e) != "ask=RUNNING hour=RUNNING half=RUNNING short=SUCCEEDED set=SUCCEEDED use=NOT_STARTED" || e.Stages[0].Question == nil {
				t.Errorf("in the second history it is %s with %s", e.ID, statuses(e))
			}
		})
		w.update(2*time.Hour, gennaker.UpdateJudge, gennaker.Judgment{Stage: "ask", Continue: true, By: "bob"})
	})
	if e.Status != gennaker.Succeeded || runs != 2 || e.Stage("use").Outputs["seen"] != "7" {
		t.Fatalf("ended %s (%s) after %d histories with %v", e.Status, e.Error, runs, e.Stage("use").Outputs)
	}
	// The short wait's end, after ten minutes, was when it went on: the rest of
	// the others is waited for in the next history.
	for ref, want := range map[string]time.Duration{"hour": time.Hour, "half": 30 * time.Minute} {
		s := e.Stage(ref)
		if took := s.EndTime.Sub(s.StartTime); took != want || s.SpentMillis != 0 {
			t.Errorf("the wait %s took %s, want %s", ref, took, want)
		}
	}
	if e.Trigger.User != "ada" || e.Stage("ask").Judgment.By != "bob" {
		t.Errorf("started by %q, judged by %+v", e.Trigger.User, e.Stage("ask").Judgment)
	}
}

func TestATimeLimitGoesOnInTheNextHistory(t *testing.T) {
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "ask", "type": "manualJudgment"}, {"refId": "1", "type": "wait", "waitTime": 60}]}`)
	e, runs := histories(t, in, func(run int, w *world) {
		if run == 1 {
			w.suggest(time.Second)
		}
	})
	s := e.Stage("ask")
	if took := s.EndTime.Sub(s.StartTime); runs != 2 || s.Status != gennaker.Terminal || took != 72*time.Hour {
		t.Errorf("the judgment ended %s after %s and %d histories: %s; want three days", s.Status, took, runs, s.Error)
	}
}

func TestAnExecutionContinuesWhilePaused(t *testing.T) {
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "wait", "waitTime": 3600}]}`)
	e, runs := histories(t, in, func(run int, w *world) {
		if run == 1 {
			w.suggest(time.Second)
			w.update(time.Minute, gennaker.UpdatePause, gennaker.Command{User: "ada"})
			return
		}
		w.view(time.Hour, func(e gennaker.Execution) {
			if e.Status != gennaker.Paused || e.Pause.User != "ada" {
				t.Errorf("in the second history it is %s, paused by %+v", e.Status, e.Pause)
			}
		})
		w.update(5*time.Hour, gennaker.UpdateResume, gennaker.Command{User: "ada"})
	})
	if took := e.EndTime.Sub(e.StartTime); runs != 2 || e.Status != gennaker.Succeeded || took != 6*time.Hour {
		t.Errorf("ended %s after %s and %d histories, want the pause of 5h and the hour", e.Status, took, runs)
	}
}

func TestALongHistoryWaitsForWhatCannotBeLeft(t *testing.T) {
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "busy", "type": "slow"},
		{"refId": "1", "type": "wait", "waitTime": 60},
		{"refId": "2", "type": "wait", "waitTime": 60, "requisiteStageRefIds": ["1"]}]}`)
	in.Pipeline.Stages[0].Type = "slow"
	for _, c := range []struct {
		name   string
		length int
		second time.Duration // when the second wait begins
	}{
		{"Temporal's suggestion lets others start meanwhile", 5000, time.Minute},
		{"a history that is too long does not", 9000, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, runs := histories(t, in, func(run int, w *world) {
				if run == 1 {
					w.suggest(time.Second)
					w.env.RegisterDelayedCallback(func() { w.env.SetCurrentHistoryLength(c.length) }, time.Second)
				}
			})
			began := e.Stage("2").StartTime.Sub(e.StartTime)
			if e.Status != gennaker.Succeeded || began != c.second || e.Stage("busy").Attempt != 0 {
				t.Errorf("ended %s after %d histories, stage 2 began after %s, want %s", e.Status, runs, began, c.second)
			}
		})
	}
}

func TestACancelWhileLeavingIsACancel(t *testing.T) {
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "busy", "type": "slow"}, {"refId": "1", "type": "wait", "waitTime": 60}]}`)
	e, runs := histories(t, in, func(run int, w *world) {
		w.env.RegisterDelayedCallback(func() { w.env.SetCurrentHistoryLength(9000) }, time.Second)
		w.update(10*time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	})
	if e.Status != gennaker.Canceled || runs != 1 || e.Cancel.User != "ada" {
		t.Errorf("ended %s after %d histories, cancelled by %+v", e.Status, runs, e.Cancel)
	}
}
