package googletest_test

import (
	"testing"
	"time"

	"google.golang.org/api/compute/v1"
)

// patch changes a group, as edit says.
func (w *world) patch(name string, edit func(*compute.InstanceGroupManager)) {
	w.Helper()
	g := &compute.InstanceGroupManager{}
	edit(g)
	w.done(w.api.InstanceGroupManagers.Patch(project, zone, name, g).Do())
}

func TestAnOpportunisticUpdateWaitsForTheInstances(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.template("t2", "shop-2")
	w.group("shop-v000", 2, nil)
	w.pass(15 * time.Second)
	w.done(w.api.InstanceGroupManagers.SetInstanceTemplate(project, zone, "shop-v000",
		&compute.InstanceGroupManagersSetInstanceTemplateRequest{InstanceTemplate: "global/instanceTemplates/t2"}).Do())
	w.pass(time.Minute)
	w.is("it waits", w.templates("shop-v000"), "2 t1")
	if w.read("shop-v000").Status.VersionTarget.IsReached {
		t.Error("the version target is reached, and no instance is new")
	}
	w.done(w.api.InstanceGroupManagers.RecreateInstances(project, zone, "shop-v000",
		&compute.InstanceGroupManagersRecreateInstancesRequest{Instances: []string{w.managed("shop-v000")[0].Instance}}).Do())
	w.pass(time.Minute)
	w.is("the one that is recreated is new", w.templates("shop-v000"), "1 t1, 1 t2")
	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 3).Do())
	w.pass(time.Minute)
	w.is("so is one more", w.templates("shop-v000"), "1 t1, 2 t2")
	w.done(w.api.InstanceGroupManagers.SetInstanceTemplate(project, zone, "shop-v000",
		&compute.InstanceGroupManagersSetInstanceTemplateRequest{InstanceTemplate: "global/instanceTemplates/t1"}).Do())
	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 2).Do())
	w.pass(time.Minute)
	w.is("one of another template goes first", w.templates("shop-v000"), "1 t1, 1 t2")
}

func TestACanaryHasItsShare(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.template("t2", "shop-2")
	w.group("shop-v000", 10, nil)
	w.pass(15 * time.Second)
	canary := func(share int64) func(g *compute.InstanceGroupManager) {
		return func(g *compute.InstanceGroupManager) {
			g.Versions = []*compute.InstanceGroupManagerVersion{{Name: "stable", InstanceTemplate: "global/instanceTemplates/t1"},
				{Name: "canary", InstanceTemplate: "global/instanceTemplates/t2", TargetSize: &compute.FixedOrPercent{Percent: share}}}
			g.UpdatePolicy = &compute.InstanceGroupManagerUpdatePolicy{Type: "PROACTIVE", MaxSurge: &compute.FixedOrPercent{Percent: 20},
				MaxUnavailable: &compute.FixedOrPercent{ForceSendFields: []string{"Fixed"}}}
		}
	}
	w.patch("shop-v000", canary(20))
	if n := w.read("shop-v000").Versions[1].TargetSize.Calculated; n != 2 {
		t.Errorf("the canary is to have %d, want 2", n)
	}
	w.pass(3 * time.Minute)
	w.is("a fifth is new", w.templates("shop-v000"), "2 t2, 8 t1")
	w.patch("shop-v000", canary(50))
	w.pass(5 * time.Minute)
	w.is("half is new", w.templates("shop-v000"), "5 t1, 5 t2")
}

func TestAnUpdateInPlaceKeepsTheNames(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.template("t2", "shop-2")
	w.group("shop-v000", 2, nil)
	w.pass(15 * time.Second)
	before := map[string]bool{}
	for _, i := range w.managed("shop-v000") {
		before[i.Instance] = true
	}
	w.patch("shop-v000", func(g *compute.InstanceGroupManager) {
		g.InstanceTemplate = "global/instanceTemplates/t2"
		g.UpdatePolicy = &compute.InstanceGroupManagerUpdatePolicy{Type: "PROACTIVE", ReplacementMethod: "RECREATE",
			MaxSurge: &compute.FixedOrPercent{ForceSendFields: []string{"Fixed"}}, MaxUnavailable: &compute.FixedOrPercent{Fixed: 1}}
	})
	w.is("one at a time", w.states("shop-v000"), "1 NONE RUNNING, 1 RECREATING STOPPING")
	w.pass(2 * time.Minute)
	w.is("in the end", w.states("shop-v000"), "2 NONE RUNNING")
	w.is("all are new", w.templates("shop-v000"), "2 t2")
	for _, i := range w.managed("shop-v000") {
		if !before[i.Instance] {
			t.Errorf("%s is a new name", last(i.Instance))
		}
	}
}

func TestASickImageStopsAnUpdate(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.template("t2", "shop-sick")
	w.group("shop-v000", 3, func(g *compute.InstanceGroupManager) {
		g.AutoHealingPolicies = []*compute.InstanceGroupManagerAutoHealingPolicy{{HealthCheck: w.check, InitialDelaySec: 300}}
	})
	w.pass(time.Minute)
	w.serve("shop-v000")
	w.patch("shop-v000", func(g *compute.InstanceGroupManager) {
		g.InstanceTemplate = "global/instanceTemplates/t2"
		g.UpdatePolicy = &compute.InstanceGroupManagerUpdatePolicy{Type: "PROACTIVE", MaxSurge: &compute.FixedOrPercent{Fixed: 1},
			MaxUnavailable: &compute.FixedOrPercent{ForceSendFields: []string{"Fixed"}}}
	})
	w.pass(80 * time.Second)
	w.is("it has its time of grace", w.states("shop-v000"), "1 VERIFYING RUNNING, 3 NONE RUNNING")
	w.pass(40 * time.Second)
	w.is("none of the old is gone", w.states("shop-v000"), "1 VERIFYING RUNNING, 3 NONE RUNNING")
	w.is("and they serve", w.health("shop-v000"), "1 UNHEALTHY, 3 HEALTHY")
	w.pass(4 * time.Minute)
	if s := w.states("shop-v000"); s != "1 RECREATING RUNNING, 3 NONE RUNNING" && s != "1 RECREATING STAGING, 3 NONE RUNNING" && s != "1 RECREATING STOPPING, 3 NONE RUNNING" && s != "1 VERIFYING RUNNING, 3 NONE RUNNING" {
		t.Errorf("after its time of grace: %s", s)
	}
	w.patch("shop-v000", func(g *compute.InstanceGroupManager) { g.InstanceTemplate = "global/instanceTemplates/t1" })
	w.pass(2 * time.Minute)
	w.is("it can go back", w.templates("shop-v000"), "3 t1")
}
