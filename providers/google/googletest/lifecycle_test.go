package googletest_test

import (
	"testing"
	"time"

	"google.golang.org/api/compute/v1"
)

func TestInstancesComeUpAreServedAndEnd(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 2, nil)
	w.is("at first", w.states("shop-v000"), "2 CREATING PROVISIONING")
	w.pass(5 * time.Second)
	w.is("then", w.states("shop-v000"), "2 CREATING STAGING")
	if w.read("shop-v000").Status.IsStable {
		t.Error("it is stable before its instances run")
	}
	w.pass(10 * time.Second)
	w.is("in the end", w.states("shop-v000"), "2 NONE RUNNING")
	if g := w.read("shop-v000"); !g.Status.IsStable || g.CurrentActions.None != 2 {
		t.Errorf("it is not stable: %+v %+v", g.Status, g.CurrentActions)
	}

	w.serve("shop-v000")
	w.is("health at first", w.health("shop-v000"), "2 UNHEALTHY")
	w.pass(30 * time.Second)
	w.is("health then", w.health("shop-v000"), "2 HEALTHY")

	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 1).Do())
	w.is("one drains", w.states("shop-v000"), "1 DELETING RUNNING, 1 NONE RUNNING")
	w.is("and is not in the group", w.health("shop-v000"), "1 HEALTHY")
	w.pass(30 * time.Second)
	w.is("it stops", w.states("shop-v000"), "1 DELETING STOPPING, 1 NONE RUNNING")
	w.pass(20 * time.Second)
	w.is("it is gone", w.states("shop-v000"), "1 NONE RUNNING")
}

func TestAGroupIsDeletedWhenItsInstancesAreGone(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 2, nil)
	w.pass(15 * time.Second)
	w.serve("shop-v000")
	w.refused("while it is served", second(w.api.InstanceGroupManagers.Delete(project, zone, "shop-v000").Do()), "400 resourceInUseByAnotherResource")
	w.serve()
	op := must(w.api.InstanceGroupManagers.Delete(project, zone, "shop-v000").Do())(t)
	w.pass(5 * time.Second)
	w.is("what served drains first", w.states("shop-v000"), "2 DELETING RUNNING")
	w.is("its operation", must(w.api.ZoneOperations.Get(project, zone, op.Name).Do())(t).Status, "RUNNING")
	w.refused("deleted again", second(w.api.InstanceGroupManagers.Delete(project, zone, "shop-v000").Do()), "400 resourceNotReady")
	w.done(op, nil)
	w.refused("the group", second(w.api.InstanceGroupManagers.Get(project, zone, "shop-v000").Do()), "404 notFound")
	w.refused("its instance group", second(w.api.InstanceGroups.Get(project, zone, "shop-v000").Do()), "404 notFound")
	if left := w.demo.Instances(); len(left) > 0 {
		t.Errorf("instances are left: %+v", left)
	}
	w.done(w.api.InstanceTemplates.Delete(project, "t1").Do())
}

func TestAGroupHealsItsInstances(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 2, func(g *compute.InstanceGroupManager) {
		g.AutoHealingPolicies = []*compute.InstanceGroupManagerAutoHealingPolicy{{HealthCheck: w.check, InitialDelaySec: 60}}
	})
	w.pass(15 * time.Second)
	w.is("they run", w.states("shop-v000"), "2 VERIFYING RUNNING")
	w.pass(30 * time.Second)
	w.is("they are checked", w.states("shop-v000"), "2 NONE RUNNING")
	sick := w.managed("shop-v000")[0]
	w.demo.SetHealthy(last(sick.Instance), false)
	w.pass(29 * time.Second)
	w.is("before three checks", w.states("shop-v000"), "2 NONE RUNNING")
	w.pass(2 * time.Second)
	w.is("after three", w.states("shop-v000"), "1 NONE RUNNING, 1 RECREATING STOPPING")
	w.pass(70 * time.Second)
	w.is("it is made again", w.states("shop-v000"), "2 NONE RUNNING")
	if healed := w.managed("shop-v000")[0]; healed.Instance != sick.Instance || healed.Id == sick.Id {
		t.Errorf("the healed instance is %s %d, was %s %d: want its name and another id", last(healed.Instance), healed.Id, last(sick.Instance), sick.Id)
	}
}

func TestAProactiveUpdateKeepsToItsLimits(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.template("t2", "shop-2")
	w.group("shop-v000", 4, nil)
	w.pass(15 * time.Second)
	w.done(w.api.InstanceGroupManagers.Patch(project, zone, "shop-v000", &compute.InstanceGroupManager{
		Versions: []*compute.InstanceGroupManagerVersion{{InstanceTemplate: "global/instanceTemplates/t2"}},
		UpdatePolicy: &compute.InstanceGroupManagerUpdatePolicy{Type: "PROACTIVE", MaxSurge: &compute.FixedOrPercent{Fixed: 1},
			MaxUnavailable: &compute.FixedOrPercent{Fixed: 0, ForceSendFields: []string{"Fixed"}}},
	}).Do())
	for seconds := 0; !w.read("shop-v000").Status.IsStable; seconds++ {
		running, there := 0, 0
		for _, i := range w.managed("shop-v000") {
			if i.CurrentAction != "DELETING" {
				there++
			}
			if i.CurrentAction == "NONE" {
				running++
			}
		}
		if running < 4 || there > 5 {
			t.Fatalf("after %d s %d are in order of %d: %s", seconds, running, there, w.states("shop-v000"))
		}
		if seconds > 300 {
			t.Fatalf("it is not stable after %d s: %s", seconds, w.states("shop-v000"))
		}
		w.pass(time.Second)
	}
	w.is("they are new", w.templates("shop-v000"), "4 t2")
}

func TestAHealthCheckThatIsChangedIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, func(g *compute.InstanceGroupManager) {
		g.AutoHealingPolicies = []*compute.InstanceGroupManagerAutoHealingPolicy{{HealthCheck: w.check, InitialDelaySec: 30}}
		g.ListManagedInstancesResults = "PAGINATED"
	})
	w.pass(time.Minute)
	w.done(w.api.HealthChecks.Patch(project, "shop", &compute.HealthCheck{UnhealthyThreshold: 10}).Do())
	w.demo.SetHealthy(w.demo.Instances()[0].Name, false)
	w.pass(time.Minute)
	shown := must(w.api.InstanceGroupManagers.ListManagedInstances(project, zone, "shop-v000").MaxResults(1).Do())(t).ManagedInstances[0]
	w.is("after six of ten checks", shown.CurrentAction+" "+shown.InstanceHealth[0].DetailedHealthState, "NONE HEALTHY")
	w.done(w.api.HealthChecks.Patch(project, "shop", &compute.HealthCheck{UnhealthyThreshold: 3}).Do())
	w.pass(time.Second)
	w.is("three are enough", w.states("shop-v000"), "1 RECREATING STOPPING")
}

func TestAnImageGoesAndItsTemplateStays(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.done(w.api.Images.Delete(project, "shop-1").Do())
	w.refused("the image", second(w.api.Images.Get(project, "shop-1").Do()), "404 notFound")
	w.refused("the template", second(w.api.InstanceTemplates.Get(project, "t1").Do()), "<nil>")
	w.group("shop-v000", 1, nil)
	w.is("nothing can be made of it", w.managed("shop-v000")[0].LastAttempt.Errors.Errors[0].Code, "RESOURCE_NOT_FOUND")
}
