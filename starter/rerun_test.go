package starter

import (
	"reflect"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestAnotherExecutionHasTheTriggerOfTheEarlierOne(t *testing.T) {
	p := gennaker.Pipeline{Name: "deploy"}
	trigger := gennaker.Trigger{Type: "pipeline", User: "ada", Parameters: map[string]any{"version": "7"}, CorrelationID: "build-7",
		Parent: &gennaker.Parent{Execution: "shop/parent/1"}, Extra: map[string]any{"parentPipelineName": "parent"}}
	want := gennaker.Start{Pipeline: p, Trigger: gennaker.Trigger{Type: "pipeline", User: "bob",
		Parameters: map[string]any{"version": "7"}, Extra: map[string]any{"parentPipelineName": "parent"}}}
	for name, earlier := range map[string]gennaker.Start{
		"one run":           {Pipeline: p, Trigger: trigger},
		"restarted":         {Pipeline: p, Trigger: trigger, Carried: []gennaker.StageExecution{{RefID: "1"}}, Restarted: &gennaker.Restart{Stage: "1"}},
		"continued in more": {Pipeline: p, Continued: &gennaker.Execution{Trigger: trigger}},
	} {
		if got := again(earlier, "bob"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: again = %+v, want %+v", name, got, want)
		}
	}
}
