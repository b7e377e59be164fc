package workflows_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers/memory"
)

// byHand does something to the cloud behind a deployment's back, once, as soon
// as it has asked for a change of that method of the server group.
func (w *world) byHand(method, name string, do func(*memory.Cloud)) {
	var once sync.Once
	w.cloud.Fault = func(c memory.Call) error {
		if c.After && c.Method == method && c.ServerGroup == name {
			once.Do(func() { do(w.cloud) })
		}
		return nil
	}
}

// handWorld has a disabled server group and one of four instances.
func handWorld(t *testing.T) *world {
	t.Helper()
	w := worldWith(t, activities.Config{LookOnce: true})
	w.cloud.Now = w.env.Now
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.sized("shop-web-v001", oldSize)
	return w
}

// What was planned is held against the cluster as it is: a deployment, and its
// way back, do what is still needed, and leave alone what somebody has done.
func TestADeploymentFindsItsClusterChangedByHand(t *testing.T) {
	ctx := t.Context()
	gone := func(names ...string) func(*memory.Cloud) {
		return func(c *memory.Cloud) {
			for _, name := range names {
				c.Destroy(ctx, webRef(name))
			}
		}
	}
	const rollback = `, "rollback": {"onFailure": true}`
	for _, c := range []struct {
		name, cluster string
		method, group string // when it happens
		by            func(*memory.Cloud)
		want          string // afterwards
		ends          gennaker.Status
		says          string
	}{
		{"an old server group is gone before it is disabled", `, "strategy": "redblack"`, "Create", "shop-web-v002", gone("shop-web-v001"),
			"shop-web-v000 shop-web-v002+", gennaker.Succeeded, ""},
		{"an old server group is gone before it is scaled down", `, "strategy": "redblack", "scaleDown": true`, "Disable", "shop-web-v001", gone("shop-web-v001"),
			"shop-web-v000 shop-web-v002+", gennaker.Succeeded, ""},
		{"an old server group is gone before it is destroyed", `, "strategy": "highlander"`, "Create", "shop-web-v002", gone("shop-web-v000", "shop-web-v001"),
			"shop-web-v002+", gennaker.Succeeded, ""},
		{"the source is gone before it is pinned", `, "strategy": "rollingredblack", "targetPercentages": [50]`, "Create", "shop-web-v002", gone("shop-web-v001"),
			"shop-web-v000 shop-web-v002+", gennaker.Succeeded, ""},
		{"the source is gone in the middle", `, "strategy": "rollingredblack", "targetPercentages": [25, 50]`, "DisablePart", "shop-web-v001", gone("shop-web-v001"),
			"shop-web-v000 shop-web-v002+", gennaker.Succeeded, ""},
		{"the new server group is gone", `, "strategy": "redblack", "delayBeforeCleanup": 60` + rollback, "Create", "shop-web-v002", gone("shop-web-v002"),
			"shop-web-v000 shop-web-v001+", gennaker.Terminal, "shop-web-v002: not found"},
		{"the new server group is gone when it was healthy", `, "strategy": "highlander"` + rollback, "Get", "shop-web-v002", gone("shop-web-v002"),
			"shop-web-v000 shop-web-v001+", gennaker.Terminal, "shop-web-v002: not found"},
		{"what it is to go back to is gone, and the new one never is healthy", `, "strategy": "redblack", "health": "Down"` + rollback, "Create", "shop-web-v002", gone("shop-web-v001"),
			"shop-web-v000 shop-web-v002", gennaker.Terminal, "rolled back"},
		{"what it is to go back to was scaled up and disabled", `, "strategy": "redblack", "health": "Down"` + rollback, "Create", "shop-web-v002", func(c *memory.Cloud) {
			c.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: webRef("shop-web-v001"), Capacity: gennaker.Capacity{Min: 1, Desired: 6, Max: 6}})
			c.Disable(ctx, webRef("shop-web-v001"))
		}, "shop-web-v000 shop-web-v001+ shop-web-v002", gennaker.Terminal, "rolled back"},
		{"another server group was enabled", `, "strategy": "redblack", "health": "Down"` + rollback, "Create", "shop-web-v002", func(c *memory.Cloud) { c.Enable(ctx, webRef("shop-web-v000")) },
			"shop-web-v000+ shop-web-v001+ shop-web-v002", gennaker.Terminal, "rolled back"},
		{"the target of a push is gone", `, "strategy": "rollingpush", "start": 10`, "StartRefresh", "shop-web-v001", gone("shop-web-v001"),
			"shop-web-v000", gennaker.Terminal, "shop-web-v001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := handWorld(t)
			w.byHand(c.method, c.group, c.by)
			e := w.run(deploying(c.cluster, `"stageTimeoutMs": 70000,`), nil)
			w.cloud.Fault = nil
			if got := w.groups(); e.Status != c.ends || got != c.want || !strings.Contains(e.Error, c.says) {
				t.Errorf("ended %s with %s, want %s with %s: %s\nwant %s", e.Status, got, c.ends, c.want, e.Error, c.says)
			}
		})
	}
}

// A cancellation takes back what still can be: it never takes the last server
// group that serves.
func TestACancellationThatHasNothingToGoBackToSparesWhatServes(t *testing.T) {
	for _, c := range []struct{ name, cluster string }{
		{"of redblack", `, "strategy": "redblack", "delayBeforeCleanup": 600`},
		{"of rollingredblack", `, "strategy": "rollingredblack", "targetPercentages": [50], "delayBeforeCleanup": 600`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := handWorld(t)
			w.update(100e9, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
			w.env.RegisterDelayedCallback(func() { w.cloud.Destroy(t.Context(), webRef("shop-web-v001")) }, 50e9)
			e := w.run(deploying(c.cluster, ""), nil)
			if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000 shop-web-v002+" || w.serves("shop-web-v002") < 2 {
				t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
			}
			if got := e.Stages[0].Error; !strings.Contains(got, "taking shop-web-v002 back did not work: ") || !strings.Contains(got, "without it 0 instances of cluster shop-web would be in service") {
				t.Errorf("the stage says %q", got)
			}
		})
	}
}
