package workflows_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/stages"
)

// customTypes are stage types as a program that embeds Gennaker brings them.
var customTypes = stages.Types{
	"surrounded": {Run: put("own", "main"), Before: within("before"), After: within("after"), OnFailure: within("onFailure"), Raw: true},
	"broken":     {Run: fail, Before: within("before"), OnFailure: within("onFailure"), Raw: true},
	"slow":       {Run: slow},
}

// within plans the stages that the document lists in one of its fields.
func within(field string) func(stages.Input) ([]gennaker.Stage, error) {
	return func(in stages.Input) ([]gennaker.Stage, error) {
		list, _ := in.Config[field].([]any)
		var docs []gennaker.Stage
		for _, each := range list {
			fields, _ := each.(map[string]any)
			s := gennaker.Stage{Type: fmt.Sprint(fields["type"]), Name: fmt.Sprint(fields["name"]), Config: fields}
			s.ContinuePipeline, _ = fields["ignore"].(bool)
			if fields["branch"] == true {
				s.FailPipeline = new(bool)
			}
			docs = append(docs, s)
		}
		if field == "before" && in.Config["parallel"] == true {
			for i := range docs {
				docs[i].RefID = docs[i].Name
			}
		}
		return docs, nil
	}
}

func put(key, value string) func(workflow.Context, stages.Input) (stages.Outputs, error) {
	return func(workflow.Context, stages.Input) (stages.Outputs, error) { return stages.Outputs{key: value}, nil }
}

func fail(workflow.Context, stages.Input) (stages.Outputs, error) { return nil, errors.New("it broke") }

// slow takes an hour, and cannot be left before.
func slow(ctx workflow.Context, in stages.Input) (stages.Outputs, error) {
	return nil, gate.Sleep(ctx, time.Hour, "slow")
}

// inner lists the stages within a stage as refId=STATUS.
func inner(s *gennaker.StageExecution) string {
	text := ""
	for i, each := range s.Synthetic {
		if i > 0 {
			text += " "
		}
		text += each.RefID + "=" + string(each.Status)
	}
	return text
}

func variables(name, key, value string) string {
	return fmt.Sprintf(`{"type": "evaluateVariables", "name": "%s", "variables": [{"key": "%s", "value": "%s"}]}`, name, key, value)
}

func TestStagesWithinAStage(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "0", "type": "evaluateVariables", "variables": [{"key": "up", "value": "above"}]},
		{"refId": "1", "type": "surrounded", "requisiteStageRefIds": ["0"],
		 "before": [`+variables("b0", "first", "1")+`, `+variables("b1", "second", "${first}-${up}")+`],
		 "after": [`+variables("a0", "third", "${second}-${own}")+`]},
		{"refId": "2", "type": "evaluateVariables", "requisiteStageRefIds": ["1"],
		 "variables": [{"key": "seen", "value": "${own} ${#stage('a0').outputs.third}"}]}]}`, nil)
	s := e.Stage("1")
	if got := inner(s); e.Status != gennaker.Succeeded || got != "1<0=SUCCEEDED 1<1=SUCCEEDED 1>0=SUCCEEDED" {
		t.Fatalf("ended %s: %s with %s", e.Status, e.Error, got)
	}
	if got := e.Stage("a0").Outputs["third"]; got != "1-above-main" {
		t.Errorf("the stage after it saw %v, want what came before, above and in it", got)
	}
	if got := e.Stage("2").Outputs["seen"]; got != "main 1-above-main" {
		t.Errorf("the stage below saw %v", got)
	}
	for i, owner := range []string{gennaker.StageBefore, gennaker.StageBefore, gennaker.StageAfter} {
		if s.Synthetic[i].Owner != owner {
			t.Errorf("stage %s is %s, want %s", s.Synthetic[i].RefID, s.Synthetic[i].Owner, owner)
		}
	}
}

// What becomes of a stage by what becomes of those within it: Spinnaker's
// CompleteStage.
func TestAStageEndsAsTheWorstWithinIt(t *testing.T) {
	for _, c := range []struct {
		name, before, options string
		inner                 string
		want                  gennaker.Status
		execution             gennaker.Status
	}{
		{"a failure fails it, and its own work is not begun", `{"type": "broken", "name": "x"}, {"type": "noop", "name": "y"}`, ``,
			"1<0=TERMINAL 1<1=NOT_STARTED", gennaker.Terminal, gennaker.Terminal},
		{"its own options say what that means", `{"type": "broken", "name": "x"}`, `"continuePipeline": true,`,
			"1<0=TERMINAL", gennaker.FailedContinue, gennaker.Succeeded},
		{"one that ends its branch stops it", `{"type": "broken", "name": "x", "branch": true}`, ``,
			"1<0=STOPPED", gennaker.Stopped, gennaker.Succeeded},
		{"an ignored failure keeps its siblings from starting", `{"type": "broken", "name": "x", "ignore": true, "parallel": true}, {"type": "noop", "name": "y"}`, ``,
			"1<0=FAILED_CONTINUE 1<1=NOT_STARTED", gennaker.FailedContinue, gennaker.Succeeded},
		{"unless it lets them go on", `{"type": "broken", "name": "x", "ignore": true, "allowSiblingStagesToContinueOnFailure": true}, {"type": "noop", "name": "y"}`, ``,
			"1<0=FAILED_CONTINUE 1<1=SUCCEEDED", gennaker.FailedContinue, gennaker.Succeeded},
		{"a failure cancels those at its side", `{"type": "slow", "name": "s"}, {"type": "broken", "name": "x"}`, `"parallel": true,`,
			"1<s=CANCELED 1<x=TERMINAL", gennaker.Terminal, gennaker.Terminal},
		{"an unknown type is a failure", `{"type": "brocken", "name": "x"}`, ``, "", gennaker.Terminal, gennaker.Terminal},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", "type": "surrounded", `+c.options+` "before": [`+c.before+`]}]}`, nil)
			s := e.Stage("1")
			if got := inner(s); got != c.inner || s.Status != c.want || e.Status != c.execution {
				t.Errorf("stage ended %s (%s) with %q, execution %s; want %s with %q, %s", s.Status, s.Error, got, e.Status, c.want, c.inner, c.execution)
			}
		})
	}
}

func TestSyntheticFailureStages(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "broken", "failPipeline": false,
		 "onFailure": [`+variables("f0", "cleaned", "yes")+`, {"type": "broken", "name": "f1"}, {"type": "noop", "name": "f2"}]},
		{"refId": "2", "type": "surrounded", "onFailure": [{"type": "noop", "name": "never"}]}]}`, nil)
	s := e.Stage("1")
	if got := inner(s); s.Status != gennaker.Stopped || s.Error != "it broke" || got != "1!0=SUCCEEDED 1!1=TERMINAL 1!2=NOT_STARTED" {
		t.Errorf("stage 1 ended %s: %s, with %s", s.Status, s.Error, got)
	}
	if len(s.Warnings) != 1 {
		t.Errorf("warnings = %q, want that a stage after the failure failed", s.Warnings)
	}
	if got := inner(e.Stage("2")); got != "" {
		t.Errorf("a stage that succeeded ran %s", got)
	}
}

func TestATimeOutCoversTheStagesWithin(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "surrounded", "stageTimeoutMs": 60000, "before": [{"type": "slow", "name": "s"}],
		 "onFailure": [{"type": "noop", "name": "f"}]}]}`, nil)
	s := e.Stage("1")
	if got, took := inner(s), s.EndTime.Sub(s.StartTime); s.Status != gennaker.Terminal || took != time.Minute || got != "1<0=CANCELED 1!0=SUCCEEDED" {
		t.Errorf("ended %s after %s with %s: %s", s.Status, took, got, s.Error)
	}
}

func TestPauseAndCancelReachTheStagesWithin(t *testing.T) {
	w := newWorld(t)
	w.update(10*time.Second, gennaker.UpdatePause, gennaker.Command{User: "ada"})
	w.view(20*time.Second, func(e gennaker.Execution) {
		if s := e.Stage("1"); s.Status != gennaker.Paused || inner(s) != "1<0=PAUSED 1<1=NOT_STARTED" {
			t.Errorf("while paused stage 1 is %s with %s", s.Status, inner(s))
		}
	})
	w.update(2*time.Hour, gennaker.UpdateResume, gennaker.Command{User: "ada"})
	w.update(3*time.Hour+time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "surrounded", "before": [{"type": "slow", "name": "s0"}, {"type": "slow", "name": "s1"}]}]}`, nil)
	s := e.Stage("1")
	if got := inner(s); e.Status != gennaker.Canceled || s.Status != gennaker.Canceled || got != "1<0=SUCCEEDED 1<1=CANCELED" {
		t.Errorf("ended %s, stage %s with %s", e.Status, s.Status, got)
	}
}

func TestARestartClearsTheStagesWithin(t *testing.T) {
	w := newWorld(t)
	refused := w.update(time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1<0", User: "ada"})
	w.update(2*time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1", User: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "surrounded", "before": [`+variables("b", "x", "1")+`]},
		{"refId": "2", "type": "slow"}]}`, nil)
	s := e.Stage("1")
	if refused.err == nil || e.Status != gennaker.Succeeded || inner(s) != "1<0=SUCCEEDED" || s.Synthetic[0].Attempt != 1 {
		t.Errorf("restart of the inner stage: %v; ended %s with %s, attempt %d", refused.err, e.Status, inner(s), s.Synthetic[0].Attempt)
	}
}
