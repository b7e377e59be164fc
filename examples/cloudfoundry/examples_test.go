package examples_test

import (
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
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// foundry is what make cf starts, with the account of worker.yaml.
type foundry struct {
	*testing.T
	registry *providers.Registry
}

func start(t *testing.T) *foundry {
	t.Helper()
	server, err := cftest.Serve(cftest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddSpace("shop", "dev")
	server.AddSpace("shop", "prod")
	server.AddDomain("apps.example.com")
	data, err := os.ReadFile("worker.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "worker.yaml")
	text := strings.NewReplacer("http://127.0.0.1:7247", server.URL, "500ms", "10ms").Replace(string(data))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
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
	return &foundry{t, providers.NewRegistry(all)}
}

// execute runs a document with the real workflows and activities.
func (f *foundry) execute(name string, parameters map[string]any) gennaker.Execution {
	f.Helper()
	document, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	d, err := pipeline.Decode(document, stages.Table.Configs())
	if err != nil {
		f.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "shop/example/" + f.Name(), TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	workflows.Register(env, stages.Table)
	activities.Register(env, activities.New(activities.Config{Pipelines: &store.Memory{}, Executions: &executions.Memory{}, Providers: f.registry}))
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
		f.Fatalf("the execution's end: %v", err)
	}
	return e
}

func (f *foundry) groups() []gennaker.ServerGroup {
	f.Helper()
	cloud, err := providers.Find[providers.ServerGroups](f.registry, "cf")
	if err != nil {
		f.Fatal(err)
	}
	list, err := cloud.List(f.Context(), gennaker.Scope{Region: "shop > dev", Cluster: "shop-web"})
	if err != nil {
		f.Fatal(err)
	}
	return list
}

func TestCloudFoundryExchangesInstances(t *testing.T) {
	f := start(t)
	for _, image := range []string{"shop:1", "shop:2"} {
		e := f.execute("rollingredblack.yaml", map[string]any{"image": image})
		if e.Status != gennaker.Succeeded || e.Stages[1].Outputs["version"] != "7" {
			t.Fatalf("with %s it ended %s: %s, outputs %v", image, e.Status, e.Error, e.Stages[1].Outputs)
		}
	}
	list := f.groups()
	if len(list) != 2 {
		t.Fatalf("there are %+v, want two server groups", list)
	}
	was, is := list[0], list[1]
	if was.Enabled || len(was.Instances) > 0 || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it empty and out of traffic", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 4 || is.Image != "shop:2" {
		t.Errorf("the new server group is %+v, want it up with four instances", is)
	}
}

// The instances of the second app crash: the first has what it had.
func TestASickAppIsTakenBack(t *testing.T) {
	f := start(t)
	if e := f.execute("rollingredblack.yaml", map[string]any{"image": "shop:1"}); e.Status != gennaker.Succeeded {
		t.Fatalf("the first ended %s: %s", e.Status, e.Error)
	}
	e := f.execute("rollingredblack.yaml", map[string]any{"image": "shop-sick", "patience": "1"})
	list := f.groups()
	if e.Status != gennaker.Terminal || len(list) != 1 || list[0].Image != "shop:1" || !list[0].Enabled || list[0].Count(gennaker.Up) != 4 {
		t.Errorf("it ended %s: %s, with %+v; want the first whole", e.Status, e.Error, list)
	}
	if !strings.Contains(e.Error, "CRASHED") {
		t.Errorf("error = %q, want what Cloud Foundry says", e.Error)
	}
}
