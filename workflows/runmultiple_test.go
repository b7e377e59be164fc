package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// several is a document whose one stage runs a bundle of pipelines.
func several(bundle, fields string) string {
	return `{"application": "shop", "name": "p", "stages": [{"refId": "1", "type": "runMultiplePipelines",
		"yamlConfig": [{"bundle_web": {` + bundle + `}}]` + fields + `}]}`
}

// withChildren is a world in which executions of shop/good succeed, of
// shop/bad fail, of shop/gone are cancelled, and those of shop/long do not end.
func withChildren(t *testing.T) *world {
	w := newWorld(t)
	ends := map[string]gennaker.Status{"good": gennaker.Succeeded, "bad": gennaker.Terminal, "gone": gennaker.Canceled, "long": gennaker.Running}
	for name := range ends {
		w.stored = append(w.stored, store.Memory{{Application: "shop", Name: name}}...)
	}
	w.others.Ends = func(s gennaker.Start) gennaker.Execution { return gennaker.Execution{Status: ends[s.Pipeline.Name]} }
	return w
}

func TestRunMultiplePipelines(t *testing.T) {
	const chain = `"a": {"child_pipeline": "bad"}, "b": {"child_pipeline": "good", "depends_on": ["a"]}`
	for _, c := range []struct {
		name, bundle, fields, text string
		want                       gennaker.Status
		started                    string // names of the pipelines
	}{
		{name: "those that depend on others come after them",
			bundle: `"c": {"child_pipeline": "good", "depends_on": ["b", "a"], "arguments": {"n": 3}},
				"b": {"child_pipeline": "good", "depends_on": ["a"], "arguments": {"n": 2}},
				"a": {"child_pipeline": "good", "arguments": {"n": 1}}, "rollback_onfailure": true`,
			want: gennaker.Succeeded, started: "good1 good2 good3"},
		{name: "a failure keeps those from starting", bundle: chain, want: gennaker.Terminal, text: "failed", started: "bad"},
		{name: "unless that is ignored", bundle: chain, fields: `, "ignoreUncompleted": true`, want: gennaker.Succeeded, text: "failed", started: "bad good"},
		{name: "a cancellation", bundle: `"a": {"child_pipeline": "gone"}`, want: gennaker.Canceled, text: "was cancelled", started: "gone"},
		{name: "a pipeline that is not there", bundle: `"a": {"child_pipeline": "good"}, "b": {"child_pipeline": "god"}`,
			want: gennaker.Terminal, text: "b: pipeline shop/god: not found: did you mean shop/good?", started: "good"},
		{name: "the same twice", bundle: `"a": {"child_pipeline": "good"}, "b": {"child_pipeline": "good"}`,
			want: gennaker.Terminal, text: "a and b run good with the same arguments"},
		{name: "the same twice, on purpose", bundle: `"a": {"child_pipeline": "good"}, "b": {"child_pipeline": "good"}`,
			fields: `, "checkDuplicated": false`, want: gennaker.Succeeded, started: "good good"},
		{name: "a ring", bundle: `"a": {"child_pipeline": "good", "depends_on": ["b"]}, "b": {"child_pipeline": "bad", "depends_on": ["a"]}`,
			want: gennaker.Terminal, text: "a, b can never start"},
		{name: "nothing", want: gennaker.Terminal, text: "bundle_web has no pipelines"},
		{name: "one without a pipeline", bundle: `"a": {"arguments": {}}`, want: gennaker.Terminal, text: "a: invalid: child_pipeline is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := withChildren(t)
			s := w.run(several(c.bundle, c.fields), nil).Stages[0]
			if s.Status != c.want || !strings.Contains(s.Error+strings.Join(s.Warnings, " "), c.text) {
				t.Errorf("ended %s: %s %v; want %s: %s", s.Status, s.Error, s.Warnings, c.want, c.text)
			}
			var started []string
			for _, start := range w.others.Started() {
				name := start.Pipeline.Name
				if n, ok := start.Trigger.Parameters["n"]; ok {
					name += fmt.Sprint(n)
				}
				started = append(started, name)
			}
			list, _ := s.Outputs["executionsList"].([]any)
			if got := strings.Join(started, " "); got != c.started || len(list) != len(started) {
				t.Errorf("started %q, of which %d ended; want %q", got, len(list), c.started)
			}
		})
	}
}

func TestEachOfSeveralExecutionsIsTold(t *testing.T) {
	w := withChildren(t)
	s := w.run(several(`"blue": {"child_pipeline": "good"}`, ``), nil).Stages[0]
	list, _ := s.Outputs["executionsList"].([]any)
	if len(list) != 1 {
		t.Fatalf("executionsList = %v", list)
	}
	told, _ := list[0].(map[string]any)
	if told["executionIdentifier"] != "blue" || told["status"] != "SUCCEEDED" || told["id"] != s.Executions[0] {
		t.Errorf("executionsList = %v", list)
	}
	above, _ := w.others.Started()[0].Trigger.Extra["parentExecution"].(map[string]any)
	if trigger, _ := above["trigger"].(map[string]any); trigger["executionIdentifier"] != "blue" {
		t.Errorf("the child is told %v", above["trigger"])
	}
}

func TestCancellingTheStageCancelsItsExecutions(t *testing.T) {
	w := withChildren(t)
	w.update(50*time.Millisecond, gennaker.UpdateCancel, gennaker.Command{User: "bob"})
	e := w.run(several(`"a": {"child_pipeline": "long"}, "b": {"child_pipeline": "long", "arguments": {"n": 1}}`, ``), nil)
	if e.Status != gennaker.Canceled || len(e.Stages[0].Executions) != 2 {
		t.Fatalf("ended %s with %v", e.Status, e.Stages[0].Executions)
	}
	for _, id := range e.Stages[0].Executions {
		if child, err := w.others.State(t.Context(), refTo(id)); err != nil || child.Status != gennaker.Canceled {
			t.Errorf("%s is %s, %v", id, child.Status, err)
		}
	}
}
