package dev

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev/devtest"
)

// TestWorkersShareTheLoad runs executions with two workers that know nothing of
// each other: both must have done some of the work.
func TestWorkersShareTheLoad(t *testing.T) {
	address, c := connect(t)
	bin, err := devtest.Programs("worker/gennaker-worker")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bin, "gennaker-worker")
	for range 2 {
		w := exec.Command(program)
		w.Env = append(w.Environ(), "GENNAKER_TEMPORAL_ADDRESS="+address)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = w.Process.Kill()
			_ = w.Wait()
		})
	}
	served := map[string]bool{}
	for n := 0; len(served) < 2; n++ {
		if n == 20 {
			t.Fatalf("after %d executions only %v had worked", n*parallelNoops, served)
		}
		for id := range runNoops(t, c, n) {
			served[id] = true
		}
	}
}

const parallelNoops = 10

// runNoops runs an execution of stages that can run at the same time, and
// returns the identities of the workers that ran their activities.
func runNoops(t *testing.T, c client.Client, n int) map[string]bool {
	t.Helper()
	p := gennaker.Pipeline{Application: "share", Name: "load"}
	for i := range parallelNoops {
		p.Stages = append(p.Stages, gennaker.Stage{RefID: fmt.Sprint(i), Type: "noop"})
	}
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: fmt.Sprintf("share/load/%d", n),
		TaskQueue: gennaker.TaskQueue}, gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: p})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	identities := map[string]bool{}
	events := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		if started := e.GetActivityTaskStartedEventAttributes(); started != nil {
			identities[started.GetIdentity()] = true
		}
	}
	return identities
}
