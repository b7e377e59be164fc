package workflows_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// parentOf is a document whose stage 1 runs shop/child, with more fields.
func parentOf(fields string) string {
	return `{"application": "shop", "name": "parent", "stages": [{"refId": "1", "type": "pipeline", "name": "Run child",
		"application": "shop", "pipeline": "child"` + fields + `}]}`
}

// withChild is a world in which shop/child is stored, and its executions end
// like that.
func withChild(t *testing.T, ends gennaker.Execution) *world {
	w := newWorld(t)
	w.stored = store.Memory{{Application: "shop", Name: "child"}}
	w.others.Ends = func(gennaker.Start) gennaker.Execution { return ends }
	return w
}

func stageEnding(status gennaker.Status, outputs map[string]any) gennaker.StageExecution {
	return gennaker.StageExecution{RefID: "1", Name: "Bake", Type: "bake", Status: status, Outputs: outputs}
}

func TestAPipelineStageEndsAsItsChild(t *testing.T) {
	bake := stageEnding(gennaker.Succeeded, map[string]any{"image": "shop:7"})
	failed := stageEnding(gennaker.Terminal, nil)
	failed.Error = "no such image"
	for _, c := range []struct {
		name, fields string
		child        gennaker.Execution
		want         gennaker.Status
		text         string // in the stage's error or warnings
		outputs      map[string]any
	}{
		{name: "a success, with the outputs of its stages",
			child: gennaker.Execution{Status: gennaker.Succeeded, Stages: []gennaker.StageExecution{bake}}, want: gennaker.Succeeded,
			outputs: map[string]any{"executionName": "child", "status": "SUCCEEDED", "image": "shop:7"}},
		{name: "without them", fields: `, "skipDownstreamOutput": "true"`,
			child: gennaker.Execution{Status: gennaker.Succeeded, Stages: []gennaker.StageExecution{bake}}, want: gennaker.Succeeded,
			outputs: map[string]any{"executionName": "child", "status": "SUCCEEDED"}},
		{name: "a failure, in the child's words",
			child: gennaker.Execution{Status: gennaker.Terminal, Error: "stage 1 (Bake): no such image", Stages: []gennaker.StageExecution{failed}},
			want:  gennaker.Terminal, text: "failed: stage 1 (Bake): no such image"},
		{name: "a failure that is ignored", fields: `, "continuePipeline": true`,
			child: gennaker.Execution{Status: gennaker.Terminal, Error: "broken"}, want: gennaker.FailedContinue, text: "broken"},
		{name: "a cancellation",
			child: gennaker.Execution{Status: gennaker.Canceled, Cancel: &gennaker.Command{User: "bob", Reason: "wrong version"}},
			want:  gennaker.Canceled, text: "was cancelled by bob: wrong version"},
		{name: "it is not waited for", fields: `, "waitForCompletion": "False"`,
			child: gennaker.Execution{Status: gennaker.Running}, want: gennaker.Succeeded,
			outputs: map[string]any{"executionName": "child"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := withChild(t, c.child).run(parentOf(c.fields), nil)
			s := e.Stages[0]
			if s.Status != c.want || !strings.Contains(s.Error+strings.Join(s.Warnings, " "), c.text) {
				t.Errorf("ended %s: %s %v; want %s: %s", s.Status, s.Error, s.Warnings, c.want, c.text)
			}
			id, _ := s.Outputs["executionId"].(string)
			if !strings.HasPrefix(id, "shop/child/") || len(s.Executions) != 1 || s.Executions[0] != id {
				t.Errorf("executionId = %q of executions %v", id, s.Executions)
			}
			delete(s.Outputs, "executionId")
			if c.outputs != nil && !reflect.DeepEqual(s.Outputs, c.outputs) {
				t.Errorf("outputs = %v, want %v", s.Outputs, c.outputs)
			}
		})
	}
}

func TestAFailedChildIsAnException(t *testing.T) {
	failed := stageEnding(gennaker.Terminal, nil)
	failed.Error = "no such image"
	e := withChild(t, gennaker.Execution{Status: gennaker.Terminal, Stages: []gennaker.StageExecution{failed}}).run(parentOf(``), nil)
	x, _ := e.Stages[0].Outputs["exception"].(map[string]any)
	want := map[string]any{"errors": []any{"Exception in child pipeline stage (child: Bake): no such image"}}
	source, _ := x["source"].(map[string]any)
	if !reflect.DeepEqual(x["details"], want) || source["stageName"] != "Bake" || source["stageIndex"] != 0.0 {
		t.Errorf("exception = %v, want %v of stage 0, Bake", x, want)
	}
}

func TestTheOutputsOfAChildsStagesBecomeOne(t *testing.T) {
	last := stageEnding(gennaker.Succeeded, map[string]any{"n": 1.0, "list": []any{"b", "c"}})
	last.RefID, last.Requisites = "2", []string{"1"}
	first := stageEnding(gennaker.Succeeded, map[string]any{"n": 0.0, "list": []any{"a", "b"}})
	e := withChild(t, gennaker.Execution{Status: gennaker.Succeeded, Stages: []gennaker.StageExecution{last, first}}).run(parentOf(``), nil)
	o := e.Stages[0].Outputs
	if !reflect.DeepEqual(o["list"], []any{"a", "b", "c"}) || o["n"] != 1.0 {
		t.Errorf("outputs = %v, want the later n, and the lists joined", o)
	}
}

func TestOutputsOfAChildThatAreTooBigAreLeftOut(t *testing.T) {
	big := stageEnding(gennaker.Succeeded, map[string]any{"log": strings.Repeat("x", 60<<10)})
	small := stageEnding(gennaker.Succeeded, map[string]any{"image": "shop:7"})
	small.RefID = "2"
	e := withChild(t, gennaker.Execution{Status: gennaker.Succeeded, Stages: []gennaker.StageExecution{big, small}}).run(parentOf(``), nil)
	s := e.Stages[0]
	if s.Status != gennaker.Succeeded || s.Outputs["image"] != "shop:7" || s.Outputs["log"] != nil ||
		!strings.Contains(strings.Join(s.Warnings, " "), "the outputs of stage 1 are too big to be passed on") {
		t.Errorf("ended %s with %d outputs and %v: %s", s.Status, len(s.Outputs), s.Warnings, s.Error)
	}
}

func TestWhatAChildIsStartedWith(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Succeeded})
	document := `{"application": "shop", "name": "parent", "stages": [
		{"refId": "0", "type": "evaluateVariables", "name": "Vars", "variables": [{"key": "color", "value": "blue"}]},
		{"refId": "1", "requisiteStageRefIds": ["0"], "type": "pipeline", "pipeline": "child",
		 "pipelineParameters": {"version": "${parameters.version}", "color": "${color}"}}]}`
	e := w.start(gennaker.Start{Pipeline: decode(t, document), Trigger: gennaker.Trigger{Type: "manual", User: "ada",
		Parameters: map[string]any{"version": "7"}, Artifacts: []gennaker.Artifact{{Type: "docker/image", Name: "shop"}}, DryRun: true, Parent: &gennaker.Parent{Execution: "a/b/c", Depth: 3}}})
	if e.Status != gennaker.Succeeded || len(w.others.Started()) != 1 {
		t.Fatalf("ended %s after %d starts: %s", e.Status, len(w.others.Started()), e.Error)
	}
	got := w.others.Started()[0].Trigger
	if got.Type != "pipeline" || got.User != "ada" || !got.DryRun {
		t.Errorf("trigger = %+v, want a pipeline's, for ada, dry", got)
	}
	if p := got.Parent; p == nil || !reflect.DeepEqual(*p, gennaker.Parent{Execution: executionID, Stage: "1", Depth: 4}) {
		t.Errorf("parent = %+v", p)
	}
	if want := map[string]any{"version": "7", "color": "blue"}; !reflect.DeepEqual(got.Parameters, want) {
		t.Errorf("parameters = %v, want %v", got.Parameters, want)
	}
	if len(got.Artifacts) != 1 || got.Artifacts[0].Name != "shop" {
		t.Errorf("artifacts = %v, want those of the parent", got.Artifacts)
	}
	if got.Extra["parentPipelineId"] != executionID || got.Extra["parentPipelineStageId"] != "1" || got.Extra["parentPipelineName"] != "parent" {
		t.Errorf("trigger has %v", got.Extra)
	}
	above, _ := got.Extra["parentExecution"].(map[string]any)
	if text := fmt.Sprint(above["stages"]); above["id"] != executionID || !strings.Contains(text, "color:blue") {
		t.Errorf("parentExecution = %v", above)
	}
}

func TestAChildIsToldOfABigParentWhatMatters(t *testing.T) {
	for name, size := range map[string]int{"more than is told": 200 << 10, "more than expressions may see": 3 << 20} {
		t.Run(name, func(t *testing.T) {
			w := withChild(t, gennaker.Execution{Status: gennaker.Succeeded})
			trigger := gennaker.Trigger{Type: "pipeline", User: "ada", Parameters: map[string]any{"version": "7"},
				Extra: map[string]any{"parentExecution": map[string]any{"log": strings.Repeat("x", size)}}}
			e := w.start(gennaker.Start{Pipeline: decode(t, parentOf(``)), Trigger: trigger})
			if e.Status != gennaker.Succeeded {
				t.Fatalf("ended %s: %s", e.Status, e.Error)
			}
			above, _ := w.others.Started()[0].Trigger.Extra["parentExecution"].(map[string]any)
			told, _ := above["trigger"].(map[string]any)
			parameters, _ := told["parameters"].(map[string]any)
			if told["parentExecution"] != nil || parameters["version"] != "7" || above["stages"] == nil {
				t.Errorf("parentExecution = %.300v, want its parameters and stages, and not its own parent", above)
			}
		})
	}
}

func TestWhatCannotBeRunFailsThePipelineStage(t *testing.T) {
	deep := gennaker.Trigger{Type: "pipeline", User: "ada", Parent: &gennaker.Parent{Execution: "shop/parent/0", Stage: "1", Depth: 20}}
	for _, c := range []struct {
		name, want string
		stored     store.Memory
		trigger    gennaker.Trigger
	}{
		{name: "a pipeline that is not there", want: "pipeline shop/child: not found: did you mean shop/chile?", stored: store.Memory{{Application: "shop", Name: "chile"}}},
		{name: "one that is disabled", want: "it is disabled", stored: store.Memory{{Application: "shop", Name: "child", Disabled: true}}},
		{name: "too many within one another", want: "does a pipeline run itself?", stored: store.Memory{{Application: "shop", Name: "child"}}, trigger: deep},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.stored = c.stored
			e := w.start(gennaker.Start{Pipeline: decode(t, parentOf(``)), Trigger: c.trigger})
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || len(w.others.Started()) != 0 {
				t.Errorf("ended %s after %d starts: %s; want %s", e.Status, len(w.others.Started()), e.Error, c.want)
			}
		})
	}
}

func TestCancellingAnExecutionCancelsItsChild(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	w.when("AwaitExecution", func() {
		w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "bob", Reason: "wrong version"})
	})
	e := w.run(parentOf(``), nil)
	if e.Status != gennaker.Canceled || e.Stages[0].Status != gennaker.Canceled {
		t.Fatalf("ended %s with %s: %s", e.Status, statuses(e), e.Error)
	}
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if err != nil || child.Status != gennaker.Canceled {
		t.Fatalf("the child is %s, %v", child.Status, err)
	}
	if c := child.Cancel; c.User != "bob" || c.Reason != "its parent, execution "+executionID+", was cancelled" {
		t.Errorf("the child was cancelled by %+v", c)
	}
}

func TestAChildThatIsNotWaitedForOutlivesItsParent(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	document := `{"application": "shop", "name": "parent", "stages": [
		{"refId": "1", "type": "pipeline", "pipeline": "child", "waitForCompletion": false},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": 100}]}`
	w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "bob"})
	e := w.run(document, nil)
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if e.Status != gennaker.Canceled || err != nil || child.Status != gennaker.Running {
		t.Errorf("ended %s, and the child is %s, %v", e.Status, child.Status, err)
	}
}

func TestAChildThatTakesTooLongIsCancelled(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	e := w.run(parentOf(`, "stageTimeoutMs": 100`), nil)
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if e.Status != gennaker.Terminal || err != nil || child.Status != gennaker.Canceled {
		t.Errorf("ended %s, and the child is %s, %v: %s", e.Status, child.Status, err, e.Error)
	}
	if want := "stage 1 of execution " + executionID + " was cancelled"; child.Cancel == nil || child.Cancel.Reason != want {
		t.Errorf("the child was cancelled by %+v, want the reason %q", child.Cancel, want)
	}
}

func TestARestartedPipelineStageStartsAnotherChild(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Succeeded})
	document := `{"application": "shop", "name": "parent", "stages": [
		{"refId": "1", "type": "pipeline", "pipeline": "child"},
		{"refId": "2", "type": "wait", "waitTime": 100}]}`
	w.update(time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1", User: "bob"})
	e := w.run(document, nil)
	if e.Status != gennaker.Succeeded || len(w.others.Started()) != 2 {
		t.Errorf("ended %s after %d starts: %s", e.Status, len(w.others.Started()), e.Error)
	}
}

func TestARestartThatNamesAnExecutionFollowsIt(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Succeeded})
	w.others.Put(gennaker.Execution{ID: "shop/child/old", Application: "shop", Name: "child", Status: gennaker.Succeeded,
		Stages: []gennaker.StageExecution{stageEnding(gennaker.Succeeded, map[string]any{"image": "shop:8"})}})
	document := `{"application": "shop", "name": "parent", "stages": [
		{"refId": "1", "type": "pipeline", "pipeline": "child"},
		{"refId": "2", "type": "wait", "waitTime": 100}]}`
	w.update(time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1", User: "bob", Attach: "shop/child/old"})
	e := w.run(document, nil)
	if e.Status != gennaker.Succeeded || len(w.others.Started()) != 1 || e.Stages[0].Outputs["image"] != "shop:8" {
		t.Errorf("ended %s after %d starts with %v: %s", e.Status, len(w.others.Started()), e.Stages[0].Outputs, e.Error)
	}
}

func TestAnExecutionThatIsContinuedLeavesItsChildAlone(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	w.when("AwaitExecution", func() {
		w.env.SetContinueAsNewSuggested(true)
		w.env.UpdateWorkflow(gennaker.UpdatePause, "", &answer{}, gennaker.Command{User: "bob"})
	})
	w.env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: decode(t, parentOf(``))})
	if err := w.env.GetWorkflowError(); !workflow.IsContinueAsNewError(err) {
		t.Fatalf("ended with %v, want to be continued", err)
	}
	value, err := w.env.QueryWorkflow(gennaker.QueryState)
	if err != nil {
		t.Fatal(err)
	}
	var e gennaker.Execution
	if err := value.Get(&e); err != nil {
		t.Fatal(err)
	}
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if err != nil || child.Status != gennaker.Running {
		t.Errorf("the child is %s, %v, want it to run", child.Status, err)
	}
}

func TestAContinuedExecutionFollowsTheChildItHas(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Succeeded})
	w.others.Put(gennaker.Execution{ID: "shop/child/old", Application: "shop", Name: "child", Status: gennaker.Succeeded})
	stage := gennaker.StageExecution{RefID: "1", Type: "pipeline", Name: "Run child", Status: gennaker.Running,
		StartTime: w.begun, Executions: []string{"shop/child/old"}}
	e := w.start(gennaker.Start{Pipeline: decode(t, parentOf(``)), Continued: &gennaker.Execution{
		ID: executionID, Application: "shop", Name: "parent", Status: gennaker.Running, StartTime: w.begun, Stages: []gennaker.StageExecution{stage}}})
	if e.Status != gennaker.Succeeded || len(w.others.Started()) != 0 || e.Stages[0].Outputs["executionId"] != "shop/child/old" {
		t.Errorf("ended %s after %d starts with %v: %s", e.Status, len(w.others.Started()), e.Stages[0].Outputs, e.Error)
	}
}

func TestAPipelineStageBindsWhatItsChildMade(t *testing.T) {
	made := stageEnding(gennaker.Succeeded, map[string]any{"artifacts": []any{map[string]any{"type": "docker/image", "name": "shop", "reference": "shop:7"}}})
	e := withChild(t, gennaker.Execution{Status: gennaker.Succeeded, Stages: []gennaker.StageExecution{made}}).run(parentOf(
		`, "expectedArtifacts": [{"id": "image", "matchArtifact": {"type": "docker/image"}}]`), nil)
	if s := e.Stages[0]; s.Status != gennaker.Succeeded || !strings.Contains(fmt.Sprint(s.Outputs["resolvedExpectedArtifacts"]), "shop:7") {
		t.Errorf("ended %s with %v: %s", s.Status, s.Outputs, s.Error)
	}
}

func TestAPipelineStageThatIsSkippableLetsItsChildGo(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	document := `{"application": "shop", "name": "parent", "stages": [
		{"refId": "1", "type": "pipeline", "pipeline": "child", "skippable": true},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": 1}]}`
	skip := w.update(50*time.Millisecond, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "bob"})
	e := w.run(document, nil)
	if got := statuses(e); skip.err != nil || got != "1=SKIPPED 2=SUCCEEDED" {
		t.Fatalf("stages = %s, %v", got, skip.err)
	}
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if err != nil || child.Status != gennaker.Running {
		t.Errorf("the child is %s, %v, want it to go on", child.Status, err)
	}
}

func TestAPipelineStageIsNotSkippableUnlessItSaysSo(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	skip := w.update(50*time.Millisecond, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "bob"})
	w.update(60*time.Millisecond, gennaker.UpdateCancel, gennaker.Command{User: "bob"})
	w.run(parentOf(``), nil)
	if skip.err == nil {
		t.Error("the stage was skipped")
	}
}

func TestASkippableStageEndsAndIsCancelledAsOthers(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	w.update(50*time.Millisecond, gennaker.UpdateCancel, gennaker.Command{User: "bob"})
	e := w.run(parentOf(`, "skippable": true`), nil)
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if e.Status != gennaker.Canceled || err != nil || child.Status != gennaker.Canceled {
		t.Errorf("ended %s, and the child is %s, %v", e.Status, child.Status, err)
	}
	e = withChild(t, gennaker.Execution{Status: gennaker.Succeeded}).run(parentOf(`, "skippable": true`), nil)
	if e.Status != gennaker.Succeeded {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
}
