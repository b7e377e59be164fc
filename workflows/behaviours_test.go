package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// behaviours are what people who come from Spinnaker rely on, each by its
// name. `make test` prints them.
var behaviours = []struct {
	name string
	run  func(*testing.T)
}{
	{"linear", linear},
	{"fork and join", forkAndJoin},
	{"a branch that ends early", branchEndsEarly},
	{"a stage skipped", stageSkipped},
	{"one branch fails while another runs", branchFails},
	{"allowed failure", allowedFailure},
	{"fail but finish other branches", failAfterOthers},
	{"cancel reaches children promptly", cancelReachesChildren},
	{"a window delays, and two parallel windows do not double", windowsDoNotDouble},
	{"restart is not stalled by an old cancel", restartAfterCancel},
	{"conditional stage evaluated again after a restart", conditionAgain},
	{"synthetic failure stages", TestSyntheticFailureStages},
	{"a join waits for the slowest", TestAJoinWaitsForAllItsRequisites},
	{"a 500-stage pipeline completes, and restarts at stage 250", fiveHundredStages},
	{"a 3-day judgment times out", threeDays},
	{"pause during a wait does not eat the wait", TestPausedTimeDoesNotCount},
	{"queue order with three waiting executions in both modes", TestQueueOrderWithThreeWaitingExecutions},
	{"a child pipeline restarted restarts its parent's stage", childRestartsParent},
	{"an execution continues as new before the history limit without anyone noticing", TestAnExecutionContinuesAsNewWithoutAnyoneNoticing},
}

func TestBehaviours(t *testing.T) {
	for _, b := range behaviours {
		t.Run(b.name, b.run)
	}
}

// document is a pipeline of stages, each written as refId, type, fields and,
// after an arrow, its requisites.
func document(stages ...string) string {
	return `{"application": "shop", "name": "deploy", "stages": [{` + strings.Join(stages, "}, {") + `}]}`
}

// waits is a stage that waits for seconds once others have passed.
func waits(ref string, seconds int, after ...string) string {
	return fmt.Sprintf(`"refId": %q, "type": "wait", "waitTime": %d%s`, ref, seconds, requires(after))
}

// fails is a stage that fails, with more fields.
func fails(ref, options string, after ...string) string {
	return fmt.Sprintf(`"refId": %q, "type": "broken"%s%s`, ref, options, requires(after))
}

func requires(after []string) string {
	if len(after) == 0 {
		return ""
	}
	return `, "requisiteStageRefIds": ["` + strings.Join(after, `", "`) + `"]`
}

// wantEnd holds an execution against how it was to end.
func wantEnd(t *testing.T, e gennaker.Execution, status gennaker.Status, stages string, took time.Duration) {
	t.Helper()
	if got := statuses(e); e.Status != status || got != stages || e.EndTime.Sub(e.StartTime) != took {
		t.Errorf("ended %s after %s with %s (%s)\nwant %s after %s with %s", e.Status, e.EndTime.Sub(e.StartTime), got, e.Error, status, took, stages)
	}
}

func linear(t *testing.T) {
	e := newWorld(t).run(document(waits("1", 60), waits("2", 60, "1"), waits("3", 60, "2")), nil)
	wantEnd(t, e, gennaker.Succeeded, "1=SUCCEEDED 2=SUCCEEDED 3=SUCCEEDED", 3*time.Minute)
}

func forkAndJoin(t *testing.T) {
	e := newWorld(t).run(document(waits("1", 60), waits("a", 60, "1"), waits("b", 120, "1"), waits("2", 60, "a", "b")), nil)
	wantEnd(t, e, gennaker.Succeeded, "1=SUCCEEDED a=SUCCEEDED b=SUCCEEDED 2=SUCCEEDED", 4*time.Minute)
}

func branchEndsEarly(t *testing.T) {
	e := newWorld(t).run(document(waits("1", 60), fails("a", `, "failPipeline": false`, "1"), waits("a2", 60, "a"), waits("b", 60, "1"),
		waits("join", 60, "a2", "b")), nil)
	wantEnd(t, e, gennaker.Succeeded, "1=SUCCEEDED a=STOPPED a2=NOT_STARTED b=SUCCEEDED join=NOT_STARTED", 2*time.Minute)
}

func stageSkipped(t *testing.T) {
	e := newWorld(t).run(document(waits("1", 60), waits("2", 3600, "1")+`, "stageEnabled": {"type": "expression", "expression": "1 > 2"}`,
		waits("3", 60, "2")), nil)
	wantEnd(t, e, gennaker.Succeeded, "1=SUCCEEDED 2=SKIPPED 3=SUCCEEDED", 2*time.Minute)
}

func branchFails(t *testing.T) {
	e := newWorld(t).run(document(waits("1", 60), fails("a", "", "1"), waits("b", 3600, "1"), waits("c", 60, "b")), nil)
	wantEnd(t, e, gennaker.Terminal, "1=SUCCEEDED a=TERMINAL b=CANCELED c=NOT_STARTED", time.Minute)
}

func allowedFailure(t *testing.T) {
	e := newWorld(t).run(document(fails("1", `, "failPipeline": false, "continuePipeline": true`), waits("2", 60, "1")), nil)
	wantEnd(t, e, gennaker.Succeeded, "1=FAILED_CONTINUE 2=SUCCEEDED", time.Minute)
}

func failAfterOthers(t *testing.T) {
	e := newWorld(t).run(document(fails("a", `, "failPipeline": false, "completeOtherBranchesThenFail": true`), waits("b", 60), waits("c", 60, "b")), nil)
	wantEnd(t, e, gennaker.Terminal, "a=STOPPED b=SUCCEEDED c=SUCCEEDED", 2*time.Minute)
}

func cancelReachesChildren(t *testing.T) {
	w := withChild(t, gennaker.Execution{Status: gennaker.Running})
	w.when("AwaitExecution", func() { w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"}) })
	e := w.run(parentOf(""), nil)
	child, err := w.others.State(t.Context(), refTo(e.Stages[0].Executions[0]))
	if took := e.EndTime.Sub(e.Cancel.At); err != nil || e.Status != gennaker.Canceled || child.Status != gennaker.Canceled || took > 5*time.Second {
		t.Errorf("ended %s, its child %s, %s after the word (%v)", e.Status, child.Status, took, err)
	}
}

func windowsDoNotDouble(t *testing.T) {
	t.Run("one", TestAWindowDelaysItsStage)
	t.Run("two", TestTwoParallelWindowsDoNotDouble)
}

// again runs an execution once more from a stage, as a restart of a finished
// one does.
func again(t *testing.T, e gennaker.Execution, document, stage string, parameters map[string]any) gennaker.Execution {
	t.Helper()
	r := gennaker.Restart{Stage: stage, User: "ada"}
	if _, err := e.Rewind(r); err != nil {
		t.Fatalf("Rewind = %v", err)
	}
	return newWorld(t).start(gennaker.Start{Pipeline: decode(t, document), Carried: e.Stages, Restarted: &r,
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: parameters}})
}

func restartAfterCancel(t *testing.T) {
	d := document(waits("1", 60), waits("2", 60, "1"))
	w := newWorld(t)
	w.update(90*time.Second, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(d, nil)
	wantEnd(t, e, gennaker.Canceled, "1=SUCCEEDED 2=CANCELED", 90*time.Second)
	wantEnd(t, again(t, e, d, "2", nil), gennaker.Succeeded, "1=SUCCEEDED 2=SUCCEEDED", time.Minute)
}

func conditionAgain(t *testing.T) {
	d := document(`"refId": "1", "type": "evaluateVariables", "variables": [{"key": "go", "value": "${parameters.go}"}]`,
		waits("2", 60, "1")+`, "stageEnabled": {"type": "expression", "expression": "${go == 'yes'}"}`)
	e := newWorld(t).run(d, map[string]any{"go": "no"})
	wantEnd(t, e, gennaker.Succeeded, "1=SUCCEEDED 2=SKIPPED", 0)
	wantEnd(t, again(t, e, d, "1", map[string]any{"go": "yes"}), gennaker.Succeeded, "1=SUCCEEDED 2=SUCCEEDED", time.Minute)
}

// fiveHundredStages are as many in a row; what each run of that costs in events
// is counted against a real Temporal, in dev.
func fiveHundredStages(t *testing.T) {
	const n = 500
	stages := make([]string, n)
	for i := range n {
		stages[i] = waits(fmt.Sprint(i), 60, fmt.Sprint(i-1))
	}
	stages[0] = waits("0", 60)
	d := document(stages...)
	e := newWorld(t).run(d, nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != n*time.Minute {
		t.Fatalf("ended %s after %s: %s", e.Status, took, e.Error)
	}
	first := e.Stages[0].EndTime
	e = again(t, e, d, "250", nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != (n-250)*time.Minute || !e.Stages[0].EndTime.Equal(first) {
		t.Errorf("restarted, it ended %s after %s: %s", e.Status, took, e.Error)
	}
}

func threeDays(t *testing.T) {
	e := newWorld(t).run(document(`"refId": "1", "type": "manualJudgment"`), nil)
	wantEnd(t, e, gennaker.Terminal, "1=TERMINAL", 72*time.Hour)
}

// childRestartsParent restarts a child that has ended: its parent, which has
// ended too, is restarted at the stage that started it, and follows it.
func childRestartsParent(t *testing.T) {
	t.Run("the child", TestARestartedChildRestartsItsParentsStage)
	t.Run("the parent", func(t *testing.T) {
		w := newWorld(t)
		w.stored = store.Memory{{Application: "shop", Name: "child"}}
		w.others.Put(gennaker.Execution{ID: "shop/child/1", Application: "shop", Name: "child", Status: gennaker.Succeeded})
		failed := gennaker.StageExecution{RefID: "1", Type: "pipeline", Name: "Run child", Status: gennaker.Terminal}
		e := gennaker.Execution{ID: executionID, Stages: []gennaker.StageExecution{failed}}
		r := gennaker.Restart{Stage: "1", User: "ada", Attach: "shop/child/1"}
		if _, err := e.Rewind(r); err != nil {
			t.Fatal(err)
		}
		e = w.start(gennaker.Start{Pipeline: decode(t, parentOf("")), Carried: e.Stages, Restarted: &r, Trigger: gennaker.Trigger{User: "ada"}})
		if e.Status != gennaker.Succeeded || len(w.others.Started()) != 0 || e.Stages[0].Outputs["executionId"] != "shop/child/1" {
			t.Errorf("ended %s after %d starts with %v: %s", e.Status, len(w.others.Started()), e.Stages[0].Outputs, e.Error)
		}
	})
}
