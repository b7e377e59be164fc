package cloudfoundry_test

import (
	"testing"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

// beginCanary has a server group of five, of shop:7, go to shop:8 in steps.
func beginCanary(t *testing.T, steps ...int) (*target, *cloudfoundry.Cloud, gennaker.ServerGroupRef) {
	t.Helper()
	it := startTarget(t, cftest.Times{Starting: 3 * time.Second})
	cloud := it.account(t)
	r := request("shop-web-v000", spec())
	r.Capacity = gennaker.Capacity{Desired: 5, Max: 5}
	create(t, cloud, r)
	it.clock.Advance(10 * time.Second)
	start := gennaker.StartRefresh{ServerGroupRef: r.Ref(), MinHealthy: 80, Steps: steps, Token: "r",
		Spec: map[string]any{"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop:8"}}}
	if err := cloud.StartRefresh(t.Context(), start); err != nil {
		t.Fatalf("StartRefresh = %v", err)
	}
	return it, cloud, r.Ref()
}

// later is how a refresh and its server group are when nothing more happens by
// itself.
func (it *target) later(t *testing.T, cloud *cloudfoundry.Cloud, ref gennaker.ServerGroupRef) (gennaker.Refresh, gennaker.ServerGroup) {
	t.Helper()
	for range 10 {
		it.clock.Advance(5 * time.Second)
		get(t, cloud, ref)
	}
	r, err := cloud.GetRefresh(t.Context(), ref)
	if err != nil {
		t.Fatalf("GetRefresh = %v", err)
	}
	return r, get(t, cloud, ref)
}

// A step has one instance more than is wanted, the last has not.
func TestACanaryGrowsStepByStep(t *testing.T) {
	it, cloud, ref := beginCanary(t, 10, 40, 100)
	for step, want := range []struct{ percent, instances int }{{20, 6}, {40, 6}, {100, 5}} {
		r, g := it.later(t, cloud, ref)
		if r.State != gennaker.RefreshPaused || r.Step != step+1 || r.Percent != want.percent || g.Count(gennaker.Up) != want.instances {
			t.Errorf("at step %d it is %+v, with %d instances up, want %+v", step+1, r, g.Count(gennaker.Up), want)
		}
		if err := cloud.ContinueRefresh(t.Context(), gennaker.RefreshStep{ServerGroupRef: ref, Token: "r", Step: step + 1}); err != nil {
			t.Fatalf("ContinueRefresh = %v", err)
		}
	}
	if r, g := it.later(t, cloud, ref); r.State != gennaker.RefreshSucceeded || g.Image != "shop:8" || g.Count(gennaker.Up) != 5 || g.Capacity.Desired != 5 {
		t.Errorf("in the end it is %+v, %+v", r, g)
	}
}

func TestACanaryThatCrashesInItsPauseIsSeen(t *testing.T) {
	it, cloud, ref := beginCanary(t, 40)
	r, g := it.later(t, cloud, ref)
	if r.Percent != 40 {
		t.Fatalf("it pauses as %+v, want 40 %% replaced", r)
	}
	it.server.Sicken(g.Instances[len(g.Instances)-1].ID, true)
	if r, _ = it.later(t, cloud, ref); r.State != gennaker.RefreshPaused || r.Percent != 20 {
		t.Errorf("afterwards it is %+v, want it paused with 20 %% up", r)
	}
}

// What a server group says that it runs is what it runs.
func TestACancelledCanaryRunsWhatItRanBefore(t *testing.T) {
	it, cloud, ref := beginCanary(t, 40)
	if _, g := it.later(t, cloud, ref); g.Image != "shop:8" {
		t.Errorf("at its step it runs %s, want shop:8", g.Image)
	}
	for range 2 {
		if err := cloud.CancelRefresh(t.Context(), ref); err != nil {
			t.Fatalf("CancelRefresh = %v", err)
		}
	}
	if r, g := it.later(t, cloud, ref); r.State != gennaker.RefreshCancelled || g.Image != "shop:7" || g.Count(gennaker.Up) != 5 {
		t.Errorf("afterwards it is %+v, %+v", r, g)
	}
	again := gennaker.StartRefresh{ServerGroupRef: ref, MinHealthy: 80, Steps: []int{40}, Token: "r",
		Spec: map[string]any{"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop:8"}}}
	if err := cloud.StartRefresh(t.Context(), again); err != nil {
		t.Fatalf("StartRefresh = %v", err)
	}
	if g := get(t, cloud, ref); g.Image != "shop:7" {
		t.Errorf("once the call that began it is made again, it says that it runs %s", g.Image)
	}
}

// An app that somebody else has made has no notes of its size.
func TestACanaryOfAnAppOfSomebodyElses(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	it.server.AddApp("shop", "dev", "shop-web", nil)
	asks := it.client(t)
	web, err := asks.Processes.Single(t.Context(), nil) // it is the only app
	if err == nil {
		_, err = asks.Processes.Scale(t.Context(), web.GUID, resource.NewProcessScale().WithInstances(3))
	}
	if err != nil {
		t.Fatal(err)
	}
	cloud := it.account(t)
	ref := gennaker.ServerGroupRef{Location: gennaker.In("cf", region), Name: "shop-web"}
	if err := cloud.StartServerGroup(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if err := cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: ref, MinHealthy: 60, Steps: []int{30}, Token: "r"}); err != nil {
		t.Fatal(err)
	}
	if r, g := it.later(t, cloud, ref); r.State != gennaker.RefreshPaused || r.Percent != 25 || g.Capacity.Desired != 4 {
		t.Errorf("it is %+v, of the size %s, want one of four instances new", r, g.Capacity)
	}
}
