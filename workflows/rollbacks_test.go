package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// releases are deployments of images one after another, the last one being
// what serves.
func (w *world) releases(previous bool, images ...string) {
	w.t.Helper()
	before := ""
	for i, image := range images {
		name := fmt.Sprintf("shop-web-v%03d", i)
		marks := map[string]string{}
		if before != "" && previous {
			marks[gennaker.MarkPreviousImage] = before
		}
		err := w.cloud.Create(w.t.Context(), gennaker.CreateServerGroup{
			Location: gennaker.In("cloud", ""), Name: name, Moniker: gennaker.ParseMoniker(name), Marks: marks, Disabled: i < len(images)-1,
			Capacity: gennaker.Capacity{Min: i, Desired: 2 + i, Max: 9}, Spec: map[string]any{"image": image}})
		if err != nil {
			w.t.Fatalf("Create(%s) = %v", name, err)
		}
		before = image
	}
}

func (w *world) destroy(name string) {
	w.t.Helper()
	if err := w.cloud.Destroy(w.t.Context(), webRef(name)); err != nil {
		w.t.Fatalf("Destroy(%s) = %v", name, err)
	}
}

func TestRollbackChoosesWhatToGoBackTo(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*world)
		more   string
		want   string // server groups
		back   string // their image and method
	}{
		{"a server group with the image before", func(w *world) { w.releases(true, "a", "b", "a", "c"); w.destroy("shop-web-v002") }, "",
			"v000+:5 v001:3 v003:5", "a EXPLICIT"},
		{"that image again, if no server group has it", func(w *world) { w.releases(true, "a", "b", "c"); w.destroy("shop-web-v001") }, "",
			"v000:2 v002:4 v003+:4", "b PREVIOUS_IMAGE"},
		{"the next older one, if nobody knows the image", func(w *world) { w.releases(false, "a", "b", "c") }, "", "v000:2 v001+:4 v002:4", "b EXPLICIT"},
		{"the next older one, if the image was the same", func(w *world) { w.releases(true, "a", "b", "b"); w.destroy("shop-web-v001") }, "",
			"v000+:4 v002:4", "a EXPLICIT"},
		{"the next older one, if nothing can be deployed with that image", func(w *world) {
			w.releases(true, "a", "b", "c")
			w.destroy("shop-web-v001")
			w.destroy("shop-web-v002")
			err := w.cloud.Create(w.t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: "shop-web-v002", Moniker: gennaker.ParseMoniker("shop-web-v002"),
				Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Marks: map[string]string{gennaker.MarkPreviousImage: "b"}})
			if err != nil {
				w.t.Fatal(err)
			}
		}, "", "v000+:2 v002:1", "a EXPLICIT"},
		{"one that is named", func(w *world) { w.releases(true, "a", "b", "c") }, `, "originalServerGroup": "shop-web-v000"`, "v000+:4 v001:3 v002:4", "a EXPLICIT"},
		{"only one that is in traffic, if so told", func(w *world) {
			w.releases(false, "a", "b", "c")
			if err := w.cloud.Enable(w.t.Context(), webRef("shop-web-v000")); err != nil {
				w.t.Fatal(err)
			}
		}, `, "additionalRollbackContext": {"onlyEnabledServerGroups": true, "enableAndDisableOnly": true}`, "v000+:2 v001:3 v002:4", "a EXPLICIT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.before(w)
			e := w.run(acting("rollbackCluster", c.more), nil)
			if got := w.sizes(); e.Status != gennaker.Succeeded || got != c.want {
				t.Fatalf("ended %s with %s, want SUCCEEDED with %s: %s", e.Status, got, c.want, e.Error)
			}
			images, _ := e.Stages[0].Outputs["imagesToRestore"].([]any)
			if len(images) != 1 {
				t.Fatalf("imagesToRestore = %v", images)
			}
			image := images[0].(map[string]any)
			if got := fmt.Sprint(image["image"], " ", image["rollbackMethod"]); got != c.back || image["region"] != "local" {
				t.Errorf("imagesToRestore = %v, want %s", images, c.back)
			}
		})
	}
}

func TestARollbackLowersTheMinThatItHadRaised(t *testing.T) {
	w := newWorld(t)
	w.releases(false, "a", "b", "c")
	w.run(acting("rollbackCluster", ""), nil)
	if got, want := w.capacity("shop-web-v001"), "2/4/9"; got != want {
		t.Errorf("the capacity afterwards = %s, want %s: desired of the one taken back, and the lesser min", got, want)
	}
}

func TestRollbackOfRegions(t *testing.T) {
	w := newWorld(t)
	for _, region := range []string{"east", "west"} {
		for _, name := range []string{"shop-web-v000", "shop-web-v001"} {
			err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", region), Name: name,
				Moniker: gennaker.ParseMoniker(name), Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Disabled: name == "shop-web-v000"})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	e := w.run(acting("rollbackCluster", `, "regions": ["east", "north", "west"], "waitTimeBetweenRegions": 600`), nil)
	types, _ := e.Stages[0].Outputs["rollbackTypes"].(map[string]any)
	if e.Status != gennaker.Succeeded || types["east"] != "EXPLICIT" || types["west"] != "EXPLICIT" || types["north"] != nil {
		t.Fatalf("ended %s with %v: %s", e.Status, types, e.Error)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 10*time.Minute || took > 15*time.Minute {
		t.Errorf("took %s, want the ten minutes between two regions", took)
	}
	if len(e.Stages[0].Warnings) != 1 || !strings.Contains(e.Stages[0].Warnings[0], "north") {
		t.Errorf("warnings = %q, want one about the region with nothing to go back to", e.Stages[0].Warnings)
	}
	e = newWorld(t).run(acting("rollbackCluster", ""), nil)
	if e.Status != gennaker.Terminal {
		t.Errorf("with nothing to go back to at all it ended %s", e.Status)
	}
}

func TestRollbackOfAServerGroup(t *testing.T) {
	for _, c := range []struct{ name, fields, want, fails string }{
		{"explicit, with all its size", `"rollbackType": "EXPLICIT", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002", "restoreServerGroupName": "shop-web-v000"}`,
			"v000+:4 v001:3 v002:4", ""},
		{"explicit, without a word about size", `"rollbackType": "EXPLICIT", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002",
			"restoreServerGroupName": "shop-web-v000", "enableAndDisableOnly": true}`, "v000+:2 v001:3 v002:4", ""},
		{"only out of traffic, which the guard refuses", `"rollbackType": "EXPLICIT", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002", "disableOnly": true}`,
			"v000:2 v001:3 v002+:4", "refused by the traffic guard"},
		{"only out of traffic, although it is the last", `"rollbackType": "EXPLICIT", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002", "disableOnly": true,
			"allowLastServerGroup": true}`, "v000:2 v001:3 v002:4", ""},
		{"the image that is named", `"rollbackType": "PREVIOUS_IMAGE", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002", "imageId": "z"}`,
			"v000:2 v001:3 v002:4 v003+:4", ""},
		{"the image that was there before", `"rollbackType": "PREVIOUS_IMAGE", "rollbackContext": {"rollbackServerGroupName": "shop-web-v002"}`,
			"v000:2 v001:3 v002:4 v003+:4", ""},
		{"an image that nobody knows", `"rollbackType": "PREVIOUS_IMAGE", "rollbackContext": {"rollbackServerGroupName": "shop-web-v000"}`,
			"v000:2 v001:3 v002+:4", "nothing says which image was there before shop-web-v000; name one with imageId"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.releases(true, "a", "b", "c")
			e := w.run(`{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": "rollbackServerGroup", "credentials": "cloud", "region": "local", `+c.fields+`}]}`, nil)
			if failed := e.Status != gennaker.Succeeded; failed != (c.fails != "") || !strings.Contains(e.Error, c.fails) {
				t.Errorf("ended %s: %s; want an error that says %q", e.Status, e.Error, c.fails)
			}
			if got := w.sizes(); got != c.want {
				t.Errorf("left %s, want %s", got, c.want)
			}
		})
	}
}
