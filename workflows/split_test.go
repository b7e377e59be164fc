package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
)

const splitStage = "upsertCloudrunLoadBalancers"

// split is a load balancer of a stage with these parts.
func split(parts string) string {
	return `"loadBalancers": [{"credentials": "cloud", "account": "cloud", "cloudProvider": "memory", "loadBalancerName": "shop-web", "name": "shop-web",
		"migrateTraffic": false, "splitDescription": {"allocationDescriptions": [` + parts + `]}}]`
}

func (w *world) percents() string {
	w.t.Helper()
	percents, err := w.cloud.GetTraffic(w.t.Context(), gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop-web"})
	if err != nil {
		w.t.Fatalf("GetTraffic = %v", err)
	}
	return strings.ReplaceAll(fmt.Sprint(percents), "shop-web-", "")
}

func TestTrafficIsSplitByPercentages(t *testing.T) {
	for _, c := range []struct{ name, parts, want, disabled string }{
		{"by words", `{"cluster": "shop-web", "target": "current_asg_dynamic", "percent": 10}, {"cluster": "shop-web", "target": "ancestor_asg_dynamic", "percent": 90}`,
			"map[v001:90 v002:10]", "[shop-web-v000]"},
		{"by names", `{"revisionName": "shop-web-v000", "percent": 60, "locatorType": "fromExisting"}, {"serverGroupName": "shop-web-v002", "percent": 40}`,
			"map[v000:60 v002:40]", "[shop-web-v001]"},
		{"by a word, whatever it meant once", `{"revisionName": "shop-web-v001", "cluster": "shop-web", "target": "oldest_asg_dynamic", "percent": 100}`,
			"map[v000:100]", "[shop-web-v001 shop-web-v002]"},
		{"with one that has nothing", `{"target": "current_asg_dynamic", "percent": 100}, {"target": "ancestor_asg_dynamic", "percent": 0}`,
			"map[v002:100]", "[shop-web-v000 shop-web-v001]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000", "shop-web-v001", "shop-web-v002")
			e := w.operate(splitStage, split(c.parts), gennaker.Succeeded)
			if got := w.percents(); got != c.want {
				t.Errorf("the traffic is %s, want %s", got, c.want)
			}
			change := e.Outputs["changes"].([]any)[0].(map[string]any)
			if got := fmt.Sprint(change["disabled"]); got != c.disabled || change["traffic"] == nil {
				t.Errorf("the change is %v, want that %s are disabled, and the traffic", change, c.disabled)
			}
		})
	}
}

// A server group that is out of traffic gets some, and others none, in one
// step: there is no moment without.
func TestASplitPutsIntoTrafficWhatWasOut(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.operate(splitStage, split(`{"target": "ancestor_asg_dynamic", "percent": 100}`), gennaker.Succeeded)
	if got := w.percents(); got != "map[v000:100]" || w.cloud.Calls()["SplitTraffic shop-web"] != 1 || w.cloud.Calls()["Enable shop-web-v000"] != 0 {
		t.Errorf("the traffic is %s after %v, want it moved in one step", got, w.cloud.Calls())
	}
}

// Spinnaker's editor begins a stage with no load balancer.
func TestASplitOfNothingDoesNothing(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	w.operate(splitStage, `"loadBalancers": []`, gennaker.Succeeded)
	if got := w.percents(); got != "map[v000:100]" {
		t.Errorf("the traffic is %s, want it as it was", got)
	}
}

func TestASplitThatCannotBe(t *testing.T) {
	const half = `{"target": "current_asg_dynamic", "percent": 50}`
	for _, c := range []struct{ fields, want string }{
		{split(half), "shop-web-v001 50 % is 50 % together, and must be 100"},
		{split(half + `, {"revisionName": "shop-web-v001", "percent": 50}`), "allocationDescriptions[1]: invalid: it is shop-web-v001, as another one is"},
		{split(half + `, {"revisionName": "shop-web-v009", "percent": 50}`), "allocationDescriptions[1]: shop-web-v009: not found: the cluster has shop-web-v000, shop-web-v001"},
		{split(half + `, {"percent": 50}`), `allocationDescriptions[1]: target "": invalid`},
		{split(half + `, {"cluster": "shop-api", "target": "oldest_asg_dynamic", "percent": 50}`), "cluster shop-api: invalid: the traffic of shop-web is that of its own server groups"},
		{split(``), "loadBalancers[0]: splitDescription.allocationDescriptions: invalid: there are none"},
		{strings.ReplaceAll(split(half), `"shop-web"`, `""`), "loadBalancers[0]: loadBalancerName: invalid"},
		{strings.ReplaceAll(split(half), `"cloud"`, `""`), "loadBalancers[0]: account: invalid"},
	} {
		w := newWorld(t)
		w.have("shop-web-v000", "shop-web-v001")
		if s := w.operate(splitStage, c.fields, gennaker.Terminal); !strings.Contains(s.Error, c.want) {
			t.Errorf("error = %q, want %q", s.Error, c.want)
		}
		if got := w.percents(); got != "map[v000:50 v001:50]" {
			t.Errorf("after %q the traffic is %s, want it as it was", c.want, got)
		}
	}
}

// whole is a cloud that splits no traffic.
type whole struct{ providers.ServerGroups }

func (whole) Name() string { return "whole" }

func TestACloudThatSplitsNoTrafficSaysSo(t *testing.T) {
	w := worldOn(t, activities.Config{}, func(w *world) providers.Provider { return whole{w.cloud} })
	w.have("shop-web-v000")
	s := w.operate(splitStage, split(`{"target": "current_asg_dynamic", "percent": 100}`), gennaker.Terminal)
	if want := "account cloud: invalid: whole has no TrafficSplits"; !strings.Contains(s.Error, want) {
		t.Errorf("error = %q, want %q", s.Error, want)
	}
}

// half makes a server group of which one of two instances never comes.
func (w *world) half(name string) {
	w.t.Helper()
	ref := webRef(name)
	w.have(name)
	w.sized(name, gennaker.Capacity{Desired: 1, Max: 2})
	if err := w.cloud.SetProcesses(w.t.Context(), gennaker.SetProcesses{ServerGroupRef: ref, Suspend: []string{"Launch"}}); err != nil {
		w.t.Fatal(err)
	}
	w.sized(name, gennaker.Capacity{Desired: 2, Max: 2})
	w.disable(name)
}

func TestASplitThatDoesNotSucceedIsPutBack(t *testing.T) {
	const parts = `{"target": "current_asg_dynamic", "percent": 10}, {"target": "ancestor_asg_dynamic", "percent": 90}`
	for _, c := range []struct {
		name, more string
		cancel     bool
		want       gennaker.Status
	}{
		{"in its time", `, "stageTimeoutMs": 60000`, false, gennaker.Terminal},
		{"because it is cancelled", "", true, gennaker.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := worldWith(t, activities.Config{LookOnce: true}) // so that the clock skips
			w.have("shop-web-v000", "shop-web-v001")
			w.half("shop-web-v002")
			during := ""
			w.env.RegisterDelayedCallback(func() {
				if during = w.percents(); c.cancel {
					w.env.CancelWorkflow()
				}
			}, 30*time.Second)
			w.operate(splitStage, split(parts)+c.more, c.want)
			if got := w.percents(); during != "map[v001:90 v002:10]" || got != "map[v000:50 v001:50]" {
				t.Errorf("the traffic was %s and is %s, want it split, and put back", during, got)
			}
		})
	}
}

func TestASplitWaitsUntilWhoIsToHaveTrafficCanTakeIt(t *testing.T) {
	w := newWorld(t)
	w.cloud.Now = w.env.Now
	w.have("shop-web-v000")
	late := webRef("shop-web-v001")
	err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: late.Location, Name: late.Name, Moniker: gennaker.ParseMoniker(late.Name), Disabled: true,
		Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Spec: map[string]any{"start": 20.0}})
	if err != nil {
		t.Fatal(err)
	}
	w.operate(splitStage, split(`{"target": "current_asg_dynamic", "percent": 5}, {"target": "oldest_asg_dynamic", "percent": 95}`), gennaker.Succeeded)
	if got := w.percents(); got != "map[v000:95 v001:5]" || w.cloud.Calls()["SplitTraffic shop-web"] < 2 {
		t.Errorf("the traffic is %s after %v, want that it was split once v001 could take some", got, w.cloud.Calls())
	}
}
