package workflows_test

import (
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/memory"
)

// What is done if a deployment does not go well is known before the cloud is
// asked for the first change.
func TestTheWayBackIsKnownBeforeTheFirstChange(t *testing.T) {
	for _, c := range []struct{ name, cluster, want string }{
		{"of what fails stays", `, "strategy": "redblack"`,
			"if it fails: shop-web-v002 stays; if it is cancelled: enable shop-web-v001 (2), disable and destroy shop-web-v002"},
		{"of what is rolled back", `, "strategy": "redblack", "rollback": {"onFailure": true}`,
			"if it fails: enable shop-web-v001 (2), disable shop-web-v002; if it is cancelled: enable shop-web-v001 (2), disable and destroy shop-web-v002"},
		{"of traffic that moves step by step", `, "strategy": "rollingredblack"`,
			"if it fails: enable shop-web-v001 (2), shop-web-v002 stays; if it is cancelled: enable shop-web-v001 (2), disable and destroy shop-web-v002"},
		{"of what is destroyed", `, "strategy": "rollingredblack", "rollback": {"onFailure": true, "destroyLatest": true}`,
			"if it fails or is cancelled: enable shop-web-v001 (2), disable and destroy shop-web-v002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000", "shop-web-v001")
			w.disable("shop-web-v000")
			var before []string
			w.cloud.Fault = func(call memory.Call) error {
				if call.Method != "Create" || call.After {
					return nil
				}
				asked := make(chan struct{})
				w.env.RegisterDelayedCallback(func() {
					defer close(asked)
					var text string
					value, err := w.env.QueryWorkflowByID(webCluster.WorkflowID(), gennaker.QueryWayBack)
					if err == nil {
						err = value.Get(&text)
					}
					if err != nil {
						t.Errorf("query: %v", err)
					}
					before = append(before, text)
				}, 0)
				<-asked
				return nil
			}
			e := w.run(deploying(c.cluster, ""), nil)
			if e.Status != gennaker.Succeeded || len(before) != 1 || before[0] != c.want {
				t.Errorf("ended %s, and the way back was %q, want %q", e.Status, before, c.want)
			}
		})
	}
}
