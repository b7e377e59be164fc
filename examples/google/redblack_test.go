package examples_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
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
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// onCompute is a simulated Compute Engine, held against Google's description
// of it, and an account on it.
type onCompute struct {
	*testing.T
	*googletest.Server
	account *google.Cloud
	runs    int
}

func startCompute(t *testing.T) *onCompute {
	t.Helper()
	dir, err := discovery.Dir()
	if err != nil {
		t.Fatal(err)
	}
	api, err := discovery.Load(dir, "compute/v1")
	if err != nil {
		t.Fatal(err)
	}
	server, err := googletest.Serve(googletest.Config{Clock: googletest.Fast(100), Judge: func(cloud http.Handler) http.Handler {
		return api.Check(cloud, func(err error) { t.Error(err) })
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	demo := server.Project("demo")
	for _, name := range []string{"shop-1", "shop-2", "shop-sick"} {
		demo.AddImage(googletest.Image{Name: name})
	}
	demo.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: demo.AddHealthCheck(googletest.HealthCheck{Name: "shop"})})
	account, err := google.New(google.Config{Account: "gce", Project: "demo", Regions: []string{"us-central1"},
		Endpoint: server.URL + "/compute/v1/", Anonymous: true, LookEvery: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return &onCompute{T: t, Server: server, account: account}
}

// deploy runs the example with the real workflows and activities.
func (o *onCompute) deploy(parameters map[string]any) gennaker.Execution {
	o.Helper()
	data, err := os.ReadFile("redblack.yaml")
	if err != nil {
		o.Fatal(err)
	}
	d, err := pipeline.Decode(data, stages.Table.Configs())
	if err != nil {
		o.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	o.runs++
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: fmt.Sprintf("shop/redblack/%d", o.runs), TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(time.Minute)
	workflows.Register(env, stages.Table)
	registry := providers.NewRegistry(map[string]providers.Provider{"gce": o.account})
	activities.Register(env, activities.New(activities.Config{Pipelines: &store.Memory{}, Executions: &executions.Memory{}, Providers: registry}))
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
		o.Fatalf("the execution's end: %v", err)
	}
	return e
}

func (o *onCompute) succeed(image string) {
	o.Helper()
	if e := o.deploy(map[string]any{"image": image}); e.Status != gennaker.Succeeded {
		o.Fatalf("the deployment of %s is %s: %s", image, e.Status, e.Stages[0].Error)
	}
}

func (o *onCompute) serverGroups() []gennaker.ServerGroup {
	o.Helper()
	list, err := o.account.List(o.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil {
		o.Fatal(err)
	}
	return list
}

func TestRedBlackOnGoogle(t *testing.T) {
	t.Parallel()
	o := startCompute(t)
	o.succeed("shop-1")
	o.succeed("shop-2")
	list := o.serverGroups()
	if len(list) != 2 {
		t.Fatalf("there are %+v, want two server groups", list)
	}
	was, is := list[0], list[1]
	if was.Enabled || was.Count(gennaker.OutOfService) != 2 || !strings.HasSuffix(was.Image, "/shop-1") {
		t.Errorf("the old server group is %+v, want it out of traffic with its instances", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 2 || !strings.HasSuffix(is.Image, "/shop-2") || is.Name != "shop-web-v001" {
		t.Errorf("the new server group is %+v, want it up and in traffic", is)
	}
	balancers, err := o.account.ListLoadBalancers(t.Context(), "")
	if err != nil || len(balancers) != 1 || !slices.Equal(balancers[0].ServerGroups, []string{"shop-web-v001"}) {
		t.Errorf("the load balancer is %+v, %v, want it with the new server group alone", balancers, err)
	}
}

func TestRedBlackOnGoogleTakesBackWhatNeverIsHealthy(t *testing.T) {
	t.Parallel()
	o := startCompute(t)
	o.succeed("shop-1")
	e := o.deploy(map[string]any{"image": "shop-sick", "patience": "3"})
	if e.Status != gennaker.Terminal {
		t.Errorf("it is %s, want TERMINAL", e.Status)
	}
	if list := o.serverGroups(); len(list) != 1 || !list[0].Enabled || list[0].Count(gennaker.Up) != 2 {
		t.Errorf("left are %+v, want the first server group as it was", list)
	}
	if templates := o.Project("demo").Names("instanceTemplates"); len(templates) != 1 {
		t.Errorf("left are the templates %v, want one", templates)
	}
}
