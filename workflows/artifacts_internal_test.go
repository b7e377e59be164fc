package workflows

import (
	"errors"
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// What a stage type gets that asks for an artifact by its id, below a stage
// that has bound one of the trigger's two again.
func TestAStageFindsAnArtifactByItsID(t *testing.T) {
	inline := &gennaker.Artifact{Name: "inline"}
	for _, c := range []struct {
		name, id string
		inline   *gennaker.Artifact
		want     string
		kind     error
	}{
		{"bound by a stage before", "a", inline, "near", nil},
		{"bound by the trigger", "b", nil, "trigger", nil},
		{"its own, without an id", "", inline, "inline", nil},
		{"bound by nobody", "c", inline, "", gennaker.ErrNotFound},
		{"none at all", "", nil, "", gennaker.ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestWorkflowEnvironment()
			var got gennaker.Artifact
			env.ExecuteWorkflow(func(ctx workflow.Context) (err error) {
				in := stages.Input{Evaluator: below(ctx)}
				got, err = in.Artifact(ctx, c.id, c.inline)
				if !errors.Is(err, c.kind) {
					t.Errorf("Artifact(%q) = %v, want %v", c.id, err, c.kind)
				}
				return nil
			})
			if err := env.GetWorkflowError(); err != nil || got.Name != c.want {
				t.Errorf("Artifact(%q) = %+v, %v, want %s", c.id, got, err, c.want)
			}
		})
	}
}

// below is a stage below one that has bound a.
func below(ctx workflow.Context) *scope {
	bound := func(id, name string) gennaker.ExpectedArtifact {
		return gennaker.ExpectedArtifact{ID: id, Bound: &gennaker.Artifact{Name: name}}
	}
	sc := story(ctx)
	sc.state.Requisites = []string{"1"}
	sc.r.e.Trigger.ResolvedExpectedArtifacts = []gennaker.ExpectedArtifact{bound("a", "trigger"), bound("b", "trigger")}
	sc.r.e.Stages[0].Outputs["resolvedExpectedArtifacts"] = plainJSON([]gennaker.ExpectedArtifact{bound("a", "near")})
	return sc
}
