// Package exampletest runs the pipelines of the examples in tests: with the real
// workflows and activities, in Temporal's test environment, on clouds that the
// test has started.
package exampletest

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// Document is a file of the test's folder.
func Document(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Accounts opens those of the folder's worker.yaml, after each first text in it
// is replaced by the one that follows: what the example says, and what it is
// here.
func Accounts(t testing.TB, replace ...string) *providers.Registry {
	t.Helper()
	text := Document(t, "worker.yaml")
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("worker.yaml does not say %s", replace[i])
		}
	}
	file := filepath.Join(t.TempDir(), "worker.yaml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(replace...).Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := worker.Load(file, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]providers.Provider{}
	for _, account := range c.Accounts {
		all[account.Name] = account.Provider
	}
	return providers.NewRegistry(all)
}

// On is what activities need for the accounts.
func On(accounts *providers.Registry) activities.Config {
	return activities.Config{Providers: accounts}
}

// Run runs a document to its end, and returns the execution as that tells it.
func Run(t testing.TB, document string, c activities.Config, parameters map[string]any) gennaker.Execution {
	t.Helper()
	d, err := pipeline.Decode([]byte(document), stages.Table.Configs())
	if err != nil {
		t.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: d.Pipeline.Application + "/" + d.Pipeline.Name + "/" + rand.Text(), TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(2 * time.Minute)
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	workflows.Register(env, stages.Table)
	c.Pipelines, c.Executions = &store.Memory{}, &executions.Memory{}
	activities.Register(env, activities.New(c))
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline,
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: parameters}})
	var e gennaker.Execution
	var failed *temporal.ApplicationError
	err = env.GetWorkflowError()
	if err == nil {
		err = env.GetWorkflowResult(&e)
	} else if errors.As(err, &failed) {
		err = failed.Details(&e)
	}
	if err != nil {
		t.Fatalf("the execution's end: %v", err)
	}
	return e
}

// Succeed runs a document to SUCCEEDED.
func Succeed(t testing.TB, document string, c activities.Config, parameters map[string]any) gennaker.Execution {
	t.Helper()
	e := Run(t, document, c, parameters)
	if e.Status != gennaker.Succeeded {
		for _, s := range e.Stages {
			t.Logf("%s is %s: %s", s.RefID, s.Status, s.Error)
		}
		t.Fatalf("the execution is %s, want SUCCEEDED", e.Status)
	}
	return e
}
