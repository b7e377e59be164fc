package examples_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// cloud is what make azure starts, much faster, with the account of
// worker.yaml.
type cloud struct {
	*testing.T
	*azuretest.Server
	registry *providers.Registry
	runs     int
}

func start(t *testing.T) *cloud {
	t.Helper()
	server, err := azuretest.Serve(azuretest.Config{Speed: 400})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.Furnish()
	c := &cloud{T: t, Server: server}
	c.registry = c.accounts()
	return c
}

// accounts are those of worker.yaml, at another endpoint.
func (c *cloud) accounts() *providers.Registry {
	c.Helper()
	data, err := os.ReadFile("worker.yaml")
	if err != nil {
		c.Fatal(err)
	}
	file := filepath.Join(c.TempDir(), "worker.yaml")
	text := strings.ReplaceAll(string(data), "http://127.0.0.1:7246", c.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	config, err := worker.Load(file, func(string) (string, bool) { return "", false })
	if err != nil {
		c.Fatal(err)
	}
	all := map[string]providers.Provider{}
	for _, account := range config.Accounts {
		all[account.Name] = account.Provider
	}
	return providers.NewRegistry(all)
}

// execute runs redblack.yaml with the real workflows and activities.
func (c *cloud) execute(parameters map[string]any) gennaker.Execution {
	c.Helper()
	document, err := os.ReadFile("redblack.yaml")
	if err != nil {
		c.Fatal(err)
	}
	d, err := pipeline.Decode(document, stages.Table.Configs())
	if err != nil {
		c.Fatalf("Decode = %v", err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	c.runs++
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: fmt.Sprintf("shop/example/%d", c.runs), TaskQueue: gennaker.TaskQueue})
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // the machine may be busy
	workflows.Register(env, stages.Table)
	activities.Register(env, activities.New(activities.Config{Pipelines: &store.Memory{}, Executions: &executions.Memory{}, Providers: c.registry}))
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
		c.Fatalf("the execution's end: %v", err)
	}
	return e
}

func (c *cloud) succeed(parameters map[string]any) {
	c.Helper()
	if e := c.execute(parameters); e.Status != gennaker.Succeeded {
		for _, s := range e.Stages {
			c.Logf("%s is %s: %s", s.RefID, s.Status, s.Error)
		}
		c.Fatalf("the execution is %s, want SUCCEEDED", e.Status)
	}
}

func (c *cloud) serverGroups(region string) []gennaker.ServerGroup {
	c.Helper()
	groups, err := providers.Find[providers.ServerGroups](c.registry, "azure")
	if err != nil {
		c.Fatal(err)
	}
	list, err := groups.List(context.Background(), gennaker.Scope{Region: region, Cluster: "shop-web"})
	if err != nil {
		c.Fatal(err)
	}
	return list
}

func TestAzureDeploysRedBlack(t *testing.T) {
	for _, mode := range []string{"Uniform", "Flexible"} {
		t.Run(mode, func(t *testing.T) {
			c := start(t)
			for _, image := range []string{"shop-1", "shop-2"} {
				c.succeed(map[string]any{"image": image, "mode": mode})
			}
			for _, region := range []string{"westeurope", "northeurope"} {
				list := c.serverGroups(region)
				if len(list) != 2 {
					t.Fatalf("%s has %+v, want two server groups", region, list)
				}
				was, is := list[0], list[1]
				if was.Enabled || was.Count(gennaker.OutOfService) != 2 || !strings.HasSuffix(was.Image, "/shop-1") {
					t.Errorf("in %s the old server group is %+v, want it out of traffic with its two instances", region, was)
				}
				if !is.Enabled || is.Count(gennaker.Up) != 2 || !strings.HasSuffix(is.Image, "/shop-2") || is.Name != "shop-web-v001" {
					t.Errorf("in %s the new server group is %+v, want it up with two instances", region, is)
				}
			}
		})
	}
}

func TestAzureTakesBackWhatNeverIsHealthy(t *testing.T) {
	c := start(t)
	c.succeed(map[string]any{"image": "shop-1"})
	e := c.execute(map[string]any{"image": "shop-sick", "patience": "3"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "unhealthy") {
		t.Errorf("the second execution is %s: %s; want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	for _, region := range []string{"westeurope", "northeurope"} {
		if list := c.serverGroups(region); len(list) != 1 || !list[0].Enabled || list[0].Count(gennaker.Up) != 2 {
			t.Errorf("in %s are left %+v, want the first server group as it was", region, list)
		}
	}
}
