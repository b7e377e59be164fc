package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// acting is a document with one stage of a type on cluster shop-web.
func acting(kind, more string) string {
	return fmt.Sprintf(`{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": %q,
		"credentials": "cloud", "cluster": "shop-web" %s}]}`, kind, more)
}

// groupsOf makes server groups, the oldest first: a name, a + if it is in
// traffic, and its instances.
func (w *world) groupsOf(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		name, size, _ := strings.Cut(text, ":")
		name, enabled := strings.CutSuffix(name, "+")
		n := 0
		fmt.Sscan(size, &n)
		err := w.cloud.Create(context.Background(), gennaker.CreateServerGroup{
			Location: gennaker.In("cloud", ""), Name: name, Moniker: gennaker.ParseMoniker(name), Disabled: !enabled,
			Capacity: gennaker.Capacity{Desired: n, Max: 9}, Spec: map[string]any{"image": "image-of-" + name}})
		if err != nil {
			w.t.Fatalf("Create(%s) = %v", name, err)
		}
	}
}

// sizes lists the cloud's server groups as groupsOf takes them, by their sequence.
func (w *world) sizes() string {
	w.t.Helper()
	list, err := w.cloud.List(context.Background(), gennaker.Scope{})
	if err != nil {
		w.t.Fatalf("List = %v", err)
	}
	var all []string
	for _, g := range list {
		traffic := ""
		if g.Enabled {
			traffic = "+"
		}
		all = append(all, fmt.Sprintf("v%03d%s:%d", g.Moniker.Sequence, traffic, len(g.Instances)))
	}
	return strings.Join(all, " ")
}

func TestChangesOfAWholeCluster(t *testing.T) {
	four := []string{"shop-web-v000+:3", "shop-web-v001:1", "shop-web-v002+:2", "shop-web-v003+:1"}
	for _, c := range []struct {
		name, kind, more string
		want             string
		fails            string
	}{
		{"disableCluster keeps the newest in traffic", "disableCluster", ``, "v000:3 v001:1 v002:2 v003+:1", ""},
		{"disableCluster keeps as many as it is told", "disableCluster", `, "remainingEnabledServerGroups": 2`, "v000:3 v001:1 v002+:2 v003+:1", ""},
		{"disableCluster keeps the largest", "disableCluster", `, "preferLargerOverNewer": true`, "v000+:3 v001:1 v002:2 v003:1", ""},
		{"disableCluster spares the last that serves", "disableCluster", `, "remainingEnabledServerGroups": 0`, "v000+:3 v001:1 v002+:2 v003+:1",
			"shop-web-v003 and shop-web-v002 and shop-web-v000: refused by the traffic guard: they are the last healthy server groups of cluster shop-web"},
		{"disableCluster takes all when it must", "disableCluster", `, "remainingEnabledServerGroups": 0, "allowLastServerGroup": true`, "v000:3 v001:1 v002:2 v003:1", ""},
		{"shrinkCluster destroys what is out of traffic, and counts the others", "shrinkCluster", `, "shrinkToSize": 3`, "v000+:3 v002+:2 v003+:1", ""},
		{"shrinkCluster keeps what is out of traffic if there is room", "shrinkCluster", `, "shrinkToSize": 4`, "v000+:3 v001:1 v002+:2 v003+:1", ""},
		{"shrinkCluster leaves what takes traffic", "shrinkCluster", `, "shrinkToSize": 1`, "v000+:3 v002+:2 v003+:1", ""},
		{"shrinkCluster takes what takes traffic if it may", "shrinkCluster", `, "shrinkToSize": 1, "allowDeleteActive": true`, "v003+:1", ""},
		{"shrinkCluster keeps the larger ones", "shrinkCluster", `, "shrinkToSize": 2, "allowDeleteActive": true, "retainLargerOverNewer": true`, "v000+:3 v002+:2", ""},
		{"shrinkCluster spares the last that serves", "shrinkCluster", `, "shrinkToSize": 0, "allowDeleteActive": true`, "v000+:3 v001:1 v002+:2 v003+:1", "refused by the traffic guard"},
		{"scaleDownCluster takes the instances of what is out of traffic", "scaleDownCluster", ``, "v000+:3 v001:0 v002+:2 v003+:1", ""},
		{"scaleDownCluster takes those of what takes traffic if it may", "scaleDownCluster", `, "allowScaleDownActive": true`, "v000+:0 v001:0 v002+:0 v003+:1", ""},
		{"scaleDownCluster keeps the larger ones", "scaleDownCluster", `, "allowScaleDownActive": true, "preferLargerOverNewer": true, "remainingFullSizeServerGroups": 2`,
			"v000+:3 v001:0 v002+:2 v003+:0", ""},
		{"scaleDownCluster spares the last that serves", "scaleDownCluster", `, "allowScaleDownActive": true, "remainingFullSizeServerGroups": 0`,
			"v000+:3 v001:1 v002+:2 v003+:1", "refused by the traffic guard"},
		{"bulkDestroyServerGroup destroys those that are named", "bulkDestroyServerGroup", `, "serverGroupNames": ["shop-web-v001", "shop-web-v000"]`, "v002+:2 v003+:1", ""},
		{"bulkDestroyServerGroup spares the last that serve", "bulkDestroyServerGroup", `, "serverGroupNames": ["shop-web-v000", "shop-web-v002", "shop-web-v003"]`,
			"v000+:3 v001:1 v002+:2 v003+:1", "refused by the traffic guard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.groupsOf(four...)
			e := w.run(acting(c.kind, c.more), nil)
			if failed := e.Status != gennaker.Succeeded; failed != (c.fails != "") || !strings.Contains(e.Error, c.fails) {
				t.Errorf("ended %s: %s; want an error that says %q", e.Status, e.Error, c.fails)
			}
			if got := w.sizes(); got != c.want {
				t.Errorf("left %s, want %s", got, c.want)
			}
		})
	}
}

func TestAClusterThatIsNotThere(t *testing.T) {
	for kind, more := range map[string]string{"disableCluster": ``, "shrinkCluster": `, "shrinkToSize": 2`, "scaleDownCluster": ``} {
		if e := newWorld(t).run(acting(kind, more), nil); e.Status != gennaker.Terminal || !strings.Contains(e.Error, "it has no server groups") {
			t.Errorf("%s ended %s: %s", kind, e.Status, e.Error)
		}
		if e := newWorld(t).run(acting(kind, more+`, "continueIfClusterNotFound": true`), nil); e.Status != gennaker.Succeeded {
			t.Errorf("%s with continueIfClusterNotFound ended %s: %s", kind, e.Status, e.Error)
		}
	}
	if e := newWorld(t).run(acting("shrinkCluster", `, "shrinkToSize": 0`), nil); e.Status != gennaker.Succeeded {
		t.Errorf("shrinkCluster to nothing ended %s: %s", e.Status, e.Error)
	}
}

// What the execution has just deployed, and what is newer, stays and counts.
func TestWhatTheExecutionHasMadeIsSpared(t *testing.T) {
	const document = `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web", "trafficOptions": "disable",
			"capacity": {"min": 0, "desired": 1, "max": 1}}]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "shrinkCluster", "credentials": "cloud", "moniker": {"app": "shop", "cluster": "shop-web"},
			"regions": ["local"], "shrinkToSize": 1}]}`
	w := newWorld(t)
	w.groupsOf("shop-web-v000:1", "shop-web-v001:1", "shop-web-v002+:1")
	e := w.run(document, nil)
	if got, want := w.sizes(), "v002+:1 v003:1"; e.Status != gennaker.Succeeded || got != want {
		t.Errorf("ended %s with %s, want SUCCEEDED with %s: %s", e.Status, got, want, e.Error)
	}
	groups, _ := e.Stages[1].Context["deploy.server.groups"].(map[string]any)
	if got := fmt.Sprint(groups["local"]); got != "[shop-web-v000 shop-web-v001]" {
		t.Errorf("deploy.server.groups = %v", groups)
	}
}

func TestShrinkDisablesWhatTakesTrafficFirst(t *testing.T) {
	for more, want := range map[string]int{"": 1, `, "runDisableClusterStep": false`: 0} {
		w := newWorld(t)
		w.groupsOf("shop-web-v000+:1", "shop-web-v001+:1")
		e := w.run(acting("shrinkCluster", `, "allowDeleteActive": true`+more), nil)
		calls := w.cloud.Calls()
		if e.Status != gennaker.Succeeded || calls["Disable shop-web-v000"] != want || calls["Destroy shop-web-v000"] != 1 {
			t.Errorf("with %q it ended %s with %v, want it disabled %d times before: %s", more, e.Status, calls, want, e.Error)
		}
	}
}

func TestAPartOfAServerGroupIsDisabled(t *testing.T) {
	w := newWorld(t)
	w.groupsOf("shop-web-v000+:4")
	e := w.run(acting("disableServerGroup", `, "target": "current_asg_dynamic", "desiredPercentage": 50`), nil)
	if serving := w.cloud.InService(gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop-web"}); e.Status != gennaker.Succeeded || serving["shop-web-v000"] != 2 {
		t.Errorf("ended %s with %v in service, want 2 of 4: %s", e.Status, serving, e.Error)
	}
}
