package workflows_test

import (
	"encoding/json"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestVariablesKeepWhatTheyWereMadeOf(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "name": "Set", "variables": [
			{"key": "a", "value": "${parameters.n}"}, {"key": "b", "value": "${a}-${a}", "description": "twice"}, {"key": "c", "value": {"x": "${b}"}}]},
		{"refId": "2", "type": "evaluateVariables", "requisiteStageRefIds": ["1"], "variables": [
			{"key": "seen", "value": "${#stage('Set').context.variables}"}]}]}`, map[string]any{"n": "7"})
	got, _ := json.Marshal(e.Stages[1].Outputs["seen"])
	want := `[{"key":"a","sourceValue":"{parameters.n}","value":"7"},` +
		`{"description":"twice","key":"b","sourceValue":"{a}-{a}","value":"7-7"},{"key":"c","value":{"x":"7-7"}}]`
	if e.Status != gennaker.Succeeded || string(got) != want {
		t.Errorf("ended %s, seen %s, want %s", e.Status, got, want)
	}
}

func TestVariablesThatAreNotEvaluatedYetAreAsInTheDocument(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [{"key": "early", "value": "${#stage('Late').context.variables[0].value}"}]},
		{"refId": "2", "type": "evaluateVariables", "name": "Late", "requisiteStageRefIds": ["1"], "variables": [{"key": "a", "value": "x"}]}]}`, nil)
	if got := e.Stages[0].Outputs["early"]; got != "x" {
		t.Errorf("ended %s with %v: %s", e.Status, got, e.Error)
	}
}

func TestAVariableThatCannotBeEvaluatedFailsItsStage(t *testing.T) {
	for _, c := range []struct {
		top  string
		want gennaker.Status
		out  any
	}{{``, gennaker.Terminal, nil}, {`"compatibility": "spinnaker",`, gennaker.Succeeded, "${nope}"}} {
		e := newWorld(t).run(`{"application": "shop", "name": "deploy", `+c.top+` "stages": [
			{"type": "evaluateVariables", "variables": [{"key": "a", "value": "${nope}"}]}]}`, nil)
		if got := e.Stages[0].Outputs["a"]; e.Status != c.want || got != c.out {
			t.Errorf("ended %s with %v, want %s with %v", e.Status, got, c.want, c.out)
		}
	}
}
