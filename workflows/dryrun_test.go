package workflows_test

import (
	"testing"

	"github.com/gennaker/gennaker"
)

func TestADryRunDoesNothingAndTellsWhatItWouldDo(t *testing.T) {
	w := newWorld(t)
	in := manual(t, `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "ask", "type": "manualJudgment"},
		{"refId": "wait", "type": "wait", "waitTime": 86400, "requisiteStageRefIds": ["ask"], "restrictExecutionDuringTimeWindow": true,
		 "restrictedExecutionWindow": {"days": [1]}},
		{"refId": "deploy", "type": "deploy", "requisiteStageRefIds": ["wait"],
		 "clusters": [{"account": "cloud", "strategy": "none", "image": "shop:${parameters.n}", "capacity": {"desired": 1}}]},
		{"refId": "check", "type": "checkPreconditions", "requisiteStageRefIds": ["deploy"],
		 "preconditions": [{"type": "expression", "context": {"expression": "${made == 'shop-v007'}"}}]}]}`)
	in.Trigger.DryRun = true
	in.Trigger.DryRunOutputs = map[string]map[string]any{"deploy": {"made": "shop-v007"}}
	e := w.start(in)
	if e.Status != gennaker.Succeeded || w.groups() != "" || !e.EndTime.Equal(e.StartTime) {
		t.Fatalf("ended %s (%s) after %s with server groups %q", e.Status, e.Error, e.EndTime.Sub(e.StartTime), w.groups())
	}
	fields, _ := e.Stage("deploy").Outputs["dryRun"].(map[string]any)
	clusters, _ := fields["clusters"].([]any)
	if len(clusters) != 1 || clusters[0].(map[string]any)["image"] != "shop:7" {
		t.Errorf("the deployment would run with %v", fields)
	}
}
