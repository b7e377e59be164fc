package examples_test

import (
	"errors"
	"log/slog"
	"os"
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
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// execute runs a document of this folder with the real workflows and
// activities.
func execute(t *testing.T, name string, c activities.Config, parameters map[string]any) gennaker.Execution {
	t.Helper()
	document, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := pipeline.Decode(document, stages.Table.Configs())
	if err != nil {
		t.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "shop/example/" + t.Name(), TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	workflows.Register(env, stages.Table)
	c.Pipelines, c.Executions = &store.Memory{}, &executions.Memory{}
	activities.Register(env, activities.New(c))
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline, Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: parameters}})
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

// cluster is an account of a real control plane, and a namespace of it.
func cluster(t *testing.T) (activities.Config, string) {
	t.Helper()
	c := kubetest.Use(t)
	cloud, err := kubernetes.New(kubernetes.Config{Account: "kube", Kubeconfig: c.Kubeconfig()})
	if err != nil {
		t.Fatal(err)
	}
	return activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"kube": cloud})}, c.Namespace(t)
}

func TestAJobRunsBeforeWhatFollows(t *testing.T) {
	c, namespace := cluster(t)
	e := execute(t, "job.yaml", c, map[string]any{"namespace": namespace})
	if e.Status != gennaker.Succeeded || e.Stages[1].Outputs["migrated"] != "12 tables" {
		t.Errorf("it ended %s: %s, outputs %v", e.Status, e.Error, e.Stages[1].Outputs)
	}
}

func TestAJobThatFailsEndsThePipeline(t *testing.T) {
	c, namespace := cluster(t)
	e := execute(t, "job.yaml", c, map[string]any{"namespace": namespace, "image": "shop/migrate-fails:1"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "container migrate of pod shop-migrate-") || !strings.Contains(e.Error, "exited with status 3") {
		t.Errorf("it ended %s: %s, want it to fail with what Kubernetes says", e.Status, e.Error)
	}
}
