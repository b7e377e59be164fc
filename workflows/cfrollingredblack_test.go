package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/memory"
)

// exchanging is a deployment whose instances take the place of the source's, in
// steps of its clusters' fields.
func exchanging(more string) string {
	return deploying(`, "strategy": "cfrollingredblack", "targetPercentages": [50]`+more, "")
}

func TestInstancesOfANewServerGroupTakeThePlaceOfTheSources(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.sized("shop-web-v001", gennaker.Capacity{Min: 1, Desired: 3, Max: 6})
	seen := w.traffic()
	e := w.run(exchanging(`, "maxRemainingAsgs": 2`), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v001 shop-web-v002+" {
		t.Fatalf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	want := []string{
		"[shop-web-v001:3 shop-web-v002:1]",                                      // made with one instance
		"[shop-web-v001:3 shop-web-v002:1]", "[shop-web-v001:2 shop-web-v002:1]", // two of three stay: half of them, rounded up
		"[shop-web-v001:2 shop-web-v002:2]", "[shop-web-v002:2]",
		"[shop-web-v002:2]", "[shop-web-v002:2]", "[shop-web-v002:2]", // v000 destroyed, v001 disabled and reset
	}
	if fmt.Sprint(*seen) != fmt.Sprint(want) {
		t.Errorf("traffic went\n%s, want\n%s", strings.Join(*seen, "\n"), strings.Join(want, "\n"))
	}
	if got := w.capacity("shop-web-v002") + " " + w.capacity("shop-web-v001"); got != "1/2/3 0/0/6" {
		t.Errorf("capacities = %s, want that of the document, and none of the source", got)
	}
}

// The size may stand in the manifest, as in documents for Cloud Foundry.
func TestTheSizeMayStandInTheManifest(t *testing.T) {
	for capacity, want := range map[string]string{``: "3/3/3", `, "capacity": {"min": 1, "desired": 2, "max": 4}`: "1/2/4"} {
		w := newWorld(t)
		e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "deploy", "clusters": [
			{"cloudProvider": "memory", "account": "cloud", "stack": "web", "strategy": "cfrollingredblack", "manifest": {"direct": {"instances": 3}}`+capacity+`}]}]}`, nil)
		if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000+" || w.capacity("shop-web-v000") != want {
			t.Errorf("ended %s with %s of %s, want %s: %s", e.Status, got, w.capacity("shop-web-v000"), want, e.Error)
		}
	}
}

// A deployment that fails when some instances are exchanged gives the source
// all that it had, and goes if it shall.
func TestAnExchangeThatFailsGivesTheSourceItsInstancesBack(t *testing.T) {
	for more, want := range map[string]string{
		``: "shop-web-v000+ shop-web-v001+",
		`, "rollback": {"onFailure": true, "destroyLatest": true}`: "shop-web-v000+",
	} {
		w := newWorld(t)
		w.have("shop-web-v000")
		w.sized("shop-web-v000", gennaker.Capacity{Min: 1, Desired: 4, Max: 6})
		w.cloud.Fault = func(c memory.Call) error {
			if c.Method == "Resize" && c.ServerGroup == "shop-web-v001" && c.After == false && w.inService("shop-web-v000") == 2 {
				return fmt.Errorf("memory: resize: %w", gennaker.ErrDenied)
			}
			return nil
		}
		e := w.run(exchanging(more), nil)
		if got := w.groups(); e.Status != gennaker.Terminal || got != want || w.capacity("shop-web-v000") != "1/4/6" || w.inService("shop-web-v000") != 4 {
			t.Errorf("ended %s with %s, source %s: %s, want %s and the source whole", e.Status, got, w.capacity("shop-web-v000"), e.Error, want)
		}
	}
}

// inService is how many instances of a server group take traffic.
func (w *world) inService(name string) int {
	return w.cloud.InService(gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop-web"})[name]
}
