package workflows_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// restartedChild runs an execution that shop/parent/1 started and that was
// restarted; the parent's stage is like that.
func restartedChild(t *testing.T, stage gennaker.StageExecution) (*world, gennaker.Execution) {
	w := newWorld(t)
	stage.RefID, stage.Name = "7", "Run child"
	status := gennaker.Terminal
	if !stage.Status.Complete() {
		status = gennaker.Running
	}
	w.others.Put(gennaker.Execution{ID: "shop/parent/1", Status: status, Stages: []gennaker.StageExecution{stage}})
	document := `{"application": "shop", "name": "child", "stages": [{"refId": "1", "type": "wait", "waitTime": 100}]}`
	e := w.start(gennaker.Start{Pipeline: decode(t, document),
		Trigger:   gennaker.Trigger{Type: "pipeline", User: "ada", Parent: &gennaker.Parent{Execution: "shop/parent/1", Stage: "7", Depth: 1}},
		Restarted: &gennaker.Restart{Stage: "1", User: "bob"}})
	return w, e
}

func TestARestartedChildRestartsItsParentsStage(t *testing.T) {
	w, e := restartedChild(t, gennaker.StageExecution{Status: gennaker.Terminal})
	if e.Status != gennaker.Succeeded || len(e.Notices) != 0 || len(w.others.Restarts) != 1 {
		t.Fatalf("ended %s with %v after %d restarts", e.Status, e.Notices, len(w.others.Restarts))
	}
	if got := w.others.Restarts[0]; got.Stage != "7" || got.User != "bob" || got.Attach != executionID || got.Token == "" {
		t.Errorf("the parent was asked %+v", got)
	}
}

func TestTheParentIsRestartedOnce(t *testing.T) {
	w, _ := restartedChild(t, gennaker.StageExecution{Status: gennaker.Terminal})
	token := w.others.Restarts[0].Token
	w, e := restartedChild(t, gennaker.StageExecution{Status: gennaker.Terminal, Restarted: &gennaker.Restart{Token: token}})
	if len(w.others.Restarts) != 0 || len(e.Notices) != 0 {
		t.Errorf("the parent was asked again: %v, %v", w.others.Restarts, e.Notices)
	}
}

func TestAParentThatCannotBeRestartedIsANotice(t *testing.T) {
	w := newWorld(t)
	document := `{"application": "shop", "name": "child", "stages": [{"refId": "1", "type": "wait", "waitTime": 1}]}`
	e := w.start(gennaker.Start{Pipeline: decode(t, document),
		Trigger:   gennaker.Trigger{Parent: &gennaker.Parent{Execution: "shop/parent/1", Stage: "7"}},
		Restarted: &gennaker.Restart{Stage: "1", User: "bob"}})
	if e.Status != gennaker.Succeeded || len(e.Notices) != 1 || !strings.Contains(e.Notices[0].Text, "was not restarted: execution shop/parent/1: not found") {
		t.Errorf("ended %s with %v", e.Status, e.Notices)
	}
}

func TestAnExecutionThatWasNotRestartedLeavesItsParentAlone(t *testing.T) {
	w := newWorld(t)
	w.others.Put(gennaker.Execution{ID: "shop/parent/1", Status: gennaker.Terminal,
		Stages: []gennaker.StageExecution{{RefID: "7", Status: gennaker.Terminal}}})
	document := `{"application": "shop", "name": "child", "stages": [{"refId": "1", "type": "wait", "waitTime": 1}]}`
	w.start(gennaker.Start{Pipeline: decode(t, document), Trigger: gennaker.Trigger{Parent: &gennaker.Parent{Execution: "shop/parent/1", Stage: "7"}}})
	if len(w.others.Restarts) != 0 {
		t.Errorf("the parent was asked %v", w.others.Restarts)
	}
}

func TestAParentsStageThatHasNotBegunIsLeftAlone(t *testing.T) {
	w, e := restartedChild(t, gennaker.StageExecution{Status: gennaker.NotStarted})
	if len(w.others.Restarts) != 0 || len(e.Notices) != 0 {
		t.Errorf("the parent was asked %v, %v", w.others.Restarts, e.Notices)
	}
}

func TestAStageThatRunsSeveralPipelinesIsNotRestarted(t *testing.T) {
	w, e := restartedChild(t, gennaker.StageExecution{Type: "runMultiplePipelines", Status: gennaker.Terminal})
	if len(w.others.Restarts) != 0 || len(e.Notices) != 1 || !strings.Contains(e.Notices[0].Text, "restart it yourself") {
		t.Errorf("the parent was asked %v; %v", w.others.Restarts, e.Notices)
	}
}
