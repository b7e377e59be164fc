package workflows_test

import (
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

func TestACorrelationIDIsHeldUntilItsExecutionHasEnded(t *testing.T) {
	w := newWorld(t)
	w.putOthers()
	w.env.ExecuteWorkflow(gennaker.CorrelationWorkflow, gennaker.Correlation{Execution: "shop/x/bad"})
	if err := w.env.GetWorkflowError(); err != nil || !w.env.IsWorkflowCompleted() {
		t.Errorf("ended with %v", err)
	}
}

func TestACorrelationIDIsNotHeldForAnExecutionThatNeverStarts(t *testing.T) {
	w := newWorld(t)
	w.env.ExecuteWorkflow(gennaker.CorrelationWorkflow, gennaker.Correlation{Execution: "shop/x/nothing"})
	held := w.env.Now().Sub(w.begun)
	if err := w.env.GetWorkflowError(); err != nil || held < 2*time.Minute || held > 3*time.Minute {
		t.Errorf("held for %s, and ended with %v; want two minutes", held, err)
	}
}
