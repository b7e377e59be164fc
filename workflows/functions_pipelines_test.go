package workflows_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

func TestExpressionsFindTheIDsOfPipelines(t *testing.T) {
	w := newWorld(t)
	w.stored = store.Memory{{ID: "42", Application: "shop", Name: "Bake"}, {ID: "43", Application: "bank", Name: "Bake"}}
	e := w.run(computing(serve(t, nil), "${#pipelineId('Bake')}", "${#pipelineIdOrNull('Bake')}", "${#pipelineIdOrNull('43') == null}",
		"${#pipelineIdInApplication('Bake', 'bank')}", "${#pipelineIdInApplication('Cook', 'bank') == null}"), nil)
	if e.Status != gennaker.Succeeded {
		t.Fatalf("ended %s: %s", e.Status, e.Error)
	}
	for key, want := range map[string]any{"v0": "42", "v1": "42", "v2": true, "v3": "43", "v4": true} {
		if got := e.Stages[0].Outputs[key]; got != want {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
}

func TestAnExpressionNamesAPipelineThatIsNotThere(t *testing.T) {
	w := newWorld(t)
	w.stored = store.Memory{{ID: "42", Application: "shop", Name: "Bake"}}
	e := w.run(computing(serve(t, nil), "${#pipelineId('Baek')}"), nil)
	want := "at 1: #pipelineId: pipeline shop/Baek: not found: did you mean shop/Bake?"
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, want) {
		t.Errorf("ended %s: %s, want %s", e.Status, e.Stages[0].Error, want)
	}
}
