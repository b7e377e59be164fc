package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// Every first answer is lost after the effect: what is done again, is done
// once.
func TestOperationsWithLostAnswersHaveOneEffect(t *testing.T) {
	for _, c := range []struct{ kind, fields, want, repeated string }{
		{"terminateInstanceAndDecrementServerGroup", `, "asgName": "shop-web-v001", "instance": "shop-web-v001-0"`,
			"v000:2 v001+:3 v002:1", "TerminateInstances shop-web-v001"},
		{"terminateInstances", `, "asgName": "shop-web-v001", "instanceIds": ["shop-web-v001-0"]`, "v000:2 v001+:4 v002:1", "TerminateInstances shop-web-v001"},
		{"shrinkCluster", ``, "v001+:4", "Destroy shop-web-v002"},
		{"scaleDownCluster", ``, "v000:0 v001+:4 v002:0", "Resize shop-web-v000"},
		{"bulkDestroyServerGroup", `, "serverGroupNames": ["shop-web-v000"]`, "v001+:4 v002:1", "Destroy shop-web-v000"},
		{"resizeServerGroup", `, "target": "current_asg_dynamic", "action": "scale_up", "scaleNum": 1`, "v000:2 v001+:4 v002:2", "Resize shop-web-v002"},
		{"rollbackCluster", `, "originalServerGroup": "shop-web-v000"`, "v000+:4 v001:4 v002:1", "Enable shop-web-v000"},
		{"cloneServerGroup", `, "source": {"serverGroupName": "shop-web-v000"}`, "v000:2 v001+:4 v002:1 v003+:2", "Create shop-web-v003"},
		{"modifyAwsScalingProcess", `, "target": "current_asg_dynamic", "action": "suspend", "processes": ["Launch"]`, "v000:2 v001+:4 v002:1", "SetProcesses shop-web-v002"},
		{"upsertImageTags", `, "imageNames": ["shop-1.0"], "tags": {"a": "b"}`, "v000:2 v001+:4 v002:1", "TagImage i-1"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w := newWorld(t)
			w.groupsOf("shop-web-v000:2", "shop-web-v001+:4", "shop-web-v002:1")
			w.images()
			loseOnce(w)
			e := w.run(acting(c.kind, c.fields), nil)
			w.cloud.Fault = nil
			if got := w.sizes(); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s with %s, want %s: %s", e.Status, got, c.want, e.Error)
			}
			if calls := w.cloud.Calls(); calls[c.repeated] != 2 {
				t.Errorf("%s was called %d times, want it repeated: %v", c.repeated, calls[c.repeated], calls)
			}
		})
	}
}

// A clone that never is healthy ends as a deployment does, when its time is
// over.
func TestACloneThatIsNeverHealthy(t *testing.T) {
	for more, want := range map[string]string{"": "shop-web-v000+ shop-web-v001+", `, "rollback": {"onFailure": true}`: "shop-web-v000+ shop-web-v001"} {
		w := newWorld(t)
		w.have("shop-web-v000")
		e := w.run(cloning("cloneServerGroup", `, "targetCluster": "shop-web", "health": "Down", "stageTimeoutMs": 700`+more), nil)
		if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "shop-web-v001 is not healthy after 700ms") || w.groups() != want {
			t.Errorf("ended %s with %s, want %s: %s", e.Status, w.groups(), want, e.Error)
		}
	}
}

// A rollback to an image that is not healthy in time leaves the cluster as it
// was.
func TestARollbackToAnImageThatIsLate(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: "shop-web-v001", Moniker: gennaker.ParseMoniker("shop-web-v001"),
		Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Spec: map[string]any{"image": "b", "start": 3600.0}, Marks: map[string]string{gennaker.MarkPreviousImage: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	e := w.run(acting("rollbackCluster", `, "stageTimeoutMs": 700`), nil)
	if got := w.groups(); e.Status != gennaker.Terminal || got != "shop-web-v000+ shop-web-v001+" {
		t.Errorf("ended %s with %s, want what was there before: %s", e.Status, got, e.Error)
	}
}

func TestAnImageIsTaggedByHand(t *testing.T) {
	for name, want := range map[string]string{"shop-2.0": "i-2", "i-3": "i-3"} {
		w := newWorld(t)
		w.images()
		w.env.ExecuteWorkflow(gennaker.TagImageWorkflow, gennaker.TagImage{Location: gennaker.In("cloud", ""), ID: name, Tags: map[string]string{"stage": "live"}})
		var image gennaker.Image
		if err := w.env.GetWorkflowResult(&image); err != nil || image.ID != want {
			t.Errorf("tagging %s = %+v, %v; want %s", name, image, err, want)
		}
		found, err := w.cloud.FindImages(t.Context(), gennaker.ImageQuery{Tags: map[string]string{"stage": "live"}})
		if err != nil || len(found) != 1 || found[0].ID != want {
			t.Errorf("tagged are %+v, %v; want %s", found, err, want)
		}
	}
	w := newWorld(t)
	w.env.ExecuteWorkflow(gennaker.TagImageWorkflow, gennaker.TagImage{Location: gennaker.In("cloud", ""), ID: "none", Tags: map[string]string{"stage": "live"}})
	if err := w.env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "image none in cloud/local: not found") {
		t.Errorf("tagging an image that is not there = %v", err)
	}
}

func TestAnInventoryOfImages(t *testing.T) {
	w := newWorld(t)
	w.images()
	w.groupsOf("shop-web-v000+:1")
	w.env.ExecuteWorkflow(gennaker.InventoryWorkflow, gennaker.InventoryQuery{Images: &gennaker.ImageQuery{Name: "shop-*", Tags: map[string]string{"stage": "prod"}}})
	var inventory gennaker.Inventory
	err := w.env.GetWorkflowResult(&inventory)
	var ids []string
	for _, i := range inventory.Images {
		ids = append(ids, i.ID+" in "+i.Account)
	}
	if got := fmt.Sprint(ids); err != nil || got != "[i-4 in cloud i-2 in cloud i-1 in cloud]" || len(inventory.ServerGroups) > 0 {
		t.Errorf("images = %s, %v with %d server groups; want those with the tag alone", got, err, len(inventory.ServerGroups))
	}
}
