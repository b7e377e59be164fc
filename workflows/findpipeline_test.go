package workflows_test

import (
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows/ops"
)

// find asks the door for a pipeline, as a stage does.
func find(ctx workflow.Context, ref gennaker.PipelineRef) (gennaker.Pipeline, error) {
	p, err := ops.FindPipeline(ctx, ref)
	if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return p, errors.New("of the wrong kind: " + err.Error())
	}
	return p, ops.Close(err)
}

func TestFindPipeline(t *testing.T) {
	for _, c := range []struct {
		name string
		ref  gennaker.PipelineRef
		want string // of the name found, or of the error
	}{
		{"by name", gennaker.PipelineRef{Application: "shop", Pipeline: "deploy"}, "Deploy"},
		{"by id, in another application", gennaker.PipelineRef{Application: "bank", Pipeline: "42"}, "Bake"},
		{"a near miss", gennaker.PipelineRef{Application: "shop", Pipeline: "deplyo"}, "pipeline shop/deplyo: not found: did you mean shop/Deploy?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.stored = store.Memory{{Application: "shop", Name: "Deploy"}, {ID: "42", Application: "shop", Name: "Bake"}}
			w.env.ExecuteWorkflow(find, c.ref)
			var p gennaker.Pipeline
			if err := w.env.GetWorkflowError(); err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("FindPipeline(%v) = %v, want %s", c.ref, err, c.want)
				}
				return
			}
			if err := w.env.GetWorkflowResult(&p); err != nil || p.Name != c.want || p.ID == "" {
				t.Errorf("FindPipeline(%v) = %s with id %q, %v, want %s", c.ref, p.Name, p.ID, err, c.want)
			}
		})
	}
}
