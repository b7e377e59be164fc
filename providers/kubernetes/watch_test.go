package kubernetes_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/providertest"
)

// heard waits until somebody is told to look.
func heard(t *testing.T, told <-chan struct{}) {
	t.Helper()
	select {
	case <-told:
	case <-time.After(time.Minute):
		t.Fatal("nobody was told of the change")
	}
}

// told looks at a server group when it is told to, and at no other time, until
// it is as wanted. While the cluster does not answer it is not.
func (a *account) told(told <-chan struct{}, name, what string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	a.t.Helper()
	for {
		heard(a.t, told)
		g, err := a.Get(a.t.Context(), a.ref(name))
		if err != nil && !errors.Is(err, gennaker.ErrUnavailable) {
			a.t.Fatalf("%s never was %s: %v", name, what, err)
		}
		if err == nil && ok(g) {
			return g
		}
	}
}

// calm waits until nobody was told anything for a while.
func calm(told <-chan struct{}) {
	for {
		select {
		case <-told:
		case <-time.After(500 * time.Millisecond):
			return
		}
	}
}

func (a *account) resize(name string, to int) {
	a.t.Helper()
	r := gennaker.ResizeServerGroup{ServerGroupRef: a.ref(name), Capacity: gennaker.Capacity{Desired: to, Max: to}}
	if err := a.Resize(a.t.Context(), r); err != nil {
		a.t.Fatal(err)
	}
}

// watches reports whether a request begins a watch.
func watches(r *http.Request) bool { return r.URL.Query().Get("watch") == "true" }

func TestWhoWaitsIsToldAndDoesNotAsk(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.create("shop-web-v000", 1)
	told := a.WatchServerGroup(t.Context(), a.ref("shop-web-v000"))
	a.told(told, "shop-web-v000", "up", up(1))
	calm(told)
	var asked atomic.Int32
	a.link.Decide(func(r *http.Request) providertest.Fate {
		asked.Add(1)
		return providertest.Fate{}
	})
	calm(told)
	if n := asked.Load(); n != 0 {
		t.Errorf("there were %d requests while nothing changed, want none", n)
	}
	a.link.Decide(nil)
	a.resize("shop-web-v000", 2)
	a.told(told, "shop-web-v000", "resized", up(2))
	if err := a.Disable(t.Context(), a.ref("shop-web-v000")); err != nil {
		t.Fatal(err)
	}
	a.told(told, "shop-web-v000", "out of traffic", func(g gennaker.ServerGroup) bool { return g.Count(gennaker.OutOfService) == 2 })
}

func TestAWatchThatBreaksBeginsAgain(t *testing.T) {
	t.Parallel()
	expired := `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired","code":410}}`
	for _, c := range []struct {
		name string
		is   func(*http.Request) providertest.Fate // of the watches that begin then
	}{
		{"its connection is cut", func(*http.Request) providertest.Fate { return providertest.Fate{} }},
		{"what it has seen last is forgotten", func(*http.Request) providertest.Fate { return providertest.Fate{Status: http.StatusOK, Body: expired} }},
		{"it cannot begin", func(*http.Request) providertest.Fate { return providertest.Fate{Cut: true} }},
		{"it is refused", func(*http.Request) providertest.Fate {
			return providertest.Fate{Status: http.StatusTooManyRequests, Body: "slow down"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			a.create("shop-web-v000", 1)
			told := a.WatchServerGroup(t.Context(), a.ref("shop-web-v000"))
			a.told(told, "shop-web-v000", "up", up(1))
			calm(told)
			var begun atomic.Int32
			a.link.Decide(func(r *http.Request) providertest.Fate {
				if watches(r) && begun.Add(1) <= 6 { // of three watches
					return c.is(r)
				}
				return providertest.Fate{}
			})
			a.link.Break()
			a.resize("shop-web-v000", 2)
			a.told(told, "shop-web-v000", "resized", up(2))
			a.resize("shop-web-v000", 3)
			a.told(told, "shop-web-v000", "resized again", up(3))
		})
	}
}

func TestAWatchOutlastsTheAPIServer(t *testing.T) {
	a := open(t)
	a.create("shop-web-v000", 1)
	told := a.WatchServerGroup(t.Context(), a.ref("shop-web-v000"))
	a.told(told, "shop-web-v000", "up", up(1))
	a.cluster.RestartAPI(t)
	a.resize("shop-web-v000", 2)
	a.told(told, "shop-web-v000", "resized", up(2))
}

func TestManifestsAndTheirPodsAreWatched(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.permitManifests()
	ref := gennaker.ManifestRef{Account: "test", Namespace: a.namespace, Kind: "deployment", Name: "web"}
	told := a.WatchManifests(t.Context(), []gennaker.ManifestRef{ref})
	a.deployment("web", map[string]string{"app": "web"})
	look := func(what string, ok func(gennaker.Manifest) bool) {
		t.Helper()
		for {
			heard(t, told)
			m, err := a.GetManifest(t.Context(), ref)
			if err == nil && ok(m) {
				return
			}
			if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	look("stable", func(m gennaker.Manifest) bool { return m.Rollout.State == gennaker.RolloutStable })
	image := gennaker.PatchManifest{ManifestRef: ref, Strategy: "strategic", Token: "a", Patch: patchTo("web-sick:1")}
	if err := a.PatchManifest(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	look("kept by its pods", func(m gennaker.Manifest) bool { return strings.Contains(m.Rollout.Reason, "ImagePullBackOff") })
	if err := a.DeleteManifest(t.Context(), gennaker.DeleteManifest{ManifestRef: ref}); err != nil {
		t.Fatal(err)
	}
	for gone := false; !gone; {
		heard(t, told)
		_, err := a.GetManifest(t.Context(), ref)
		gone = errors.Is(err, gennaker.ErrNotFound)
	}
}
