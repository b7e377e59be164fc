package examples_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google/googletest/cloudrun"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/google/run"
)

// onCloudRun is a simulated Cloud Run, held against Google's description of
// it, and an account on it.
type onCloudRun struct {
	*testing.T
	account *run.Cloud
}

func startCloudRun(t *testing.T) *onCloudRun {
	t.Helper()
	dir, err := discovery.Dir()
	if err != nil {
		t.Fatal(err)
	}
	api, err := discovery.Load(dir, "run/v2")
	if err != nil {
		t.Fatal(err)
	}
	cloud := cloudrun.New(cloudrun.Config{Times: cloudrun.Times{}.Faster(100)})
	server := httptest.NewServer(api.Check(cloud, func(err error) { t.Error(err) }))
	t.Cleanup(server.Close)
	account, err := run.New(run.Config{Account: "cloudrun", Project: "shop-prod", Regions: []string{"europe-west1"}, Endpoint: server.URL, Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	return &onCloudRun{T: t, account: account}
}

// deploy runs the example.
func (o *onCloudRun) deploy(parameters map[string]any) gennaker.Execution {
	o.Helper()
	return exampletest.Run(o, exampletest.Document(o, "cloudrun.yaml"), o.accounts(), parameters)
}

func (o *onCloudRun) succeed(image string) {
	o.Helper()
	exampletest.Succeed(o, exampletest.Document(o, "cloudrun.yaml"), o.accounts(), map[string]any{"image": image})
}

func (o *onCloudRun) accounts() activities.Config {
	return exampletest.On(providers.NewRegistry(map[string]providers.Provider{"cloudrun": o.account}))
}

func (o *onCloudRun) serverGroups() []gennaker.ServerGroup {
	o.Helper()
	list, err := o.account.List(o.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil {
		o.Fatal(err)
	}
	return list
}

func TestCloudRunMovesTheTrafficStepByStep(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	o.succeed("shop:1")
	o.succeed("shop:2")
	list := o.serverGroups()
	if len(list) != 2 {
		t.Fatalf("there are %+v, want two server groups", list)
	}
	was, is := list[0], list[1]
	if was.Enabled || !was.Resting || was.Capacity.Desired != 10 || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it at rest, as big as it was", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 10 || is.Image != "shop:2" || is.Name != "shop-web-v001" {
		t.Errorf("the new server group is %+v, want it up with all the traffic", is)
	}
	balancers, err := o.account.ListLoadBalancers(t.Context(), "")
	if err != nil || len(balancers) != 1 || !slices.Equal(balancers[0].ServerGroups, []string{"shop-web-v001"}) {
		t.Errorf("the service is %+v, %v, want it with the new server group alone", balancers, err)
	}
}

func TestCloudRunTakesBackWhatDoesNotStart(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	o.succeed("shop:1")
	e := o.deploy(map[string]any{"image": "shop-missing", "patience": "3"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "CONTAINER_MISSING") {
		t.Errorf("it is %s: %s, want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	if list := o.serverGroups(); len(list) != 1 || !list[0].Enabled || list[0].Count(gennaker.Up) != 10 {
		t.Errorf("left are %+v, want the first server group as it was", list)
	}
}

func TestCloudRunSplitsTheTrafficByPercentages(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	o.succeed("shop:1")
	e := exampletest.Succeed(o, exampletest.Document(o, "cloudrun-split.yaml"), o.accounts(), map[string]any{"image": "shop:2", "percent": "7", "seconds": "1"})
	for _, s := range e.Stages {
		want := map[string]string{"canary": "map[shop-web-v000:93 shop-web-v001:7]", "all": "map[shop-web-v001:100]"}[s.RefID]
		if want == "" {
			continue
		}
		changes, _ := s.Outputs["changes"].([]any)
		if len(changes) != 1 || fmt.Sprint(changes[0].(map[string]any)["traffic"]) != want {
			t.Errorf("stage %s has made %v, want the traffic %s", s.RefID, changes, want)
		}
	}
	percents, err := o.account.GetTraffic(t.Context(), gennaker.ClusterRef{Location: gennaker.Location{Region: "europe-west1"}, Name: "shop-web"})
	if err != nil || fmt.Sprint(percents) != "map[shop-web-v001:100]" {
		t.Errorf("in the end the traffic is %v, %v, want all of it at the new one", percents, err)
	}
	if list := o.serverGroups(); len(list) != 2 || list[0].Enabled || list[0].Capacity.Desired != 10 || !list[1].Enabled {
		t.Errorf("there are %+v, want the old one at rest, as big as it was, and the new one", list)
	}
}

// What is made without traffic is waited for all the same.
func TestCloudRunGivesNothingToWhatDoesNotStart(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	o.succeed("shop:1")
	document := strings.Replace(exampletest.Document(o, "cloudrun-split.yaml"), "    name: Deploy without traffic\n", "    name: Deploy without traffic\n    stageTimeoutMs: 1500\n", 1)
	e := exampletest.Run(o, document, o.accounts(), map[string]any{"image": "shop-missing"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "CONTAINER_MISSING") {
		t.Errorf("it is %s: %s, want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	percents, err := o.account.GetTraffic(t.Context(), gennaker.ClusterRef{Location: gennaker.Location{Region: "europe-west1"}, Name: "shop-web"})
	if err != nil || fmt.Sprint(percents) != "map[shop-web-v000:100]" {
		t.Errorf("the traffic is %v, %v, want all of it where it was", percents, err)
	}
}

func TestCloudRunMakesAServerGroupOfAManifest(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	document := exampletest.Document(o, "cloudrun-manifest.yaml")
	for _, image := range []string{"shop:1", "shop:2"} {
		exampletest.Succeed(o, document, o.accounts(), map[string]any{"image": image})
	}
	list, err := o.account.List(t.Context(), gennaker.Scope{Cluster: "shop-api"})
	if err != nil || len(list) != 2 {
		t.Fatalf("there are %+v, %v, want two server groups", list, err)
	}
	was, is := list[0], list[1]
	if was.Enabled || !was.Resting || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it at rest", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 1 || is.Image != "shop:2" || is.Capacity != (gennaker.Capacity{Desired: 1, Max: 5}) {
		t.Errorf("the new server group is %+v, want it up with all the traffic, and of at most 5 instances", is)
	}
}

// What does not start fails the stage that made it, and the traffic stays.
func TestCloudRunWaitsForAManifestToStart(t *testing.T) {
	t.Parallel()
	o := startCloudRun(t)
	document := strings.Replace(exampletest.Document(o, "cloudrun-manifest.yaml"), "    name: Deploy the manifest\n", "    name: Deploy the manifest\n    stageTimeoutMs: 1500\n", 1)
	exampletest.Succeed(o, document, o.accounts(), map[string]any{"image": "shop:1"})
	e := exampletest.Run(o, document, o.accounts(), map[string]any{"image": "shop-missing"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "CONTAINER_MISSING") {
		t.Errorf("it is %s: %s, want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	percents, err := o.account.GetTraffic(t.Context(), gennaker.ClusterRef{Location: gennaker.Location{Region: "europe-west1"}, Name: "shop-api"})
	if err != nil || fmt.Sprint(percents) != "map[shop-api-v000:100]" {
		t.Errorf("the traffic is %v, %v, want all of it where it was", percents, err)
	}
}
