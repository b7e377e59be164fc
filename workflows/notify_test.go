package workflows_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

// told collects what is sent to whom, as "address when message".
func (w *world) told() *[]string {
	var all []string
	w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		if info.ActivityType.Name != "SendNotification" {
			return
		}
		var n gennaker.Notification
		if err := args.Get(&n); err != nil {
			w.t.Error(err)
		}
		all = append(all, fmt.Sprintf("%s %s %s %s", n.Address, n.When, n.Status, n.Message))
	})
	return &all
}

// sameNews compares what was told: what is told at the same time comes in any
// order.
func sameNews(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestNotificationsOfPipelinesAndStages(t *testing.T) {
	w := newWorld(t)
	told := w.told()
	in := manual(t, `{"application": "shop", "name": "deploy",
		"notifications": [
			{"type": "slack", "address": "ops", "level": "pipeline", "when": ["pipeline.starting", "pipeline.failed"],
			 "message": {"pipeline.failed": {"text": "run ${parameters.n} failed"}}},
			{"type": "email", "address": "happy", "when": ["pipeline.complete"]}],
		"stages": [
		{"refId": "1", "type": "wait", "waitTime": 1, "sendNotifications": true,
		 "notifications": [{"type": "slack", "address": "dev", "when": ["stage.starting", "stage.complete", "stage.failed"],
		   "message": {"stage.complete": {"text": "${#currentStage().name} in ${execution.name}"}}}]},
		{"refId": "2", "type": "broken", "sendNotifications": true, "requisiteStageRefIds": ["1"],
		 "notifications": [{"type": "slack", "address": "dev", "when": "stage.failed", "message": {"stage.failed": {"text": "${nothing}"}}}]},
		{"refId": "3", "type": "noop", "notifications": [{"type": "slack", "address": "dev", "when": ["stage.complete"]}]}]}`)
	in.Trigger.Extra = map[string]any{"notifications": []any{map[string]any{"type": "email", "address": "me", "when": []any{"pipeline.failed"}}}}
	e := w.start(in)
	want := []string{"ops pipeline.starting RUNNING ", "dev stage.starting RUNNING ", "dev stage.complete SUCCEEDED wait in deploy",
		"dev stage.failed TERMINAL ${nothing}", "ops pipeline.failed TERMINAL run 7 failed", "me pipeline.failed TERMINAL "}
	if e.Status != gennaker.Terminal || !sameNews(*told, want) {
		t.Errorf("ended %s and told %q, want %q", e.Status, *told, want)
	}
}

func TestANotificationBringsWhatItsTypeNeeds(t *testing.T) {
	w := newWorld(t)
	var fields map[string]any
	w.env.SetOnActivityStartedListener(func(_ *activity.Info, _ context.Context, args converter.EncodedValues) {
		var n gennaker.Notification
		if args.Get(&n) == nil && n.Type == "pubsub" {
			fields = n.Fields
		}
	})
	w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "wait", "waitTime": 1}],
		"notifications": [{"type": "pubsub", "publisherName": "events", "when": ["pipeline.complete"], "level": "pipeline"}]}`, nil)
	if len(fields) != 1 || fields["publisherName"] != "events" {
		t.Errorf("fields = %v, want publisherName alone", fields)
	}
}

func TestAJudgmentRemindsAndTellsItsAnswer(t *testing.T) {
	w := newWorld(t)
	told := w.told()
	w.update(150*time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "1", Continue: true, By: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "2", "type": "wait", "waitTime": 86400, "requisiteStageRefIds": ["1"]},
		{"refId": "1", "type": "manualJudgment", "sendNotifications": true,
		"notifications": [
			{"type": "slack", "address": "often", "when": ["manualJudgment"], "notifyEveryMs": 3600000},
			{"type": "slack", "address": "once", "when": ["manualJudgment", "manualJudgmentContinue", "manualJudgmentStop"]}]}]}`, nil)
	want := []string{"often manualJudgment RUNNING ", "once manualJudgment RUNNING ", "often manualJudgment RUNNING ",
		"often manualJudgment RUNNING ", "once manualJudgmentContinue RUNNING "}
	if e.Status != gennaker.Succeeded || !sameNews(*told, want) {
		t.Errorf("ended %s and told %q, want %q", e.Status, *told, want)
	}
}

func TestStagesBelowAJudgmentCanActForWhoAnsweredIt(t *testing.T) {
	for _, c := range []struct{ name, options, want string }{
		{"if it propagates its authentication", `"propagateAuthenticationContext": true,`, "bob"},
		{"otherwise for who started it", ``, "ada"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.update(time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "1", Continue: true, By: "bob"})
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", `+c.options+` "type": "manualJudgment"},
				{"refId": "2", "type": "wait", "waitTime": 1, "requisiteStageRefIds": ["1"]},
				{"refId": "3", "type": "evaluateVariables", "requisiteStageRefIds": ["2"], "variables": [{"key": "who", "value": "${#currentUser()}"}]},
				{"refId": "4", "type": "evaluateVariables", "variables": [{"key": "who", "value": "${#currentUser()}"}]}]}`, nil)
			if got := e.Stage("3").Outputs["who"]; got != c.want || e.Stage("4").Outputs["who"] != "ada" {
				t.Errorf("stage 3 acts for %v, want %s; stage 4 for %v", got, c.want, e.Stage("4").Outputs["who"])
			}
		})
	}
}
