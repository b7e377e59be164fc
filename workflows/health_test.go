package workflows_test

import (
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// half is a cluster block whose instances their load balancer finds well, and
// nobody else.
const half = `, "strategy": "redblack", "health": "Down", "checks": {"LoadBalancer": "Up", "Discovery": "Down"}`

// patience is how long a stage may take: what is to fail does so soon.
func patience(want gennaker.Status) string {
	if want == gennaker.Terminal {
		return `"stageTimeoutMs": 700,`
	}
	return `"stageTimeoutMs": 20000,`
}

func TestADeploymentCountsTheHealthThatItIsTold(t *testing.T) {
	for _, c := range []struct {
		name, cluster, stage string
		want                 gennaker.Status
		groups               string
	}{
		{"all of it by default", half, "", gennaker.Terminal, "shop-web-v000+ shop-web-v001+"},
		{"null is the default", half, `"interestingHealthProviderNames": null,`, gennaker.Terminal, "shop-web-v000+ shop-web-v001+"},
		{"that of the stage", half, `"interestingHealthProviderNames": ["LoadBalancer"],`, gennaker.Succeeded, "shop-web-v000 shop-web-v001+"},
		{"that of the cluster block", half + `, "interestingHealthProviderNames": ["LoadBalancer"]`, "", gennaker.Succeeded, "shop-web-v000 shop-web-v001+"},
		{"that of the block before that of the stage", half + `, "interestingHealthProviderNames": ["Discovery"]`,
			`"interestingHealthProviderNames": ["LoadBalancer"],`, gennaker.Terminal, "shop-web-v000+ shop-web-v001+"},
		{"nobody's", half, `"interestingHealthProviderNames": [],`, gennaker.Succeeded, "shop-web-v000 shop-web-v001+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			e := w.run(deploying(c.cluster, c.stage+patience(c.want)), nil)
			if got := w.groups(); e.Status != c.want || got != c.groups {
				t.Errorf("ended %s with %s, want %s with %s: %s", e.Status, got, c.want, c.groups, e.Error)
			}
		})
	}
}

func TestAnOperationCountsTheHealthThatItIsTold(t *testing.T) {
	for names, want := range map[string]gennaker.Status{`null`: gennaker.Terminal, `["LoadBalancer"]`: gennaker.Succeeded, `[]`: gennaker.Succeeded} {
		w := newWorld(t)
		w.have("shop-web-v000")
		w.disable("shop-web-v000")
		w.cloud.Sicken(gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v000"}, gennaker.Down,
			gennaker.Check{Provider: "LoadBalancer", Health: gennaker.Up})
		e := w.run(`{"application": "shop", "name": "enable", "stages": [{"refId": "1", "type": "enableServerGroup", `+patience(want)+`
			"account": "cloud", "serverGroupName": "shop-web-v000", "interestingHealthProviderNames": `+names+`}]}`, nil)
		if e.Status != want {
			t.Errorf("with %s it ended %s, want %s: %s", names, e.Status, want, e.Error)
		}
		if took := e.EndTime.Sub(e.StartTime); want == gennaker.Succeeded && took > 15*time.Second {
			t.Errorf("with %s it took %s, want no waiting", names, took)
		}
	}
}
