package workflows_test

import (
	"fmt"
	"slices"
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

// plainCloud can end instances, and no more.
type plainCloud struct {
	providers.ServerGroups
	providers.Instances
	providers.Specs
}

func (plainCloud) Name() string { return "memory" }

func batches(c *memory.Cloud) providers.Provider { return plainCloud{c, c, c} }

// plainWorld is a pushWorld on such a cloud.
func plainWorld(t *testing.T) *world {
	t.Helper()
	cloud := &memory.Cloud{}
	w := worldWith(t, activities.Config{LookOnce: true, Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": batches(cloud)})})
	w.cloud, cloud.Now = cloud, func() time.Time { return w.env.Now().Add(-time.Hour) }
	err := cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: "shop-web-v001",
		Moniker: gennaker.ParseMoniker("shop-web-v001"), Capacity: oldSize, Spec: map[string]any{"image": "shop:1", "start": 5.0}})
	if err != nil {
		t.Fatal(err)
	}
	cloud.Now = w.env.Now
	return w
}

func TestWhereTheCloudCannotInstancesAreReplacedInBatches(t *testing.T) {
	for _, c := range []struct {
		name, more string
		want       string
		least      int // in service meanwhile
		took       time.Duration
	}{
		{"one at a time", ``, "0 old, 4 up of 4", 3, 0},
		{"two at a time, with a pause", `, "termination": {"concurrentRelaunches": 2, "waitTime": 60}`, "0 old, 4 up of 4", 2, time.Minute},
		{"as many as are wanted", `, "termination": {"totalRelaunches": 3, "concurrentRelaunches": 2}`, "1 old, 4 up of 4", 2, 0},
		{"never all at once", `, "termination": {"concurrentRelaunches": 9}`, "0 old, 4 up of 4", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := plainWorld(t)
			least := 4
			w.cloud.Fault = func(call memory.Call) error {
				if call.After && call.Method == "TerminateInstances" {
					g := w.cloud.InService(webCluster)["shop-web-v001"]
					least = min(least, g)
				}
				return nil
			}
			e := w.run(deploying(`, "strategy": "rollingpush", "image": "shop:1"`+c.more, ""), nil)
			w.cloud.Fault = nil
			if got := w.instances("shop-web-v001"); e.Status != gennaker.Succeeded || got != "shop:1: "+c.want || least != c.least {
				t.Errorf("ended %s with %s, and at the least %d in service, want %s and %d: %s", e.Status, got, least, c.want, c.least, e.Error)
			}
			if took := e.EndTime.Sub(e.StartTime); took < c.took {
				t.Errorf("took %s, want %s at least", took, c.took)
			}
		})
	}
}

func TestTheOldestOrTheNewestInstanceIsReplacedFirst(t *testing.T) {
	for order, want := range map[string]string{"oldest": "shop-web-v001-0", "newest": "shop-web-v001-3"} {
		w := plainWorld(t)
		e := w.run(deploying(`, "strategy": "rollingpush", "termination": {"totalRelaunches": 1, "order": "`+order+`"}`, ""), nil)
		g, err := w.cloud.Get(t.Context(), webRef("shop-web-v001"))
		if err != nil || e.Status != gennaker.Succeeded || len(g.Instances) != 4 {
			t.Fatalf("ended %s with %d instances: %s %v", e.Status, len(g.Instances), e.Error, err)
		}
		if slices.ContainsFunc(g.Instances, func(i gennaker.Instance) bool { return i.ID == want }) {
			t.Errorf("%s first: %s is still there", order, want)
		}
	}
}

func TestAServerGroupOfOneIsNotReplacedInBatches(t *testing.T) {
	w := plainWorld(t)
	w.sized("shop-web-v001", gennaker.Capacity{Min: 1, Desired: 1, Max: 1})
	e := w.run(deploying(`, "strategy": "rollingpush"`, ""), nil)
	if want := "it has one instance alone, and nothing would be in service"; e.Status != gennaker.Terminal || !strings.Contains(e.Error, want) || w.serves("shop-web-v001") != 1 {
		t.Errorf("ended %s: %s\nwant %s", e.Status, e.Error, want)
	}
}

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
		{"because the cloud can do nothing to instances", ``, nil, func(c *memory.Cloud) providers.Provider { return oldCloud{c} },
			"account cloud: invalid: memory has no Specs"},
		{"because its steps do not ascend", `, "targetPercentages": [50, 20]`, nil, nil, "targetPercentages [50 20]: invalid: each must be more than the one before"},
		{"because the cloud cannot pause", `, "targetPercentages": [50]`, nil, batches, "account cloud: invalid: memory has no SteppedRefreshes"},
		{"because the cloud can only start them anew", ``, nil, batches, "shop-web-v001: invalid: account cloud cannot change the image of a server group in place"},
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
