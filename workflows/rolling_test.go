package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/store"
)

// rolling is a rolling deployment in steps of its clusters' fields.
func rolling(more string) string {
	return deploying(`, "strategy": "rollingredblack", "targetPercentages": [25, 50]`+more, "")
}

func webRef(name string) gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: name}
}

// sized gives a server group another capacity.
func (w *world) sized(name string, capacity gennaker.Capacity) {
	w.t.Helper()
	if err := w.cloud.Resize(w.t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: webRef(name), Capacity: capacity}); err != nil {
		w.t.Fatalf("Resize(%s) = %v", name, err)
	}
}

func (w *world) capacity(name string) string {
	w.t.Helper()
	g, err := w.cloud.Get(w.t.Context(), webRef(name))
	if err != nil {
		w.t.Fatalf("Get(%s) = %v", name, err)
	}
	return g.Capacity.String()
}

// traffic writes down how many instances take traffic after each change.
func (w *world) traffic() *[]string {
	var mu sync.Mutex
	var seen []string
	w.cloud.Fault = func(c memory.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if c.After && c.Method != "List" && c.Method != "Get" {
			seen = append(seen, strings.TrimPrefix(fmt.Sprint(w.cloud.InService(gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop-web"})), "map"))
		}
		return nil
	}
	return &seen
}

func TestARollingDeploymentMovesTheTrafficStepByStep(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.sized("shop-web-v001", gennaker.Capacity{Min: 1, Desired: 4, Max: 6})
	seen := w.traffic()
	e := w.run(rolling(""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000 shop-web-v001 shop-web-v002+" {
		t.Fatalf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	want := []string{
		"[shop-web-v001:4]", "[shop-web-v001:4]", // made empty; the source is pinned
		"[shop-web-v001:4 shop-web-v002:1]", "[shop-web-v001:3 shop-web-v002:1]",
		"[shop-web-v001:3 shop-web-v002:2]", "[shop-web-v001:2 shop-web-v002:2]",
		"[shop-web-v001:2 shop-web-v002:4]", "[shop-web-v002:4]", "[shop-web-v002:4]",
	}
	if fmt.Sprint(*seen) != fmt.Sprint(want) {
		t.Errorf("traffic went\n%s, want\n%s", strings.Join(*seen, "\n"), strings.Join(want, "\n"))
	}
	if got := w.capacity("shop-web-v002") + " " + w.capacity("shop-web-v001"); got != "1/4/6 1/4/6" {
		t.Errorf("capacities = %s, want those of the source, no longer pinned", got)
	}
}

func TestTheFirstRollingDeploymentGrowsToItsOwnCapacity(t *testing.T) {
	w := newWorld(t)
	e := w.run(rolling(""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000+" || w.capacity("shop-web-v000") != "1/2/3" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
}

func TestARollingDeploymentWaitsAndScalesDown(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	e := w.run(rolling(`, "delayBeforeCleanup": 60, "scaleDown": true, "delayBeforeScaleDownSec": 120`), nil)
	if e.Status != gennaker.Succeeded || w.capacity("shop-web-v000") != "0/0/0" {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 5*time.Minute {
		t.Errorf("took %s, want three delays of a minute and one of two", took)
	}
}

func TestTargetPercentagesMustAscend(t *testing.T) {
	w := newWorld(t)
	e := w.run(deploying(`, "strategy": "rollingredblack", "targetPercentages": [50, 25]`, ""), nil)
	if want := "targetPercentages [50 25]: invalid"; !strings.Contains(e.Error, want) || w.groups() != "" {
		t.Errorf("error = %q with %s, want %q and nothing made", e.Error, w.groups(), want)
	}
}

// What becomes of a rolling deployment whose new instances never are healthy.
func TestAFailedRollingDeployment(t *testing.T) {
	for _, c := range []struct{ name, cluster, want string }{
		{"leaves what it has made, and the source takes all traffic and may shrink", ``, "shop-web-v000+ shop-web-v001+"},
		{"is taken back", `, "rollback": {"onFailure": true}`, "shop-web-v000+ shop-web-v001"},
		{"is taken back and destroyed", `, "rollback": {"onFailure": true, "destroyLatest": true}`, "shop-web-v000+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			e := w.run(deploying(`, "strategy": "rollingredblack", "health": "Down"`+c.cluster, `"stageTimeoutMs": 1500,`), nil)
			if got := w.groups(); e.Status != gennaker.Terminal || got != c.want || w.capacity("shop-web-v000") != "1/2/3" {
				t.Errorf("ended %s with %s, want TERMINAL with %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

// A rolling deployment that fails in the middle is none of both: without a
// rollback the new server group stays, and the old one takes all traffic again.
func TestARollingDeploymentThatFailsGivesTheSourceItsTrafficBack(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	w.sized("shop-web-v000", gennaker.Capacity{Min: 1, Desired: 4, Max: 6})
	seen := w.traffic()
	record := w.cloud.Fault
	w.cloud.Fault = func(c memory.Call) error {
		if c.Method == "Resize" && c.ServerGroup == "shop-web-v001" && len(*seen) > 5 {
			return fmt.Errorf("memory: resize: %w", gennaker.ErrDenied)
		}
		return record(c)
	}
	e := w.run(rolling(""), nil)
	if got := w.groups(); e.Status != gennaker.Terminal || got != "shop-web-v000+ shop-web-v001+" || w.capacity("shop-web-v000") != "1/4/6" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	steps := *seen
	if got := strings.Join(steps[len(steps)-3:], " "); got != "[shop-web-v000:2 shop-web-v001:2] [shop-web-v000:2 shop-web-v001:2] [shop-web-v000:4 shop-web-v001:2]" {
		t.Errorf("traffic ended with %s, want all of the source back", got)
	}
}

func TestAValidationPipelineJudgesEachStep(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  gennaker.Status
		want    string
		started int
	}{
		{"and lets it go on", gennaker.Succeeded, "shop-web-v000 shop-web-v001+", 3},
		{"and has it taken back", gennaker.Terminal, "shop-web-v000+ shop-web-v001", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			w.stored = store.Memory{{Application: "shop", Name: "smoke"}}
			w.others.Ends = func(gennaker.Start) gennaker.Execution {
				return gennaker.Execution{Status: c.status, Error: "too slow"}
			}
			e := w.run(rolling(`, "rollback": {"onFailure": true}, "pipelineBeforeCleanup": {"application": "shop", "pipelineId": "smoke",
				"pipelineParameters": {"depth": "full"}}`), nil)
			if got := w.groups(); got != c.want || (c.status == gennaker.Succeeded) != (e.Status == gennaker.Succeeded) {
				t.Errorf("ended %s with %s, want %s: %s", e.Status, got, c.want, e.Error)
			}
			started := w.others.Started()
			if len(started) != c.started {
				t.Fatalf("%d pipelines were started, want %d", len(started), c.started)
			}
			got := fmt.Sprint(started[0].Trigger.Parameters)
			if want := "map[deployedServerGroup:shop-web-v001 depth:full percentageComplete:25 sourceServerGroup:shop-web-v000]"; got != want {
				t.Errorf("parameters = %s, want %s", got, want)
			}
			if c.status != gennaker.Succeeded && !strings.Contains(e.Error, "shop-web-v001 at 25 %: execution shop/smoke/") {
				t.Errorf("error = %q", e.Error)
			}
		})
	}
}

func TestCancellingARollingDeploymentCancelsItsValidation(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	w.stored = store.Memory{{Application: "shop", Name: "smoke"}}
	w.others.Ends = func(gennaker.Start) gennaker.Execution { return gennaker.Execution{Status: gennaker.Running} }
	w.when("AwaitExecution", func() {
		w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
	})
	e := w.run(rolling(`, "pipelineBeforeCleanup": {"pipelineId": "smoke"}`), nil)
	if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000+" || w.capacity("shop-web-v000") != "1/2/3" {
		t.Errorf("ended %s with %s, want CANCELED with what was there before: %s", e.Status, got, e.Error)
	}
	parent := w.others.Started()[0].Trigger.Parent
	if parent == nil || parent.Execution != executionID || parent.Stage != "1" || parent.Depth != 1 {
		t.Errorf("the pipeline's parent = %+v", parent)
	}
}

func TestAServerGroupAsBigAsItsSource(t *testing.T) {
	for _, c := range []struct{ name, cluster, before, want string }{
		{"takes its size", `, "useSourceCapacity": true`, "shop-web-v000", "2/4/6"},
		{"takes that of the named one", `, "source": {"asgName": "shop-web-v000", "useSourceCapacity": "true"}`, "shop-web-v000", "2/4/6"},
		{"fails without one", `, "useSourceCapacity": true`, "", "useSourceCapacity: not found"},
		{"is as big as said without one", `, "useSourceCapacity": true, "preferSourceCapacity": true`, "", "1/2/3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			made := "shop-web-v000"
			if c.before != "" {
				w.have(c.before)
				w.sized(c.before, gennaker.Capacity{Min: 2, Desired: 4, Max: 6})
				made = "shop-web-v001"
			}
			e := w.run(deploying(`, "strategy": "redblack"`+c.cluster, ""), nil)
			got := e.Error
			if e.Status == gennaker.Succeeded {
				got = w.capacity(made)
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("ended %s with %s, want %s", e.Status, got, c.want)
			}
		})
	}
}

// draining is a cloud whose instances are never done with the requests in
// flight.
type draining struct{ *memory.Cloud }

func (d draining) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	list, err := d.Cloud.List(ctx, scope)
	for _, g := range list {
		for i := range g.Instances {
			if g.Enabled && g.Instances[i].Health == gennaker.OutOfService {
				g.Instances[i].Health = gennaker.Draining
			}
		}
	}
	return list, err
}

func TestWhatIsStillDrainingComesBackWhenItIsCancelled(t *testing.T) {
	w := worldOn(t, activities.Config{LookOnce: true}, func(w *world) providers.Provider { return draining{w.cloud} })
	w.have("shop-web-v000")
	w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(deploying(`, "strategy": "rollingredblack", "targetPercentages": [50], "delayBeforeCleanup": 50`, ""), nil)
	serving := w.cloud.InService(webCluster)
	if e.Status != gennaker.Canceled || len(serving) != 1 || serving["shop-web-v000"] != 2 {
		t.Errorf("ended %s with %v in service, want CANCELED with both instances of shop-web-v000: %s", e.Status, serving, e.Error)
	}
}
