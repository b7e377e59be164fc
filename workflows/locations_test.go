package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// twoClouds is a world with the accounts cloud and other, whose instances take
// ten seconds to be healthy.
func twoClouds(t *testing.T) (*world, *memory.Cloud) {
	t.Helper()
	first, other := &memory.Cloud{}, &memory.Cloud{}
	w := worldWith(t, activities.Config{LookOnce: true,
		Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": first, "other": other})})
	w.cloud = first
	first.Now, other.Now = w.env.Now, w.env.Now
	return w, other
}

// everywhere deploys to two regions of one account and to another account.
func everywhere(more string) string {
	const block = `{"cloudProvider": "memory", "account": "%s", "stack": "web", "start": 10, "regions": [%s], "capacity": {"min": 1, "desired": 2, "max": 3} %s}`
	return `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "deploy", "clusters": [` +
		fmt.Sprintf(block, "cloud", `"eu", "us"`, more) + "," + fmt.Sprintf(block, "other", `"eu"`, more) + `]}]}`
}

func in(account, region, name string) gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: gennaker.In(account, region), Name: name}
}

// haveIn makes an enabled server group somewhere.
func haveIn(t *testing.T, c *memory.Cloud, ref gennaker.ServerGroupRef, capacity gennaker.Capacity) {
	t.Helper()
	err := c.Create(t.Context(), gennaker.CreateServerGroup{Location: ref.Location, Name: ref.Name, Moniker: gennaker.ParseMoniker(ref.Name), Capacity: capacity})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRegionsAndAccountsAreDeployedAtTheSameTime(t *testing.T) {
	w, other := twoClouds(t)
	e := w.run(everywhere(`, "strategy": "redblack"`), nil)
	list, err := other.List(t.Context(), gennaker.Scope{})
	if err != nil || len(list) != 1 || e.Status != gennaker.Succeeded || w.groups() != "shop-web-v000+ shop-web-v000+" {
		t.Fatalf("ended %s with %s and %v: %s", e.Status, w.groups(), list, e.Error)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 10*time.Second || took > 19*time.Second {
		t.Errorf("took %s, want the time of one", took)
	}
	if got := fmt.Sprint(e.Stages[0].Outputs["deploy.server.groups"]); got != "map[eu:[shop-web-v000 shop-web-v000] us:[shop-web-v000]]" {
		t.Errorf("outputs = %s", got)
	}
}

// One that fails spares the others, which are reported with it.
func TestOneLocationThatFailsSparesTheOthers(t *testing.T) {
	for _, c := range []struct{ name, more, want string }{
		{"by none", ``, "shop-web-v000+ shop-web-v001+"},
		{"by highlander", `, "strategy": "highlander"`, "shop-web-v001+"},
		{"by redblack", `, "strategy": "redblack", "rollback": {"onFailure": true}`, "shop-web-v000 shop-web-v001+"},
		{"by rollingredblack", `, "strategy": "rollingredblack", "targetPercentages": [50], "rollback": {"onFailure": true}`, "shop-web-v000 shop-web-v001+"},
		{"by monitored", `, "strategy": "monitored", "deploySteps": [50]`, "shop-web-v000 shop-web-v001+"},
		{"by rollingpush", `, "strategy": "rollingpush"`, "shop-web-v000+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, other := twoClouds(t)
			size := gennaker.Capacity{Min: 1, Desired: 2, Max: 3}
			haveIn(t, w.cloud, in("cloud", "eu", "shop-web-v000"), size)
			haveIn(t, w.cloud, in("cloud", "us", "shop-web-v000"), size)
			haveIn(t, other, in("other", "eu", "shop-web-v000"), size)
			other.Fault = func(c memory.Call) error {
				if !c.After && (c.Method == "Create" || c.Method == "StartRefresh") {
					return fmt.Errorf("memory: over quota: %w", gennaker.ErrDenied)
				}
				return nil
			}
			e := w.run(everywhere(c.more), nil)
			want := strings.Join(slices.Sorted(slices.Values(append(strings.Fields(c.want), strings.Fields(c.want)...))), " ")
			if got := strings.Join(slices.Sorted(slices.Values(strings.Fields(w.groups()))), " "); got != want {
				t.Errorf("the other locations have %s, want %s", got, want)
			}
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "other/eu/shop-web: ") || !strings.Contains(e.Error, "over quota") || strings.Contains(e.Error, "cloud/") {
				t.Errorf("ended %s: %s, want the one location named", e.Status, e.Error)
			}
			if got := len(e.Stages[0].Outputs["deployments"].([]any)); got != 2 {
				t.Errorf("%d deployments are reported, want the two that went well", got)
			}
			if got, err := other.Get(t.Context(), in("other", "eu", "shop-web-v000")); err != nil || !got.Enabled || got.Capacity != size {
				t.Errorf("where it failed there is %+v, %v; want what was there before", got, err)
			}
		})
	}
}

func TestASourceElsewhereSaysTheSizeAlone(t *testing.T) {
	big := gennaker.Capacity{Min: 3, Desired: 5, Max: 9}
	for _, c := range []struct{ name, more, want string }{
		{"of another region", `, "strategy": "redblack", "useSourceCapacity": true, "source": {"region": "us", "asgName": "shop-web-v007"}`, "3/5/9"},
		{"of another account, the newest there", `, "strategy": "redblack", "source": {"account": "other", "region": "us", "useSourceCapacity": true}`, "3/5/9"},
		{"of another cluster, step by step", `, "strategy": "rollingredblack", "source": {"region": "us", "serverGroupName": "shop-api-v003"}`, "3/5/9"},
		{"that is not there", `, "useSourceCapacity": true, "source": {"region": "us", "asgName": "shop-web-v008"}`, "source shop-web-v008: not found in cluster cloud/us/shop-web"},
		{"of an account that is not there", `, "useSourceCapacity": true, "source": {"account": "gone"}`, `account "gone": not found`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, other := twoClouds(t)
			haveIn(t, w.cloud, in("cloud", "us", "shop-web-v007"), big)
			haveIn(t, w.cloud, in("cloud", "us", "shop-api-v003"), big)
			haveIn(t, other, in("other", "us", "shop-web-v002"), big)
			haveIn(t, w.cloud, in("cloud", "eu", "shop-web-v000"), gennaker.Capacity{Min: 1, Desired: 1, Max: 1})
			e := w.run(deploying(`, "regions": ["eu"]`+c.more, ""), nil)
			got := e.Error
			if e.Status == gennaker.Succeeded {
				made, err := w.cloud.Get(t.Context(), in("cloud", "eu", "shop-web-v001"))
				if err != nil {
					t.Fatal(err)
				}
				old, err := w.cloud.Get(t.Context(), in("cloud", "eu", "shop-web-v000"))
				if err != nil || old.Enabled {
					t.Errorf("the old server group is %+v, %v; want it disabled", old, err)
				}
				got = made.Capacity.String()
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("ended %s with %s, want %s", e.Status, got, c.want)
			}
			if there, err := w.cloud.Get(t.Context(), in("cloud", "us", "shop-web-v007")); err != nil || !there.Enabled || there.Capacity != big {
				t.Errorf("the source is %+v, %v; want it left alone", there, err)
			}
		})
	}
}

// While the traffic moves, neither the new server group nor its source can
// shrink; in the end both can again.
func TestCapacityIsPinnedWhileTheTrafficMoves(t *testing.T) {
	for _, c := range []struct{ name, cluster, made, source string }{
		{"as big as its source", `, "strategy": "redblack", "useSourceCapacity": true`, "4/4/6", "1/4/6"},
		{"step by step", `, "strategy": "rollingredblack", "targetPercentages": [50]`, "2/2/2", "4/4/6"},
		{"monitored", `, "strategy": "monitored", "deploySteps": [50]`, "2/2/2", "4/4/6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			w.sized("shop-web-v000", oldSize)
			var mu sync.Mutex
			var during string
			w.cloud.Fault = func(call memory.Call) error {
				mu.Lock()
				defer mu.Unlock()
				if strings.HasPrefix(call.Method, "Disable") && !call.After && during == "" {
					during = w.capacity("shop-web-v001") + " " + w.capacity("shop-web-v000")
				}
				return nil
			}
			w.cloud.Fault = unlessNested(w.cloud.Fault)
			e := w.run(deploying(c.cluster, ""), nil)
			w.cloud.Fault = nil
			if during != c.made+" "+c.source {
				t.Errorf("meanwhile they had %s, want %s %s", during, c.made, c.source)
			}
			if got := w.capacity("shop-web-v001") + " " + w.capacity("shop-web-v000"); e.Status != gennaker.Succeeded || got != "1/4/6 1/4/6" {
				t.Errorf("ended %s, and then they had %s: %s", e.Status, got, e.Error)
			}
		})
	}
}

// unlessNested leaves calls alone that a fault itself makes.
func unlessNested(fault func(memory.Call) error) func(memory.Call) error {
	return func(c memory.Call) error {
		if c.Method == "Get" || c.Method == "List" {
			return nil
		}
		return fault(c)
	}
}

// Every strategy is content with the percentage that the document asks for,
// and no strategy with less than all without it.
func TestEveryStrategyKnowsHowManyMustBeHealthy(t *testing.T) {
	for _, strategy := range []string{``, `, "strategy": "none"`, `, "strategy": "highlander"`, `, "strategy": "redblack"`,
		`, "strategy": "rollingredblack"`, `, "strategy": "monitored"`} {
		for _, c := range []struct {
			percent string
			want    gennaker.Status
		}{{``, gennaker.Terminal}, {`, "targetHealthyDeployPercentage": 75`, gennaker.Succeeded}, {`, "targetHealthyDeployPercentage": 90`, gennaker.Terminal}} {
			t.Run(strategy+c.percent, func(t *testing.T) {
				w := worldWith(t, activities.Config{LookOnce: true})
				w.cloud.Now = w.env.Now
				w.have("shop-web-v000")
				w.sized("shop-web-v000", oldSize)
				w.cloud.Fault = func(call memory.Call) error {
					if call.After && (call.Method == "Create" || call.Method == "Resize") {
						w.cloud.SickenSome(webRef("shop-web-v001"), 1, gennaker.Down)
					}
					return nil
				}
				e := w.run(deploying(`, "useSourceCapacity": true`+strategy+c.percent, `"stageTimeoutMs": 20000,`), nil)
				if e.Status != c.want {
					t.Errorf("ended %s, want %s with three of four healthy: %s", e.Status, c.want, e.Error)
				}
			})
		}
	}
}

// Documents about clouds that have namespaces say so.
func TestANamespaceIsARegion(t *testing.T) {
	for _, c := range []struct{ name, stage string }{
		{"of a cluster block", `"type": "deploy", "clusters": [{"account": "cloud", "stack": "web", "namespace": "eu"}]`},
		{"which goes before its region", `"type": "deploy", "clusters": [{"account": "cloud", "stack": "web", "namespace": "eu", "region": "us"}]`},
		{"of a clone", `"type": "cloneServerGroup", "account": "cloud", "namespace": "eu", "source": {"region": "us", "serverGroupName": "shop-web-v007"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			haveIn(t, w.cloud, in("cloud", "us", "shop-web-v007"), gennaker.Capacity{Min: 1, Desired: 1, Max: 1})
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", `+c.stage+`}]}`, nil)
			list, err := w.cloud.List(t.Context(), gennaker.Scope{Region: "eu"})
			if err != nil || e.Status != gennaker.Succeeded || len(list) != 1 || list[0].Moniker.Cluster() != "shop-web" {
				t.Errorf("it is %s, %q, and in the namespace are %+v, %v", e.Status, failed(e), list, err)
			}
		})
	}
}
