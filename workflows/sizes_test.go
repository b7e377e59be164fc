package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// A min that was pinned goes back to what it was, by what the stage above has
// put out.
func TestAMinIsPinnedAndUnpinned(t *testing.T) {
	const document = `{"application": "shop", "name": "operate", "stages": [
		{"refId": "1", "type": "pinServerGroup", "credentials": "cloud", "serverGroupName": "shop-web-v000", "pinMinimumCapacity": true},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": 60},
		{"refId": "3", "requisiteStageRefIds": ["2"], "type": "resizeServerGroup", "credentials": "cloud", "serverGroupName": "shop-web-v000",
			"source": {"serverGroupName": "shop-web-v000"}, "unpinMinimumCapacity": true}]}`
	w := newWorld(t)
	w.have("shop-web-v000")
	w.view(30*time.Second, func(gennaker.Execution) {
		if got := w.capacity("shop-web-v000"); got != "2/2/3" {
			t.Errorf("while it is pinned: %s, want 2/2/3", got)
		}
	})
	e := w.run(document, nil)
	if got := w.capacity("shop-web-v000"); e.Status != gennaker.Succeeded || got != "1/2/3" {
		t.Errorf("ended %s with %s, want 1/2/3: %s", e.Status, got, e.Error)
	}
	if got := fmt.Sprint(e.Stages[0].Outputs["originalCapacity.shop-web-v000"]); got != "map[desired:2 max:3 min:1]" {
		t.Errorf("originalCapacity = %s", got)
	}
}

func TestACapacityIsCapturedAndItsMinApplied(t *testing.T) {
	const document = `{"application": "shop", "name": "operate", "stages": [
		{"refId": "1", "type": "captureSourceServerGroupCapacity", "useSourceCapacity": true,
			"source": {"account": "cloud", "region": "local", "asgName": "shop-web-v000", "serverGroupName": "shop-web-v000"}},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "applySourceServerGroupCapacity", "credentials": "cloud",
			"target": {"asgName": "shop-web-v001", "serverGroupName": "shop-web-v001", "region": "local", "account": "cloud"}}]}`
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	w.sized("shop-web-v001", gennaker.Capacity{Min: 2, Desired: 2, Max: 5})
	e := w.run(document, nil)
	if got := w.capacity("shop-web-v001"); e.Status != gennaker.Succeeded || got != "1/2/5" {
		t.Errorf("ended %s with %s, want 1/2/5: %s", e.Status, got, e.Error)
	}
	if got := fmt.Sprint(e.Stages[0].Outputs["capacity"]); got != "map[desired:2 max:3 min:2]" {
		t.Errorf("capacity = %s, want it pinned", got)
	}
}

func TestCaptureWithoutASource(t *testing.T) {
	for more, want := range map[string]gennaker.Status{`"useSourceCapacity": true`: gennaker.Terminal, `"useSourceCapacity": true, "preferSourceCapacity": true`: gennaker.Succeeded,
		`"useSourceCapacity": false`: gennaker.Succeeded} {
		e := newWorld(t).run(acting("captureSourceServerGroupCapacity", `, `+more), nil)
		if e.Status != want {
			t.Errorf("with %s it ended %s, want %s: %s", more, e.Status, want, e.Error)
		}
	}
}

func TestDetermineTarget(t *testing.T) {
	for word, want := range map[string]string{"current_asg_dynamic": "shop-web-v002", "ancestor_asg": "shop-web-v001", "oldest_asg_dynamic": "shop-web-v000"} {
		w := newWorld(t)
		w.have("shop-web-v000", "shop-web-v001", "shop-web-v002")
		e := w.run(acting("determineTargetServerGroup", fmt.Sprintf(`, "target": %q, "zones": ["local"]`, word)), nil)
		list, _ := e.Stages[0].Outputs["targetReferences"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["serverGroupName"] != want || list[0].(map[string]any)["account"] != "cloud" {
			t.Errorf("%s means %v, want %s: %s", word, list, want, e.Error)
		}
	}
}

func TestOldNamesOfStageTypes(t *testing.T) {
	for _, c := range []struct{ kind, more, want string }{
		{"disableAsg", ``, "v000:1 v001+:2"},
		{"enableAsg", ``, "v000+:1 v001+:2"},
		{"destroyAsg", ``, "v001+:2"},
		{"resizeAsg", `, "capacity": {"desired": 3}`, "v000+:3 v001+:2"},
	} {
		w := newWorld(t)
		w.groupsOf("shop-web-v000+:1", "shop-web-v001+:2")
		e := w.run(acting(c.kind, `, "asgName": "shop-web-v000"`+c.more), nil)
		if got := w.sizes(); e.Status != gennaker.Succeeded || got != c.want {
			t.Errorf("%s ended %s with %s, want %s: %s", c.kind, e.Status, got, c.want, e.Error)
		}
		if got := e.Stages[0].Context["serverGroupName"]; got != "shop-web-v000" {
			t.Errorf("%s puts out serverGroupName %v", c.kind, got)
		}
	}
}
