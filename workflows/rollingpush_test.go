package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// pushWorld has a server group of four instances of image shop:1, beside a
// newer one that is disabled. Instances take ten seconds to start.
func pushWorld(t *testing.T) *world {
	t.Helper()
	w := worldWith(t, activities.Config{LookOnce: true})
	w.cloud.Now = w.env.Now
	err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: "shop-web-v001",
		Moniker: gennaker.ParseMoniker("shop-web-v001"), Capacity: oldSize, Spec: map[string]any{"image": "shop:1"}})
	if err != nil {
		t.Fatal(err)
	}
	w.have("shop-web-v002")
	w.disable("shop-web-v002")
	return w
}

func pushing(more, options string) string {
	return deploying(`, "strategy": "rollingpush", "image": "shop:2", "start": 10`+more, options)
}

// instances tells a server group's image, how many of its first instances are
// left, and how many are up.
func (w *world) instances(name string) string {
	w.t.Helper()
	g, err := w.cloud.Get(w.t.Context(), webRef(name))
	if err != nil {
		w.t.Fatalf("Get(%s) = %v", name, err)
	}
	old := 0
	for _, i := range g.Instances {
		if n := strings.TrimPrefix(i.ID, name+"-"); len(n) == 1 && int(n[0]-'0') < len(g.Instances) {
			old++
		}
	}
	return fmt.Sprintf("%s: %d old, %d up of %d", g.Image, old, g.Count(gennaker.Up), len(g.Instances))
}

func TestARollingPushReplacesTheInstancesInPlace(t *testing.T) {
	for _, c := range []struct {
		name, more string
		steps      int
		least      int // in service meanwhile
		warning    string
	}{
		{"one at a time", ``, 4, 3, ""},
		{"two at a time", `, "termination": {"concurrentRelaunches": 2, "relaunchAllInstances": true}`, 2, 2, ""},
		{"never all at once", `, "termination": {"concurrentRelaunches": 9}`, 2, 1, ""},
		{"as the cloud will", `, "termination": {"totalRelaunches": 1, "order": "newest", "waitTime": 60}`, 4, 3,
			"shop-web-v001: its cloud replaces all instances itself, in its own order and without pauses"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := pushWorld(t)
			least := 4
			w.cloud.Fault = func(memory.Call) error {
				least = min(least, w.serves("shop-web-v001"))
				return nil
			}
			e := w.run(pushing(c.more, ""), nil)
			w.cloud.Fault = nil
			if got := w.groups() + " " + w.instances("shop-web-v001"); e.Status != gennaker.Succeeded || got != "shop-web-v001+ shop-web-v002 shop:2: 0 old, 4 up of 4" {
				t.Fatalf("ended %s with %s: %s", e.Status, got, e.Error)
			}
			if least != c.least {
				t.Errorf("at the least %d were in service, want %d", least, c.least)
			}
			if took := e.EndTime.Sub(e.StartTime); took < time.Duration(c.steps)*10*time.Second || took > time.Duration(c.steps)*20*time.Second {
				t.Errorf("took %s, want %d steps of 10 s", took, c.steps)
			}
			if got := strings.Join(e.Stages[0].Warnings, "\n"); !strings.HasPrefix(got, c.warning) || c.warning == "" && got != "" {
				t.Errorf("warnings = %s", got)
			}
			if got := fmt.Sprint(e.Stages[0].Outputs["deploy.server.groups"]); got != "map["+gennaker.DefaultRegion+":[shop-web-v001]]" {
				t.Errorf("outputs = %s", got)
			}
			if n := w.cloud.Calls()["StartRefresh shop-web-v001"]; n != 1 {
				t.Errorf("refreshed %d times", n)
			}
		})
	}
}

func TestAServerGroupOfOneIsPushedWithoutAGap(t *testing.T) {
	w := pushWorld(t)
	w.sized("shop-web-v001", gennaker.Capacity{Min: 1, Desired: 1, Max: 1})
	least := 1
	w.cloud.Fault = func(memory.Call) error {
		least = min(least, w.serves("shop-web-v001"))
		return nil
	}
	e := w.run(pushing("", ""), nil)
	if got := w.instances("shop-web-v001"); e.Status != gennaker.Succeeded || least != 1 || got != "shop:2: 0 old, 1 up of 1" {
		t.Errorf("ended %s with %s, and at the least %d in service: %s", e.Status, got, least, e.Error)
	}
}

func TestARollingPushThatFailsStaysInService(t *testing.T) {
	w := pushWorld(t)
	e := w.run(pushing(`, "health": "Down"`, `"stageTimeoutMs": 40000,`), nil)
	if got := w.instances("shop-web-v001"); e.Status != gennaker.Terminal || got != "shop:1: 3 old, 3 up of 4" {
		t.Errorf("ended %s with %s", e.Status, got)
	}
	for _, want := range []string{"shop-web-v001 is not healthy after 40s: 3 of 4 instances are up", "shop-web-v001 stays in service, and 0 % of its instances are replaced"} {
		if !strings.Contains(e.Error, want) {
			t.Errorf("error = %s\nwant %s", e.Error, want)
		}
	}
	if r, err := w.cloud.GetRefresh(t.Context(), webRef("shop-web-v001")); err != nil || r.State != gennaker.RefreshCancelled {
		t.Errorf("the refresh is %+v, %v", r, err)
	}
}

func TestCancellingARollingPushStopsIt(t *testing.T) {
	w := pushWorld(t)
	w.update(15*time.Second, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(pushing("", ""), nil)
	r, err := w.cloud.GetRefresh(t.Context(), webRef("shop-web-v001"))
	if err != nil || e.Status != gennaker.Canceled || r.State != gennaker.RefreshCancelled || w.serves("shop-web-v001") < 3 {
		t.Errorf("ended %s, and the refresh is %+v, %v; %s: %s", e.Status, r, err, w.instances("shop-web-v001"), e.Error)
	}
}

// old is the cloud without what it can do to instances.
type oldCloud struct{ providers.ServerGroups }

func (oldCloud) Name() string { return "memory" }

func TestARollingPushThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, more string
		before     func(*world)
		cloud      func(*memory.Cloud) providers.Provider
		want       string
	}{
		{"because there is no server group", ``, func(w *world) { w.cloud.Destroy(w.t.Context(), webRef("shop-web-v001")) }, nil,
			"rolling push to cluster cloud/" + gennaker.DefaultRegion + "/shop-web: not found: it has no server group"},
		{"because none would be replaced", `, "termination": {"relaunchAllInstances": false}`, nil, nil, "no instance would be of the new spec"},
		{"because another is under way", ``, func(w *world) {
			w.cloud.StartRefresh(w.t.Context(), gennaker.StartRefresh{ServerGroupRef: webRef("shop-web-v001"), Token: "another's", MinHealthy: 50, Spec: map[string]any{"start": 1e6}})
		}, nil, "another refresh is under way"},
		{"because the cloud cannot", ``, nil, func(c *memory.Cloud) providers.Provider { return oldCloud{c} },
			"shop-web-v001: invalid: account cloud cannot replace the instances of a server group in place"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := activities.Config{LookOnce: true}
			cloud := &memory.Cloud{}
			if c.cloud != nil {
				config.Providers = providers.NewRegistry(map[string]providers.Provider{"cloud": c.cloud(cloud)})
			}
			w := worldWith(t, config)
			if c.cloud != nil {
				w.cloud = cloud
			}
			w.have("shop-web-v001")
			w.cloud.Now = w.env.Now
			if c.before != nil {
				c.before(w)
			}
			e := w.run(pushing(c.more, ""), nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) {
				t.Errorf("ended %s: %s\nwant %s", e.Status, e.Error, c.want)
			}
			if c.name == "because another is under way" {
				if r, _ := w.cloud.GetRefresh(t.Context(), webRef("shop-web-v001")); r.State != gennaker.RefreshRunning {
					t.Errorf("the other's is %s now", r.State)
				}
			}
		})
	}
}
