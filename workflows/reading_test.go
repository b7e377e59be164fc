package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// outputs of the last stage as JSON.
func lastOutputs(e gennaker.Execution) string {
	data, _ := json.Marshal(e.Stages[len(e.Stages)-1].Outputs)
	return string(data)
}

const mistaken = `{"application": "shop", "name": "deploy", COMPATIBILITY "stages": [{"refId": "1", "type": "evaluateVariables", FIELDS "variables": [
	{"key": "list", "value": [1, "${nope}", {"k${1 + 1}": "${'a' * 2}", "${nope}": "${1 / 0}"}]},
	{"key": "part", "value": "a ${nope} b ${1}"},
	{"key": "same", "value": "${nope == 'x'}"}]}]}`

func TestMistakesInSpinnakersReading(t *testing.T) {
	document := strings.NewReplacer("COMPATIBILITY", `"compatibility": "spinnaker",`, "FIELDS", "").Replace(mistaken)
	e := newWorld(t).run(document, nil)
	want := `{"list":[1,"${nope}",{"${nope}":"${1 / 0}","k2":"aa"}],"part":"a ${nope} b 1","same":false}`
	if got := lastOutputs(e); e.Status != gennaker.Succeeded || got != want {
		t.Errorf("ended %s with %s, want %s", e.Status, got, want)
	}
	if got := strings.Join(e.Stages[0].Warnings, "\n"); strings.Count(got, "${nope} is null, and its text stays") != 3 || !strings.Contains(got, "${1 / 0}: at 3: 1 / 0: nothing can be divided by zero") {
		t.Errorf("warnings:\n%s", got)
	}
}

func TestWarningsAreSoMany(t *testing.T) {
	variables := strings.Repeat(`{"key": "a", "value": "${parameters.whoo}"},`, 30)
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "evaluateVariables", "variables": [`+
		variables[:len(variables)-1]+`]}]}`, map[string]any{"who": "ada"})
	w := e.Stages[0].Warnings
	if e.Status != gennaker.Succeeded || len(w) != 21 || w[20] != "more warnings are not kept" ||
		w[0] != "${parameters.whoo} is null; there is no whoo: did you mean who?" {
		t.Errorf("ended %s with %d warnings: %q", e.Status, len(w), w)
	}
}

func TestMistakesFailTheStage(t *testing.T) {
	for name, c := range map[string]struct{ compatibility, fields, want string }{
		"in our reading":                       {"", "", "${nope}: at 1: no such value: nope"},
		"in Spinnaker's, if the stage says so": {`"compatibility": "spinnaker",`, `"failOnFailedExpressions": true,`, "divided by zero"},
	} {
		t.Run(name, func(t *testing.T) {
			document := strings.NewReplacer("COMPATIBILITY", c.compatibility, "FIELDS", c.fields).Replace(mistaken)
			e := newWorld(t).run(document, nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) {
				t.Errorf("ended %s: %s, want %s", e.Status, e.Error, c.want)
			}
		})
	}
	document := `{"application": "shop", "name": "deploy", "compatibility": "spinnaker", "stages": [
		{"refId": "1", "type": "wait", "waitTime": 1, "failOnFailedExpressions": true, "comments": "for ${nope}", "note": "${nope}"}]}`
	if e := newWorld(t).run(document, nil); e.Status != gennaker.Terminal || !strings.Contains(e.Error, "${nope} is null") {
		t.Errorf("an expression without a value: ended %s: %s", e.Status, e.Error)
	}
}

func TestStagesAsExpressionsSeeThem(t *testing.T) {
	w := newWorld(t)
	e := w.run(`{"application": "shop", "name": "deploy", "id": "p-1", "stages": [
		{"refId": "7", "type": "wait", "name": "2", "waitTime": "${1 + 1}", "note": "for ${parameters.who}"},
		{"refId": "2", "type": "wait", "name": "Other", "waitTime": 1},
		{"refId": "3", "requisiteStageRefIds": ["7", "2"], "type": "evaluateVariables", "variables": [
			{"key": "context", "value": "${#stage('2')['context']['note'] + #stage('2').context.waitTime}"},
			{"key": "names", "value": "${#stage('2').refId + #stageByRefId(2).name + #stage('7').name}"},
			{"key": "times", "value": "${#stage('2').endTime - #stage('2').startTime}"},
			{"key": "begun", "value": "${execution.startTime == #stage('2').startTime && execution.endTime == null}"},
			{"key": "ids", "value": "${execution.pipelineConfigId + #currentStage().id + #currentStage().requisiteStageRefIds}"}]}]}`,
		map[string]any{"who": "ada"})
	want := `{"begun":true,"context":"for ada2","ids":"p-137,2","names":"7Other2","times":2000}`
	if got := lastOutputs(e); e.Status != gennaker.Succeeded || got != want {
		t.Errorf("ended %s with %s, want %s: %s", e.Status, got, want, e.Error)
	}
}

func TestWhatWasDeployedAsExpressionsSeeIt(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [{"key": "deploymentDetails", "value": [
			{"region": "local", "imageId": "ami-1"}, {"region": "elsewhere", "imageId": "ami-2"}]}]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "deploy", "name": "Deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud",
			"stack": "web", "capacity": {"min": 1, "desired": 2, "max": 3}}]},
		{"refId": "3", "requisiteStageRefIds": ["2"], "type": "evaluateVariables", "variables": [
			{"key": "group", "value": "${deployedServerGroups[0].?[key != 'disabled' && key != 'destroyed']}"},
			{"key": "named", "value": "${{#deployedServerGroups('Deploy').size(), #deployedServerGroups('2').size(), #deployedServerGroups('x').size()}}"}]}]}`, nil)
	want := `{"group":{"account":"cloud","capacity":{"desired":2,"max":3,"min":1},"cluster":"shop-web","imageId":"ami-1","parentStage":"2","region":"local","serverGroup":"shop-web-v000"},"named":[1,1,0]}`
	if got := lastOutputs(e); e.Status != gennaker.Succeeded || got != want {
		t.Errorf("ended %s with\n%s, want\n%s: %s", e.Status, got, want, e.Error)
	}
}

func TestWhatIsDrawnAtRandomIsDrawnAgain(t *testing.T) {
	document := `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [
			{"key": "a", "value": "${T(java.util.UUID).randomUUID()} ${T(java.util.UUID).randomUUID()}"},
			{"key": "b", "value": "${T(java.util.UUID).randomUUID()}"}]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "evaluateVariables", "variables": [{"key": "c", "value": "${T(java.util.UUID).randomUUID()}"}]}]}`
	draw := func() string {
		e := newWorld(t).run(document, nil)
		if e.Status != gennaker.Succeeded {
			t.Fatalf("ended %s: %s", e.Status, e.Error)
		}
		return e.Stages[0].Outputs["a"].(string) + " " + e.Stages[0].Outputs["b"].(string) + " " + e.Stages[1].Outputs["c"].(string)
	}
	first := draw()
	if again := draw(); again != first {
		t.Errorf("drawn %s, then %s", first, again)
	}
	seen := map[string]bool{}
	for id := range strings.FieldsSeq(first) {
		if seen[id] {
			t.Errorf("%s was drawn twice in %s", id, first)
		}
		seen[id] = true
	}
}
