package workflows

import (
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// family is a document in which d is below b and c, b below x and a, and c
// below y; b has had stages within it, and d runs the stages d<1, d<2 and d>1.
func family(ctx workflow.Context) *run {
	stage := func(ref string, requisites ...string) gennaker.Stage {
		return gennaker.Stage{RefID: ref, Type: "group", Requisites: requisites}
	}
	r := newRun(ctx, gennaker.Start{Pipeline: gennaker.Pipeline{Stages: []gennaker.Stage{
		stage("c", "y"), stage("b", "x", "a"), stage("a"), stage("x"), stage("y"), stage("d", "b", "c"), stage("other")}}})
	r.e.Stages = states(r.pipeline.Stages, nil)
	r.top.over(r.nodes())
	r.known["b"].state.Synthetic = []*gennaker.StageExecution{{RefID: "b<1", Owner: gennaker.StageBefore}}
	d := r.known["d"]
	for _, within := range []gennaker.StageExecution{
		{RefID: "d<1", Owner: gennaker.StageBefore}, {RefID: "d<2", Owner: gennaker.StageBefore, Requisites: []string{"d<1"}},
		{RefID: "d>1", Owner: gennaker.StageAfter}} {
		g := &graph{r: r, parent: d.scope()}
		g.over([]*node{{state: &within, doc: gennaker.Stage{RefID: within.RefID}}})
		d.state.Synthetic = append(d.state.Synthetic, &within)
	}
	return r
}

func TestWhoseOutputsAStageSees(t *testing.T) {
	for _, c := range []struct{ name, stage, want string }{
		{"itself", "other", "other"},
		{"the requisites in the order of the document", "b", "b a x"},
		{"those that ran within a requisite come before what is above it", "d", "d c b b<1 y a x"},
		{"a stage within sees its parent", "d<1", "d<1 d c b b<1 y a x"},
		{"and the siblings it requires before that", "d<2", "d<2 d<1 d c b b<1 y a x"},
		{"and those before its place", "d>1", "d>1 d<1 d<2 d c b b<1 y a x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestWorkflowEnvironment()
			var got []string
			env.ExecuteWorkflow(func(ctx workflow.Context) error {
				for _, s := range family(ctx).known[c.stage].scope().ancestors() {
					got = append(got, s.RefID)
				}
				return nil
			})
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s sees %s, want %s", c.stage, text, c.want)
			}
		})
	}
}

func TestTheNearestOutputCounts(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		r := family(ctx)
		for _, ref := range []string{"y", "b", "x"} {
			r.known[ref].state.Outputs = map[string]any{"k": ref}
		}
		for stage, want := range map[string]any{"d": "b", "c": "y", "other": nil} {
			if v, _ := r.known[stage].scope().above("k"); v != want {
				t.Errorf("%s sees %v, want %v", stage, v, want)
			}
		}
		return nil
	})
}
