package workflows_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

// The failure options, with Spinnaker's result table: a failing stage 1 with a
// stage 2 below it, beside a stage 3 that takes an hour, with a stage 4 below.
func TestFailureOptions(t *testing.T) {
	for _, c := range []struct {
		name, options string
		stages        string
		want          gennaker.Status
	}{
		{"by default a failure halts the pipeline and cancels what runs", ``,
			"1=TERMINAL 2=NOT_STARTED 3=CANCELED 4=NOT_STARTED", gennaker.Terminal},
		{"failPipeline null counts as true", `"failPipeline": null,`,
			"1=TERMINAL 2=NOT_STARTED 3=CANCELED 4=NOT_STARTED", gennaker.Terminal},
		{"halt this branch: the others go on and the execution succeeds", `"failPipeline": false,`,
			"1=STOPPED 2=NOT_STARTED 3=SUCCEEDED 4=SUCCEEDED", gennaker.Succeeded},
		{"halt this branch and fail once the others are done", `"failPipeline": false, "completeOtherBranchesThenFail": true,`,
			"1=STOPPED 2=NOT_STARTED 3=SUCCEEDED 4=SUCCEEDED", gennaker.Terminal},
		{"ignore the failure", `"failPipeline": false, "continuePipeline": true,`,
			"1=FAILED_CONTINUE 2=SUCCEEDED 3=SUCCEEDED 4=SUCCEEDED", gennaker.Succeeded},
		{"continuePipeline wins over failPipeline", `"failPipeline": true, "continuePipeline": true,`,
			"1=FAILED_CONTINUE 2=SUCCEEDED 3=SUCCEEDED 4=SUCCEEDED", gennaker.Succeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", "type": "checkPreconditions", `+c.options+`
				 "preconditions": [{"type": "expression", "context": {"expression": "false"}}]},
				{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]},
				{"refId": "3", "type": "wait", "waitTime": 3600},
				{"refId": "4", "type": "noop", "requisiteStageRefIds": ["3"]}]}`, nil)
			if got := statuses(e); got != c.stages || e.Status != c.want {
				t.Errorf("ended %s with %s, want %s with %s", e.Status, got, c.want, c.stages)
			}
			if e.Status == gennaker.Terminal && !strings.HasPrefix(e.Error, "stage 1 (checkPreconditions): ") {
				t.Errorf("error = %q, want it to name stage 1", e.Error)
			}
		})
	}
}

func TestAPreconditionThatDoesNotFailThePipelineEndsItsBranch(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "checkPreconditions",
		 "preconditions": [{"type": "expression", "failPipeline": false, "context": {"expression": "false"}}]},
		{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}]}`, nil)
	if got := statuses(e); got != "1=STOPPED 2=NOT_STARTED" || e.Status != gennaker.Succeeded {
		t.Errorf("ended %s with %s, want SUCCEEDED with stage 1 STOPPED", e.Status, got)
	}
}

func TestAJoinWaitsForAllItsRequisites(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "short", "type": "wait", "waitTime": 10},
		{"refId": "long", "type": "wait", "waitTime": 100},
		{"refId": "join", "type": "noop", "requisiteStageRefIds": ["short", "long"]}]}`, nil)
	join, long := e.Stage("join"), e.Stage("long")
	if e.Status != gennaker.Succeeded || join.StartTime.Before(long.EndTime) {
		t.Errorf("join started %s, long ended %s: want it after", join.StartTime, long.EndTime)
	}
	if short := e.Stage("short"); short.StartTime != long.StartTime {
		t.Errorf("short started %s and long %s: want them together", short.StartTime, long.StartTime)
	}
}

func TestStagesWithoutRefIDsRunOneAfterAnother(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"type": "wait", "waitTime": 5}, {"type": "wait", "waitTime": 5}]}`, nil)
	if got := statuses(e); got != "0=SUCCEEDED 1=SUCCEEDED" {
		t.Errorf("ended with %s, want both SUCCEEDED", got)
	}
	if e.Stages[1].StartTime.Before(e.Stages[0].EndTime) {
		t.Error("the second started before the first had ended")
	}
}

func TestStageTimeout(t *testing.T) {
	for _, c := range []struct {
		name, options string
		want          gennaker.Status
	}{
		{"a time-out is a failure", ``, gennaker.Terminal},
		{"a time-out can count as success", `"markSuccessfulOnTimeout": true,`, gennaker.Succeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
				{"type": "wait", "waitTime": 3600, `+c.options+` "stageTimeoutMs": 60000}]}`, nil)
			if took := e.EndTime.Sub(e.StartTime); e.Status != c.want || took != time.Minute {
				t.Errorf("ended %s after %s, want %s after 1m: %s", e.Status, took, c.want, e.Error)
			}
		})
	}
}

func TestPausedTimeDoesNotCount(t *testing.T) {
	w := newWorld(t)
	pause := w.update(10*time.Second, gennaker.UpdatePause, gennaker.Command{User: "ada"})
	again := w.update(20*time.Second, gennaker.UpdatePause, gennaker.Command{User: "bob"})
	w.view(30*time.Second, func(e gennaker.Execution) {
		if e.Status != gennaker.Paused || e.Stages[0].Status != gennaker.Paused || e.Pause.User != "ada" {
			t.Errorf("while paused it is %s, stage 1 %s, paused by %+v", e.Status, e.Stages[0].Status, e.Pause)
		}
	})
	resume := w.update(time.Hour, gennaker.UpdateResume, gennaker.Command{User: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "wait", "waitTime": 30, "stageTimeoutMs": 40000},
		{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}]}`, nil)
	if e.Status != gennaker.Succeeded {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
	if pause.err != nil || resume.err != nil || again.err == nil {
		t.Errorf("pause = %v, pause again = %v, resume = %v: want only the second refused", pause.err, again.err, resume.err)
	}
	if took := e.EndTime.Sub(e.StartTime); took < time.Hour {
		t.Errorf("took %s, want the pause and the rest of the wait", took)
	}
}

func TestCancelEndsWhatRunsAndStartsNothing(t *testing.T) {
	w := newWorld(t)
	first := w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada", Reason: "wrong version"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "wait", "waitTime": 3600},
		{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}]}`, nil)
	if got := statuses(e); e.Status != gennaker.Canceled || got != "1=CANCELED 2=NOT_STARTED" {
		t.Errorf("ended %s with %s", e.Status, got)
	}
	if first.err != nil || e.Cancel.User != "ada" || e.Cancel.Reason != "wrong version" {
		t.Errorf("cancel = %v, recorded %+v", first.err, e.Cancel)
	}
}

func TestTemporalsOwnCancelIsACancel(t *testing.T) {
	w := newWorld(t)
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, time.Minute)
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"type": "wait", "waitTime": 3600}]}`, nil)
	if e.Status != gennaker.Canceled || e.Cancel == nil || e.Cancel.User != "temporal" {
		t.Errorf("ended %s, cancelled by %+v", e.Status, e.Cancel)
	}
}

func TestRestartOfAStageWhileOthersRun(t *testing.T) {
	w := newWorld(t)
	early := w.update(time.Second, gennaker.UpdateRestart, gennaker.Restart{Stage: "2", User: "ada"})
	good := w.update(time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1", User: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "wait", "waitTime": 5},
		{"refId": "2", "type": "wait", "waitTime": 5, "requisiteStageRefIds": ["1"]},
		{"refId": "3", "type": "wait", "waitTime": 3600}]}`, nil)
	if early.err == nil || early.accepted || good.err != nil {
		t.Errorf("restart of a stage not started = %v (accepted %t), of an ended one = %v", early.err, early.accepted, good.err)
	}
	if e.Status != gennaker.Succeeded || e.Stage("1").Attempt != 1 || e.Stage("2").Attempt != 1 || e.Stage("3").Attempt != 0 {
		t.Errorf("ended %s, attempts %d %d %d, want 1 1 0", e.Status, e.Stage("1").Attempt, e.Stage("2").Attempt, e.Stage("3").Attempt)
	}
	if at := e.Stage("2").StartTime.Sub(e.StartTime); at < time.Minute {
		t.Errorf("stage 2 last started after %s, want it to have run again", at)
	}
}

func TestARunThatCarriesResultsRunsOnlyTheRest(t *testing.T) {
	document := `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [{"key": "tag", "value": "v7"}]},
		{"refId": "2", "type": "checkPreconditions", "requisiteStageRefIds": ["1"],
		 "preconditions": [{"type": "expression", "context": {"expression": "${parameters.ok == 'yes'}"}}]},
		{"refId": "3", "type": "evaluateVariables", "requisiteStageRefIds": ["2"],
		 "variables": [{"key": "again", "value": "${tag}"}]}]}`
	failed := newWorld(t).run(document, map[string]any{"ok": "no"})
	if failed.Status != gennaker.Terminal {
		t.Fatalf("first run ended %s", failed.Status)
	}
	r := gennaker.Restart{Stage: "2", User: "ada"}
	if _, err := failed.Rewind(r); err != nil {
		t.Fatalf("Rewind = %v", err)
	}
	e := newWorld(t).start(gennaker.Start{Pipeline: decode(t, document), Carried: failed.Stages, Restarted: &r,
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: map[string]any{"ok": "yes"}}})
	if e.Status != gennaker.Succeeded || e.Stage("3").Outputs["again"] != "v7" {
		t.Errorf("ended %s with outputs %v, want the first stage's result carried", e.Status, e.Stage("3").Outputs)
	}
	if e.Stage("1").StartTime != failed.Stage("1").StartTime {
		t.Error("stage 1 ran again")
	}
}

func TestARestartedExecutionRunsWhatWasCancelledToo(t *testing.T) {
	document := `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "checkPreconditions",
		 "preconditions": [{"type": "expression", "context": {"expression": "${parameters.ok == 'yes'}"}}]},
		{"refId": "2", "type": "wait", "waitTime": 60},
		{"refId": "3", "type": "noop", "requisiteStageRefIds": ["1", "2"]}]}`
	failed := newWorld(t).run(document, map[string]any{"ok": "no"})
	if got := statuses(failed); got != "1=TERMINAL 2=CANCELED 3=NOT_STARTED" {
		t.Fatalf("first run ended with %s", got)
	}
	if _, err := failed.Rewind(gennaker.Restart{Stage: "1"}); err != nil {
		t.Fatal(err)
	}
	e := newWorld(t).start(gennaker.Start{Pipeline: decode(t, document), Carried: failed.Stages,
		Trigger: gennaker.Trigger{Parameters: map[string]any{"ok": "yes"}}})
	if got := statuses(e); e.Status != gennaker.Succeeded {
		t.Errorf("ended %s with %s, want all SUCCEEDED", e.Status, got)
	}
}

func TestWhatStartsTooLateDoesNotStart(t *testing.T) {
	w := newWorld(t)
	soon := strconv.FormatInt(w.begun.Add(time.Minute).UnixMilli(), 10)
	e := w.run(`{"application": "shop", "name": "deploy", "startTimeExpiry": "`+soon+`", "stages": [
		{"refId": "1", "type": "wait", "waitTime": 30, "startTimeExpiry": `+soon+`},
		{"refId": "2", "type": "wait", "waitTime": 60, "requisiteStageRefIds": ["1"], "startTimeExpiry": "`+soon+`"},
		{"refId": "3", "type": "noop", "requisiteStageRefIds": ["2"], "startTimeExpiry": "`+soon+`"}]}`, nil)
	if got := statuses(e); e.Status != gennaker.Succeeded || got != "1=SUCCEEDED 2=SUCCEEDED 3=SKIPPED" {
		t.Errorf("ended %s with %s, want the third skipped", e.Status, got)
	}
	late := newWorld(t).run(`{"application": "shop", "name": "deploy", "startTimeExpiry": "1000", "stages": [{"type": "noop"}]}`, nil)
	if got := statuses(late); late.Status != gennaker.Canceled || got != "0=NOT_STARTED" || late.Cancel.User != "gennaker" {
		t.Errorf("ended %s with %s, cancelled by %+v, want it not to have started", late.Status, got, late.Cancel)
	}
	wrong := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"type": "noop", "startTimeExpiry": "soon"}]}`, nil)
	if wrong.Status != gennaker.Terminal || !strings.Contains(wrong.Error, "startTimeExpiry soon") {
		t.Errorf("ended %s: %s, want the wrong time named", wrong.Status, wrong.Error)
	}
}

func TestAnExpressionCanBeTriedOnAnExecution(t *testing.T) {
	w := newWorld(t)
	ask := func(stage, text string) (any, error) {
		value, err := w.env.QueryWorkflow(gennaker.QueryEvaluate, gennaker.Evaluate{Stage: stage, Expression: text})
		if err != nil {
			return nil, err
		}
		var got any
		return got, value.Get(&got)
	}
	w.env.RegisterDelayedCallback(func() {
		for _, c := range []struct {
			stage, text string
			want        any
		}{
			{"", "tag + '!'", "v7!"},
			{"2", "${tag}-${parameters.n}", "v7-3"},
			{"1", "#currentStage().name", "Set"},
			{"1", "tag", "v7"},
			{"", "execution.stages.size()", 3.0},
		} {
			if got, err := ask(c.stage, c.text); err != nil || got != c.want {
				t.Errorf("%s for stage %q = %v, %v, want %v", c.text, c.stage, got, err, c.want)
			}
		}
		for _, wrong := range [][2]string{{"9", "1"}, {"", "nothing.here"}, {"beside", "tag"}} {
			if got, err := ask(wrong[0], wrong[1]); err == nil {
				t.Errorf("%s for stage %q = %v, want it refused", wrong[1], wrong[0], got)
			}
		}
	}, time.Minute)
	w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "name": "Set", "variables": [{"key": "tag", "value": "v7"}]},
		{"refId": "2", "type": "wait", "waitTime": 3600, "requisiteStageRefIds": ["1"]},
		{"refId": "beside", "type": "wait", "waitTime": 3600}]}`, map[string]any{"n": "3"})
}

func TestAStageCostsItsActivitiesAndNoMore(t *testing.T) {
	w := newWorld(t)
	ran := 0
	w.env.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { ran++ })
	w.run(`{"application": "shop", "name": "deploy", "stages": [`+strings.Repeat(`{"type": "noop"},`, 9)+`{"type": "noop"}]}`, nil)
	if ran != 10 {
		t.Errorf("ten noop stages ran %d activities", ran)
	}
}

func TestOutputsAreBounded(t *testing.T) {
	stage := `{"type": "evaluateVariables", "variables": [{"key": "v", "value": "` + strings.Repeat("x", 60_000) + `"}]}`
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [`+strings.Repeat(stage+",", 8)+stage+`]}`, nil)
	if got := e.Stages[7].Status; got != gennaker.Succeeded {
		t.Errorf("the eighth stage is %s, want its 60 kB kept", got)
	}
	if last := e.Stages[8]; last.Status != gennaker.Terminal || !strings.Contains(last.Error, "outputs") || last.Outputs != nil {
		t.Errorf("the ninth stage is %s: %s, want its outputs refused", last.Status, last.Error)
	}
}

func TestADocumentThatCannotRunFailsOnStartup(t *testing.T) {
	for _, c := range []struct {
		name string
		p    gennaker.Pipeline
		want string
	}{
		{"no stages", gennaker.Pipeline{Name: "deploy"}, "no stages"},
		{"disabled", gennaker.Pipeline{Name: "deploy", Disabled: true}, "disabled"},
		{"an unknown type", gennaker.Pipeline{Stages: []gennaker.Stage{{RefID: "1", Type: "dploy"}}}, `"dploy"`},
		{"a cycle", gennaker.Pipeline{Stages: []gennaker.Stage{{RefID: "1", Type: "noop", Requisites: []string{"2"}},
			{RefID: "2", Type: "noop", Requisites: []string{"1"}}}}, "wait for each other"},
		{"a required parameter", gennaker.Pipeline{Stages: []gennaker.Stage{{RefID: "1", Type: "noop"}},
			Parameters: []gennaker.Parameter{{Name: "version", Required: true}}}, "version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).start(gennaker.Start{Pipeline: c.p})
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) {
				t.Errorf("ended %s: %q, want TERMINAL and %q", e.Status, e.Error, c.want)
			}
		})
	}
}
