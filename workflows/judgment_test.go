package workflows_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

const asking = `{"application": "shop", "name": "deploy", "stages": [
	{"refId": "1", "type": "manualJudgment", "name": "Go?", "instructions": "look at the graphs",
	 "judgmentInputs": [{"value": "fast"}, {"value": "slow"}]},
	{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}]}`

func TestAJudgmentByUpdateIsCheckedAndRecorded(t *testing.T) {
	w := newWorld(t)
	w.view(time.Second, func(e gennaker.Execution) {
		if s := e.Stages[0]; s.Waiting != "a judgment" || s.Question.Instructions != "look at the graphs" {
			t.Errorf("while asked, waiting %q for %+v", s.Waiting, s.Question)
		}
	})
	wrong := w.update(time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "1", Continue: true, Input: "medium", By: "ada"})
	missing := w.update(time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "9", Continue: true, By: "ada"})
	right := w.update(time.Hour, gennaker.UpdateJudge, gennaker.Judgment{Stage: "Go?", Continue: true, Input: "slow", Comment: "fine", By: "ada"})
	e := w.run(asking, nil)
	if wrong.accepted || missing.accepted || right.err != nil {
		t.Errorf("wrong input accepted %t, wrong stage accepted %t, right answered %v", wrong.accepted, missing.accepted, right.err)
	}
	s := e.Stages[0]
	if e.Status != gennaker.Succeeded || s.Judgment.By != "ada" || s.Judgment.Comment != "fine" || s.Outputs["judgmentInput"] != "slow" {
		t.Errorf("ended %s with judgment %+v and outputs %v", e.Status, s.Judgment, s.Outputs)
	}
	if at := s.Judgment.At.Sub(e.StartTime); at != time.Hour {
		t.Errorf("judged after %s, want 1h", at)
	}
	if len(e.Notices) != 0 {
		t.Errorf("a refused update left notices %v", e.Notices)
	}
}

func TestANoIsNotTurnedIntoAYes(t *testing.T) {
	for _, c := range []struct {
		name, top, options string
		want               string
	}{
		{"a no fails the pipeline", ``, ``, "1=TERMINAL 2=NOT_STARTED"},
		{"ignoring failures does not ignore a no", ``, `"continuePipeline": true,`, "1=TERMINAL 2=NOT_STARTED"},
		{"unless Spinnaker's reading is asked for", `"compatibility": "spinnaker",`, `"continuePipeline": true,`, "1=FAILED_CONTINUE 2=SUCCEEDED"},
		{"a no can end its branch", ``, `"failPipeline": false,`, "1=STOPPED 2=NOT_STARTED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.update(time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "1", By: "ada", Comment: "errors"})
			e := w.run(`{"application": "shop", "name": "deploy", `+c.top+` "stages": [
				{"refId": "1", `+c.options+` "type": "manualJudgment"},
				{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}]}`, nil)
			if got := statuses(e); got != c.want {
				t.Errorf("ended with %s, want %s", got, c.want)
			}
			if got := e.Stages[0].Error; got != "stopped by ada: errors" {
				t.Errorf("error = %q", got)
			}
		})
	}
}

func TestAJudgmentBySignal(t *testing.T) {
	w := newWorld(t)
	for at, signal := range []any{
		map[string]any{"stage": "1", "contine": false, "by": "ada"}, // misspelt
		map[string]any{"stage": "7", "continue": true, "by": "ada"}, // no such stage
		"yes", // malformed
		map[string]any{"stage": "1", "continue": true, "by": ""},                  // nobody
		map[string]any{"stage": "1", "continue": true, "input": "x", "by": "ada"}, // not allowed
	} {
		w.env.RegisterDelayedCallback(func() { w.env.SignalWorkflow(gennaker.SignalJudge, signal) }, time.Duration(at+1)*time.Minute)
	}
	w.view(10*time.Minute, func(e gennaker.Execution) {
		if len(e.Notices) != 5 || e.Stages[0].Judgment != nil {
			t.Errorf("after five bad signals: notices %v, judgment %+v", e.Notices, e.Stages[0].Judgment)
		}
	})
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(gennaker.SignalJudge, map[string]any{"stage": "1", "continue": true, "by": "ada", "comment": "fine"})
	}, time.Hour)
	e := w.run(asking, nil)
	if e.Status != gennaker.Succeeded || e.Stages[0].Judgment.By != "ada" {
		t.Errorf("ended %s with judgment %+v", e.Status, e.Stages[0].Judgment)
	}
	for i, want := range []string{"contine", "stage 7", "judgment", "who gives it", `"x"`} {
		if !strings.Contains(e.Notices[i].Text, want) {
			t.Errorf("notice %d = %q, want it to name %q", i, e.Notices[i].Text, want)
		}
	}
}

func TestARoleRestrictedJudgmentNeedsAProof(t *testing.T) {
	key := func(seed byte) ed25519.PrivateKey {
		return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), 32)))
	}
	user := func(name, role string, seed byte) gennaker.User {
		return gennaker.User{Judge: gennaker.Judge{Name: name, Key: key(seed).Public().(ed25519.PublicKey)}, Roles: []string{role}}
	}
	w := newWorld(t, user("ada", "release", 'a'), user("bob", "guest", 'b'))
	yes := gennaker.Judgment{Stage: "1", Continue: true, By: "ada"}
	other := yes
	other.By = "bob"
	refused := []*answer{
		w.update(1*time.Minute, gennaker.UpdateJudge, yes),
		w.update(2*time.Minute, gennaker.UpdateJudge, yes.Sign(key('b'), executionID, 0)),
		w.update(3*time.Minute, gennaker.UpdateJudge, yes.Sign(key('a'), executionID, 1)),
		w.update(4*time.Minute, gennaker.UpdateJudge, yes.Sign(key('a'), "shop/deploy/2", 0)),
		w.update(5*time.Minute, gennaker.UpdateJudge, other.Sign(key('b'), executionID, 0)),
	}
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(gennaker.SignalJudge, yes.Sign(key('a'), executionID, 0))
	}, 6*time.Minute)
	good := w.update(time.Hour, gennaker.UpdateJudge, yes.Sign(key('a'), executionID, 0))
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "manualJudgment", "requiredJudgmentRoles": ["release"]}]}`, nil)
	for i, a := range refused {
		if a.accepted || a.err == nil {
			t.Errorf("judgment %d was accepted, want it refused", i)
		}
	}
	if good.err != nil || e.Status != gennaker.Succeeded || e.EndTime.Sub(e.StartTime) != time.Hour {
		t.Errorf("the proven judgment = %v, ended %s after %s", good.err, e.Status, e.EndTime.Sub(e.StartTime))
	}
	if len(e.Notices) != 1 {
		t.Errorf("notices = %v, want the one signal, which proves nothing", e.Notices)
	}
}

func TestAJudgmentNobodyGivesTimesOut(t *testing.T) {
	e := newWorld(t).run(asking, nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Terminal || took != 72*time.Hour {
		t.Errorf("ended %s after %s, want TERMINAL after three days", e.Status, took)
	}
}
