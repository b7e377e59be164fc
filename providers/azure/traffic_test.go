package azure_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/providertest"
)

// request asks for a server group of the cluster shop-web.
func request(sequence, desired int, block map[string]any) gennaker.CreateServerGroup {
	m := gennaker.Moniker{App: "shop", Stack: "web", Sequence: sequence}
	return gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: m.Name(), Moniker: m,
		Capacity: gennaker.Capacity{Desired: desired, Max: 4}, Marks: map[string]string{gennaker.MarkToken: m.Name()}, Spec: block}
}

// have makes a server group and waits until it is up.
func have(t *testing.T, c *azure.Cloud, r gennaker.CreateServerGroup) gennaker.ServerGroup {
	t.Helper()
	if err := c.Create(t.Context(), r); err != nil {
		t.Fatalf("Create = %v", err)
	}
	return eventually(t, c, r.Ref(), "up", func(g gennaker.ServerGroup) bool {
		return len(g.Instances) == r.Capacity.Desired && g.Count(gennaker.Up) == r.Capacity.Desired
	})
}

// eventually reads a server group until it is as wanted.
func eventually(t *testing.T, c *azure.Cloud, ref gennaker.ServerGroupRef, what string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; pause() {
		g, err := c.Get(t.Context(), ref)
		if err == nil && ok(g) {
			return g
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never was %s: %+v, %v", ref.Name, what, g, err)
		}
	}
}

func out(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool { return !g.Enabled && g.Count(gennaker.OutOfService) == n }
}

func TestSeveralServerGroupsShareAPool(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	old := have(t, c, request(0, 2, spec("Uniform")))
	have(t, c, request(1, 1, spec("Uniform")))
	if n := it.cloud.Members("front", "web"); n != 3 {
		t.Errorf("%d instances are in the pool, want those of both, 3", n)
	}
	if err := c.Disable(t.Context(), old.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	g := eventually(t, c, old.Ref(), "out of traffic", out(2))
	if n := it.cloud.Members("front", "web"); n != 1 {
		t.Errorf("%d instances are in the pool, want that of the one that is enabled", n)
	}
	if len(g.LoadBalancers) != 1 || g.LoadBalancers[0] != "front" {
		t.Errorf("while it is disabled its load balancers are %v, want front", g.LoadBalancers)
	}
	list, err := c.ListLoadBalancers(t.Context(), region)
	if err != nil || len(list) != 2 || list[0].Name != "front" || list[0].Address != "203.0.113.7" || strings.Join(list[0].ServerGroups, " ") != "shop-web-v001" {
		t.Errorf("ListLoadBalancers = %+v, %v, want front with the enabled server group, and gate", list, err)
	}
}

func TestApplicationGatewaysHavePoolsToo(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	block := spec("Uniform")
	delete(block, "loadBalancerName")
	block["backendPools"] = []any{"gate/green", "front/web"}
	r := request(0, 1, block)
	r.LoadBalancers = []string{"gate"} // of which it has a pool already
	g := have(t, c, r)
	if it.cloud.Members("gate", "green") != 1 || it.cloud.Members("gate", "blue") != 0 || it.cloud.Members("front", "web") != 1 {
		t.Errorf("its instance is not in gate/green and front/web")
	}
	if err := c.Disable(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	eventually(t, c, g.Ref(), "out of traffic", out(1))
	if it.cloud.Members("gate", "green")+it.cloud.Members("front", "web") != 0 {
		t.Errorf("its instance is still in a pool")
	}
	if err := c.Enable(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Enable = %v", err)
	}
	eventually(t, c, g.Ref(), "up", func(g gennaker.ServerGroup) bool { return g.Enabled && g.Count(gennaker.Up) == 1 })
	if it.cloud.Members("gate", "green") != 1 || it.cloud.Members("front", "web") != 1 {
		t.Errorf("its instance is not in all of its pools again")
	}
}

// A worker that dies between the two halves of a change leaves it for another:
// what the first has begun is followed to its end, and not begun again.
func TestAnotherWorkerGoesOnWhereOneHasDied(t *testing.T) {
	t.Parallel()
	const upgrade = "Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action"
	for _, c := range []struct {
		moment string
		dies   func(seen []string, action string) bool
	}{
		{"as soon as the model is changed", func(seen []string, _ string) bool { return len(seen) > 0 && seen[len(seen)-1] == "PATCH" }},
		{"before it brings the instances up", func(_ []string, action string) bool { return action == upgrade }},
	} {
		t.Run(c.moment, func(t *testing.T) {
			t.Parallel()
			it := startTarget(t)
			doomed := it.account(t)
			g := have(t, doomed, request(0, 2, spec("Uniform")))
			ctx, die := context.WithCancel(t.Context())
			var seen []string
			it.Decide(func(r *http.Request) providertest.Fate {
				if c.dies(seen, azuretest.Action(r)) {
					die()
					return providertest.Fate{Cut: true}
				}
				seen = append(seen, r.Method)
				return providertest.Fate{}
			})
			before := it.cloud.Effects()
			if err := doomed.Disable(ctx, g.Ref()); !errors.Is(err, context.Canceled) {
				t.Fatalf("Disable of the worker that dies = %v, want context.Canceled", err)
			}
			it.Decide(nil)
			another := it.account(t)
			if g, err := another.Get(t.Context(), g.Ref()); err != nil || g.Enabled || it.cloud.Members("front", "web") != 2 {
				t.Fatalf("after the first half it is %+v, %v, with %d in the pool", g, err, it.cloud.Members("front", "web"))
			}
			if err := another.Disable(t.Context(), g.Ref()); err != nil {
				t.Fatalf("Disable of the other worker = %v", err)
			}
			eventually(t, another, g.Ref(), "out of traffic", out(2))
			after := it.cloud.Effects()
			for what, want := range map[string]int{"models changed": 1, "instances brought up to the model": 2} {
				if got := after[what] - before[what]; got != want {
					t.Errorf("%s: %d, want %d", what, got, want)
				}
			}
		})
	}
}

// Where Azure brings the instances up by itself, nobody asks for it twice.
func TestAnAutomaticUpgradeIsLeftToAzure(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	block := spec("Uniform")
	block["upgradePolicy"] = "Automatic"
	g := have(t, c, request(0, 2, block))
	if err := c.Disable(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	eventually(t, c, g.Ref(), "out of traffic", out(2))
	if n := it.cloud.Effects()["instances brought up to the model"]; n != 0 {
		t.Errorf("%d instances were brought up by hand", n)
	}
}

func TestAServerGroupWithoutALoadBalancerIsOutOfTrafficByItsTag(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	block := spec("Flexible")
	delete(block, "loadBalancerName")
	g := have(t, c, request(0, 1, block))
	if err := c.Disable(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	eventually(t, c, g.Ref(), "out of traffic", out(1))
	if err := c.Enable(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Enable = %v", err)
	}
	eventually(t, c, g.Ref(), "up", func(g gennaker.ServerGroup) bool { return g.Enabled && g.Count(gennaker.Up) == 1 })
}

// Destroy leaves the pools first, so that no request goes to what is no more.
func TestWhatIsDestroyedLeavesThePoolsFirst(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	g := have(t, c, request(0, 2, spec("Uniform")))
	inPool := -1
	it.Decide(func(r *http.Request) providertest.Fate {
		if r.Method == http.MethodDelete {
			inPool = it.cloud.Members("front", "web")
		}
		return providertest.Fate{}
	})
	if err := c.Destroy(t.Context(), g.Ref()); err != nil {
		t.Fatalf("Destroy = %v", err)
	}
	if inPool != 0 {
		t.Errorf("when it was deleted, %d of its instances were in the pool, want 0", inPool)
	}
}

func TestAChangeOfWhatOthersChangeIsPlannedAnew(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	g := have(t, c, request(0, 1, spec("Uniform")))
	others := 0
	it.Decide(func(r *http.Request) providertest.Fate {
		if r.Method == http.MethodPatch && others == 0 { // somebody is faster
			others++
			return providertest.Fate{Status: http.StatusPreconditionFailed, Body: `{"error": {"code": "PreconditionFailed", "message": "no"}}`}
		}
		return providertest.Fate{}
	})
	err := c.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: g.Ref(), Capacity: gennaker.Capacity{Min: 1, Desired: 3, Max: 5}})
	if err != nil {
		t.Fatalf("Resize = %v", err)
	}
	now := eventually(t, c, g.Ref(), "resized", func(g gennaker.ServerGroup) bool { return g.Count(gennaker.Up) == 3 })
	if want := (gennaker.Capacity{Min: 1, Desired: 3, Max: 5}); now.Capacity != want {
		t.Errorf("capacity = %s, want %s", now.Capacity, want)
	}
}
