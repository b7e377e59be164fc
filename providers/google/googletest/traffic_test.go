package googletest_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker/providers/google/googletest"
)

func TestWhatIsTakenOutOfABackendServiceDrains(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, nil)
	w.group("shop-v001", 1, nil)
	w.serve("shop-v000", "shop-v001")
	w.pass(time.Minute)
	w.serve("shop-v001")
	w.is("it is not checked any more", w.health("shop-v000"), "")
	w.pass(10 * time.Second)
	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 0).Do())
	w.pass(15 * time.Second)
	w.is("it finishes what it does", w.states("shop-v000"), "1 DELETING RUNNING")
	w.pass(5 * time.Second)
	w.is("then it stops", w.states("shop-v000"), "1 DELETING STOPPING")
	w.serve("shop-v000", "shop-v001")
	w.is("the other stays healthy", w.health("shop-v001"), "1 HEALTHY")
}

func TestTargetPoolsOfAGroup(t *testing.T) {
	w := newWorld(t)
	pool := w.demo.AddTargetPool(googletest.TargetPool{Name: "pool", Region: region, HealthCheck: w.demo.AddHTTPHealthCheck(googletest.HealthCheck{Name: "old"})})
	w.template("t1", "shop-1")
	w.group("shop-v000", 2, func(g *compute.InstanceGroupManager) { g.TargetPools = []string{pool} })
	instances := func() []string {
		return must(w.api.TargetPools.Get(project, region, "pool").Do())(t).Instances
	}
	w.is("before they run", fmt.Sprint(len(instances())), "0")
	w.pass(15 * time.Second)
	w.is("when they run", fmt.Sprint(len(instances())), "2")
	set := func(pools ...string) {
		w.done(w.api.InstanceGroupManagers.SetTargetPools(project, zone, "shop-v000",
			&compute.InstanceGroupManagersSetTargetPoolsRequest{TargetPools: pools, Fingerprint: w.read("shop-v000").Fingerprint}).Do())
	}
	set()
	w.is("when the group has none", fmt.Sprint(len(instances())), "0")
	set(pool)
	w.is("when it has one again", fmt.Sprint(len(instances())), "2")
	one := instances()[0]
	health := func() string {
		found, err := w.api.TargetPools.GetHealth(project, region, "pool", &compute.InstanceReference{Instance: one}).Do()
		if err != nil {
			return reason(err)
		}
		return found.HealthStatus[0].HealthState
	}
	w.is("at first", health(), "UNHEALTHY")
	w.pass(20 * time.Second)
	w.is("then", health(), "HEALTHY")
	w.done(w.api.TargetPools.RemoveInstance(project, region, "pool", &compute.TargetPoolsRemoveInstanceRequest{Instances: []*compute.InstanceReference{{Instance: one}}}).Do())
	w.is("when it is taken out", health(), "400 invalid")
	w.done(w.api.TargetPools.AddInstance(project, region, "pool", &compute.TargetPoolsAddInstanceRequest{Instances: []*compute.InstanceReference{{Instance: one}}}).Do())
	w.is("when it is back", health(), "UNHEALTHY")
	w.done(w.api.InstanceGroupManagers.DeleteInstances(project, zone, "shop-v000", &compute.InstanceGroupManagersDeleteInstancesRequest{Instances: []string{one}}).Do())
	w.is("when it is deleted", fmt.Sprint(len(instances())), "1")
	w.is("and the group is smaller", fmt.Sprint(w.read("shop-v000").TargetSize), "1")
}

func TestARegionalGroupSpreads(t *testing.T) {
	w := newWorld(t)
	pool := w.demo.AddTargetPool(googletest.TargetPool{Name: "pool", Region: region})
	w.template("t1", "shop-1")
	groups := w.api.RegionInstanceGroupManagers
	w.done(groups.Insert(project, region, &compute.InstanceGroupManager{Name: "shop-v000", TargetSize: 5, InstanceTemplate: "global/instanceTemplates/t1"}).Do())
	w.pass(time.Minute)
	spread := func() string {
		count := map[string]int{}
		for _, i := range w.demo.Instances() {
			count[i.Zone]++
		}
		return counted(count)
	}
	w.is("five", spread(), "1 us-central1-c, 2 us-central1-a, 2 us-central1-b")
	w.done(groups.Resize(project, region, "shop-v000", 3).Do())
	w.pass(time.Minute)
	w.is("three", spread(), "1 us-central1-a, 1 us-central1-b, 1 us-central1-c")
	w.done(groups.SetTargetPools(project, region, "shop-v000", &compute.RegionInstanceGroupManagersSetTargetPoolsRequest{TargetPools: []string{pool}}).Do())
	w.done(groups.Resize(project, region, "shop-v000", 4).Do())
	w.pass(time.Minute)
	w.is("a pool is for new instances", fmt.Sprint(len(must(w.api.TargetPools.Get(project, region, "pool").Do())(t).Instances)), "1")
	w.refused("a surge below the zones", second(groups.Patch(project, region, "shop-v000", &compute.InstanceGroupManager{
		UpdatePolicy: &compute.InstanceGroupManagerUpdatePolicy{MaxSurge: &compute.FixedOrPercent{Fixed: 1}}}).Do()), "400 invalid")
	w.done(w.api.RegionInstanceGroups.SetNamedPorts(project, region, "shop-v000",
		&compute.RegionInstanceGroupsSetNamedPortsRequest{NamedPorts: []*compute.NamedPort{{Name: "http", Port: 8080}}}).Do())
	w.is("its port", fmt.Sprint(must(groups.Get(project, region, "shop-v000").Do())(t).NamedPorts[0].Port), "8080")
	w.is("its instances", fmt.Sprint(len(must(w.api.RegionInstanceGroups.ListInstances(project, region, "shop-v000",
		&compute.RegionInstanceGroupsListInstancesRequest{}).Do())(t).Items)), "4")
	w.done(groups.Delete(project, region, "shop-v000").Do())
	w.is("in the end", spread(), "")
}

func TestAnAutoscalerKeepsAGroupWithinItsBounds(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, nil)
	size := func() string { return fmt.Sprint(w.read("shop-v000").TargetSize) }
	w.done(w.api.Autoscalers.Insert(project, zone, &compute.Autoscaler{Name: "shop-v000", Target: "zones/" + zone + "/instanceGroupManagers/shop-v000",
		AutoscalingPolicy: &compute.AutoscalingPolicy{MinNumReplicas: 2, MaxNumReplicas: 4}}).Do())
	w.is("at least", size(), "2")
	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 9).Do())
	w.is("at most", size(), "4")
	w.is("its autoscaler", last(w.read("shop-v000").Status.Autoscaler), "shop-v000")
	w.refused("the group cannot go", second(w.api.InstanceGroupManagers.Delete(project, zone, "shop-v000").Do()), "400 resourceInUseByAnotherResource")
	mode := func(mode string, least int64) {
		w.done(w.api.Autoscalers.Patch(project, zone, &compute.Autoscaler{AutoscalingPolicy: &compute.AutoscalingPolicy{Mode: mode, MinNumReplicas: least, MaxNumReplicas: 4}}).
			Autoscaler("shop-v000").Do())
	}
	mode("OFF", 2)
	w.done(w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 1).Do())
	w.is("off", size(), "1")
	mode("ONLY_SCALE_OUT", 3)
	w.is("out only", size(), "3")
	w.done(w.api.Autoscalers.Delete(project, zone, "shop-v000").Do())
	w.done(w.api.InstanceGroupManagers.Delete(project, zone, "shop-v000").Do())
}
