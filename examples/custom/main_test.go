package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

func TestAChangeFreezeStopsThePipelineOnItsDays(t *testing.T) {
	calendar := filepath.Join(t.TempDir(), "calendar")
	if err := os.WriteFile(calendar, []byte("2026-12-24 Christmas\n2026-12-31 New Year's Eve\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, calendar string
		day            int
		want           string // of the error; none if it may go on
	}{
		{"a day in the calendar", calendar, 24, "nothing may be changed on 2026-12-24: Christmas"},
		{"another day", calendar, 25, ""},
		{"no calendar", calendar + ".gone", 25, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := release(t, c.calendar, time.Date(2026, 12, c.day, 12, 0, 0, 0, time.UTC))
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("ended with %v, want %q", err, c.want)
			}
		})
	}
}

// release runs the example's document on a day.
func release(t *testing.T, calendar string, day time.Time) error {
	types := stages.Table.With(own)
	text, err := os.ReadFile("pipeline.yml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := pipeline.Decode(text, types.Configs())
	if err != nil {
		t.Fatal(err)
	}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	env.SetStartTime(day)
	workflows.Register(env, types)
	env.RegisterActivity(Frozen)
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline,
		Trigger: gennaker.Trigger{User: "ada", Parameters: map[string]any{"calendar": calendar}}})
	return env.GetWorkflowError()
}
