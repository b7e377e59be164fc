package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

const onCondition = `{"application": "shop", "name": "deploy", "stages": [
	{"refId": "1", "type": "waitForCondition", "cluster": "shop-main", "status": "${parameters.status}"},
	{"refId": "2", "type": "group", "requisiteStageRefIds": ["1"]}]}`

func TestAConditionIsWaitedForUntilSomebodySkipsIt(t *testing.T) {
	for _, status := range []string{"WAITING", "ERROR", ""} {
		w := newWorld(t)
		w.view(time.Minute, func(e gennaker.Execution) {
			if got := e.Stages[0].Waiting; got != "the condition of cluster shop-main to be over, until somebody skips the wait" {
				t.Errorf("it waits for %q", got)
			}
		})
		skip := w.update(90*time.Minute, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "ada"})
		e := w.run(onCondition, map[string]any{"status": status})
		if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != 90*time.Minute || skip.err != nil {
			t.Errorf("%q: ended %s after %s, skip = %v: %s", status, e.Status, took, skip.err, e.Error)
		}
	}
}

func TestAConditionThatIsSkippedInTheDocumentIsNotWaitedFor(t *testing.T) {
	e := newWorld(t).run(onCondition, map[string]any{"status": "SKIPPED"})
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != 0 {
		t.Errorf("ended %s after %s: %s", e.Status, took, e.Error)
	}
}

func TestAConditionIsNotWaitedForForEver(t *testing.T) {
	e := newWorld(t).run(onCondition, map[string]any{"status": "WAITING"})
	if took := e.EndTime.Sub(e.StartTime); statuses(e) != "1=TERMINAL 2=NOT_STARTED" || took != 2*time.Hour {
		t.Errorf("ended with %s after %s", statuses(e), took)
	}
}

func TestWaitingForAConditionIsCancelledAtOnce(t *testing.T) {
	w := newWorld(t)
	w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(onCondition, map[string]any{"status": "WAITING"})
	if took := e.EndTime.Sub(e.StartTime); statuses(e) != "1=CANCELED 2=NOT_STARTED" || took != time.Minute {
		t.Errorf("ended with %s after %s", statuses(e), took)
	}
}

func TestAConditionHasThreeStatuses(t *testing.T) {
	e := newWorld(t).run(onCondition, map[string]any{"status": "DONE"})
	if got := e.Stages[0].Error; !strings.HasSuffix(got, `"DONE" is not WAITING, SKIPPED or ERROR`) {
		t.Errorf("ended %s: %s", e.Status, got)
	}
}

func TestAGroupDoesNothing(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "group", "name": "Europe"}]}`, nil)
	if statuses(e) != "1=SUCCEEDED" || len(e.Stages[0].Outputs) > 0 {
		t.Errorf("ended with %s and %v", statuses(e), e.Stages[0].Outputs)
	}
}
