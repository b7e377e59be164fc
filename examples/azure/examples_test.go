package examples_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
)

// cloud is what make azure starts, much faster, with the account of
// worker.yaml.
type cloud struct {
	*testing.T
	*azuretest.Server
	registry *providers.Registry
}

func start(t *testing.T) *cloud {
	t.Helper()
	server, err := azuretest.Serve(azuretest.Config{Speed: 400})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.Furnish()
	return &cloud{t, server, exampletest.Accounts(t, "http://127.0.0.1:7246", server.URL)}
}

// execute runs redblack.yaml.
func (c *cloud) execute(parameters map[string]any) gennaker.Execution {
	c.Helper()
	return exampletest.Run(c, exampletest.Document(c, "redblack.yaml"), exampletest.On(c.registry), parameters)
}

func (c *cloud) succeed(parameters map[string]any) {
	c.Helper()
	exampletest.Succeed(c, exampletest.Document(c, "redblack.yaml"), exampletest.On(c.registry), parameters)
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
