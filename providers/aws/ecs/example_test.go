package ecs_test

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

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/providers"
	provider "github.com/gennaker/gennaker/providers/aws/ecs"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// document is that of examples/aws.
func document(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../examples/aws/ecs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// execute runs a document with the real workflows and activities.
func execute(t *testing.T, document, id string, cloud *provider.Cloud, parameters map[string]any) gennaker.Execution {
	t.Helper()
	d, err := pipeline.Decode([]byte(document), stages.Table.Configs())
	if err != nil {
		t.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(time.Minute)
	workflows.Register(env, stages.Table)
	activities.Register(env, activities.New(activities.Config{Pipelines: &store.Memory{}, Executions: &executions.Memory{},
		Providers: providers.NewRegistry(map[string]providers.Provider{"ecs": cloud})}))
	env.ExecuteWorkflow(gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline,
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: parameters}})
	var e gennaker.Execution
	var failed *temporal.ApplicationError
	switch err := env.GetWorkflowError(); {
	case err == nil:
		err = env.GetWorkflowResult(&e)
		if err != nil {
			t.Fatal(err)
		}
	case errors.As(err, &failed):
		if err := failed.Details(&e); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatal(err)
	}
	return e
}

func TestTheExampleDeploysRedBlack(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	for i, image := range []string{"shop:1", "shop:2"} {
		e := execute(t, document(t), "shop/ecs/"+image, cloud, map[string]any{"image": image})
		if e.Status != gennaker.Succeeded {
			t.Fatalf("execution %d is %s: %+v", i+1, e.Status, e.Stages)
		}
	}
	list, err := cloud.List(t.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil || len(list) != 2 {
		t.Fatalf("List = %+v, %v, want two server groups", list, err)
	}
	was, is := list[0], list[1]
	if was.Enabled || len(was.Instances) > 0 || was.Capacity.Desired != 2 || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it at rest, with the two instances to be that it had", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 2 || is.Image != "shop:2" || is.Name != "shop-web-v001" {
		t.Errorf("the new server group is %+v, want it up with two instances", is)
	}
}

// The containers of the second one never pass their health checks: ministack
// makes none.
func TestWhatNeverIsHealthyIsTakenBack(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	if e := execute(t, document(t), "shop/ecs/1", cloud, nil); e.Status != gennaker.Succeeded {
		t.Fatalf("the first execution is %s: %+v", e.Status, e.Stages)
	}
	sick := strings.NewReplacer("dockerImageAddress: ${parameters.image}", `taskDefinition: {cpu: "256", memory: "512", containerDefinitions: [{name: web, image: shop, essential: true, healthCheck: {command: [CMD, "false"]}}]}`,
		"computeUnits: 256", "", "reservedMemory: 512", "", "environmentVariables: {COLOR: blue}", "").Replace(document(t))
	e := execute(t, sick, "shop/ecs/2", cloud, map[string]any{"patience": "2"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "its health checks have not passed yet") {
		t.Errorf("the second execution is %s: %s; want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	list, err := cloud.List(t.Context(), gennaker.Scope{})
	if err != nil || len(list) != 1 || !list[0].Enabled || list[0].Count(gennaker.Up) != 2 {
		t.Errorf("left are %+v, %v, want the first server group as it was", list, err)
	}
}
