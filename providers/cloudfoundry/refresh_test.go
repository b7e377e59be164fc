package cloudfoundry_test

import (
	"testing"
	"time"

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
