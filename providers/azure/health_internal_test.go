package azure

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

const webPool = "/subscriptions/s/resourcegroups/shop/providers/microsoft.network/loadbalancers/front/backendaddresspools/web"

// watchedSet is a scale set in a pool, enabled or not, that watches the health
// of its machines by an extension, by a probe of the load balancer, or not.
func watchedSet(traffic, monitor string) scaleSet {
	profile := &armcompute.VirtualMachineScaleSetVMProfile{NetworkProfile: &armcompute.VirtualMachineScaleSetNetworkProfile{}}
	switch monitor {
	case "extension":
		profile.ExtensionProfile = &armcompute.VirtualMachineScaleSetExtensionProfile{Extensions: []*armcompute.VirtualMachineScaleSetExtension{
			extension(appHealthPublisher, appHealth+systemLinux, "1.0", nil)}}
	case "probe":
		profile.NetworkProfile.HealthProbe = &armcompute.APIEntityReference{ID: to.Ptr("/probe")}
	}
	tags := map[string]*string{}
	setTag(tags, tagTraffic, traffic)
	setTag(tags, tagPools, webPool)
	return scaleSet{&armcompute.VirtualMachineScaleSet{Tags: tags, Properties: &armcompute.VirtualMachineScaleSetProperties{
		ProvisioningState: to.Ptr(stateSucceeded), VirtualMachineProfile: profile}}, "shop"}
}

func TestHealthIsTheSumOfWhatAzureKnows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, traffic, monitor     string
		state, power, health, pool string
		want                       gennaker.Health
	}{
		{"it is being made", inTraffic, "", stateCreating, "", "", webPool, gennaker.Starting},
		{"it runs", inTraffic, "", stateSucceeded, "running", "", webPool, gennaker.Up},
		{"it runs, and no pool has it yet", inTraffic, "", stateSucceeded, "running", "", "", gennaker.OutOfService},
		{"its model changes", inTraffic, "", stateUpdating, "running", "", webPool, gennaker.Up},
		{"it starts again", inTraffic, "", stateUpdating, "starting", "", webPool, gennaker.Starting},
		{"somebody has stopped it", inTraffic, "", stateSucceeded, "deallocated", "", webPool, gennaker.Down},
		{"it could not be made", inTraffic, "", stateFailed, "", "", webPool, gennaker.Down},
		{"it is being deleted", inTraffic, "", stateDeleting, "running", "", webPool, gennaker.Down},
		{"its extension has not said anything", inTraffic, "extension", stateSucceeded, "running", "", webPool, gennaker.Starting},
		{"its extension begins", inTraffic, "extension", stateSucceeded, "running", "initializing", webPool, gennaker.Starting},
		{"it is ill", inTraffic, "extension", stateSucceeded, "running", "unhealthy", webPool, gennaker.Down},
		{"it does not answer", inTraffic, "extension", stateSucceeded, "running", "unknown", webPool, gennaker.Down},
		{"it is well", inTraffic, "extension", stateSucceeded, "running", "healthy", webPool, gennaker.Up},
		{"the probe says that it is ill", inTraffic, "probe", stateSucceeded, "running", "unhealthy", webPool, gennaker.Down},
		{"the probe says that it is well", inTraffic, "probe", stateSucceeded, "running", "healthy", webPool, gennaker.Up},
		{"it is out of traffic", outOfTraffic, "", stateSucceeded, "running", "", "", gennaker.OutOfService},
		{"it shall be out of traffic, and a pool still has it", outOfTraffic, "", stateSucceeded, "running", "", webPool, gennaker.Up},
		{"it is out of traffic, and ill", outOfTraffic, "extension", stateSucceeded, "running", "unhealthy", "", gennaker.Down},
	} {
		m := machine{name: "shop-v000_0", state: c.state}
		if c.power != "" {
			m.statuses = []*armcompute.InstanceViewStatus{{Code: to.Ptr("PowerState/" + c.power)}}
		}
		if c.health != "" {
			m.health = &armcompute.InstanceViewStatus{Code: to.Ptr("HealthState/" + c.health)}
		}
		if c.pool != "" {
			m.pools = []string{c.pool}
		}
		i := see(watchedSet(c.traffic, c.monitor), m)
		if i.Health != c.want {
			t.Errorf("%s: it is %s (%s), want %s", c.what, i.Health, i.Reason, c.want)
		}
		if (i.Reason == "") != (c.want == gennaker.Up) {
			t.Errorf("%s: it is %s because of %q", c.what, i.Health, i.Reason)
		}
	}
}

// Who asks for one health provider alone gets what that says.
func TestChecksAreNamedAsDocumentsNameThem(t *testing.T) {
	t.Parallel()
	m := machine{state: stateSucceeded, statuses: []*armcompute.InstanceViewStatus{{Code: to.Ptr("PowerState/running")}},
		health: &armcompute.InstanceViewStatus{Code: to.Ptr("HealthState/unhealthy")}, pools: []string{webPool}}
	i := see(watchedSet(inTraffic, "extension"), m)
	for name, want := range map[string]bool{"Azure": true, "LoadBalancer": true, "ApplicationHealth": false} {
		if got := (gennaker.HealthProviders{name}).Up(i); got != want {
			t.Errorf("by %s, it is up: %t, want %t, of %+v", name, got, want, i.Checks)
		}
	}
}
