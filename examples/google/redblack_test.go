package examples_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/simulation"
)

// onCompute is a simulated Compute Engine, held against Google's description
// of it, and an account on it.
type onCompute struct {
	*testing.T
	*googletest.Server
	account *google.Cloud
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
	server, err := googletest.Serve(googletest.Config{Clock: simulation.Fast(100), Judge: func(cloud http.Handler) http.Handler {
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

// deploy runs the example.
func (o *onCompute) deploy(parameters map[string]any) gennaker.Execution {
	o.Helper()
	return exampletest.Run(o, exampletest.Document(o, "redblack.yaml"), o.accounts(), parameters)
}

func (o *onCompute) succeed(image string) {
	o.Helper()
	exampletest.Succeed(o, exampletest.Document(o, "redblack.yaml"), o.accounts(), map[string]any{"image": image})
}

func (o *onCompute) accounts() activities.Config {
	return exampletest.On(providers.NewRegistry(map[string]providers.Provider{"gce": o.account}))
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
