package azuretest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8/fake"
)

// compute is Microsoft's server of compute resources, with what is behind it.
func (c *call) compute() *fake.ServerFactory {
	return &fake.ServerFactory{
		VirtualMachineScaleSetsServer: fake.VirtualMachineScaleSetsServer{
			BeginCreateOrUpdate: c.put, BeginUpdate: c.patch, BeginDelete: c.drop, BeginUpdateInstances: c.upgrade,
			BeginDeleteInstances: c.deleteSome, BeginRestart: c.restart, Get: c.get, GetInstanceView: c.instanceView,
			NewListPager: c.list, NewListAllPager: c.listAll,
		},
		VirtualMachineScaleSetVMsServer: fake.VirtualMachineScaleSetVMsServer{NewListPager: c.members},
		VirtualMachinesServer:           fake.VirtualMachinesServer{NewListPager: c.virtualMachines, BeginRestart: c.restartOne},
		UsageServer:                     fake.UsageServer{NewListPager: c.listUsages},
		ResourceSKUsServer:              fake.ResourceSKUsServer{NewListPager: c.listSizes},
		ImagesServer:                    fake.ImagesServer{NewListPager: c.listImages, Get: c.getImage, BeginUpdate: c.tagImage},
		GalleriesServer:                 fake.GalleriesServer{NewListPager: c.galleries},
		GalleryImagesServer:             fake.GalleryImagesServer{NewListByGalleryPager: c.galleryImages},
		GalleryImageVersionsServer: fake.GalleryImageVersionsServer{
			NewListByGalleryImagePager: c.versions, Get: c.getVersion, BeginUpdate: c.tagVersion,
		},
	}
}

func (c *call) get(_ context.Context, group, name string, o *armcompute.VirtualMachineScaleSetsClientGetOptions) (resp azfake.Responder[armcompute.VirtualMachineScaleSetsClientGetResponse], e azfake.ErrorResponder) {
	s, ok := c.lookup(group, name)
	if !ok {
		if !c.groups[strings.ToLower(group)] {
			return resp, c.no(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", group)
		}
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachineScaleSets/%s' under resource group '%s' was not found.", name, group)
	}
	whole := o != nil && value(o.Expand) == armcompute.ExpandTypesForGetVMScaleSetsUserData
	resp.SetResponse(http.StatusOK, armcompute.VirtualMachineScaleSetsClientGetResponse{VirtualMachineScaleSet: s.view(whole)}, nil)
	return resp, e
}

func (c *call) instanceView(_ context.Context, group, name string, _ *armcompute.VirtualMachineScaleSetsClientGetInstanceViewOptions) (resp azfake.Responder[armcompute.VirtualMachineScaleSetsClientGetInstanceViewResponse], e azfake.ErrorResponder) {
	s, ok := c.lookup(group, name)
	if !ok {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachineScaleSets/%s' under resource group '%s' was not found.", name, group)
	}
	status := &armcompute.InstanceViewStatus{Code: to.Ptr("ProvisioningState/" + strings.ToLower(s.state)), Level: to.Ptr(armcompute.StatusLevelTypesInfo)}
	if s.state == "Failed" {
		status = &armcompute.InstanceViewStatus{Code: to.Ptr("ProvisioningState/failed/" + s.under.code), Level: to.Ptr(armcompute.StatusLevelTypesError), Message: &s.under.why}
	}
	resp.SetResponse(http.StatusOK, armcompute.VirtualMachineScaleSetsClientGetInstanceViewResponse{
		VirtualMachineScaleSetInstanceView: armcompute.VirtualMachineScaleSetInstanceView{Statuses: []*armcompute.InstanceViewStatus{status}}}, nil)
	return resp, e
}

func (c *call) list(group string, _ *armcompute.VirtualMachineScaleSetsClientListOptions) (resp azfake.PagerResponder[armcompute.VirtualMachineScaleSetsClientListResponse]) {
	if !c.groups[strings.ToLower(group)] {
		c.message = fmt.Sprintf("Resource group '%s' could not be found.", group)
		resp.AddResponseError(http.StatusNotFound, "ResourceGroupNotFound")
		return resp
	}
	var list armcompute.VirtualMachineScaleSetListResult
	list.Value, list.NextLink = c.views(func(s *set) bool { return strings.EqualFold(s.group, group) })
	resp.AddPage(http.StatusOK, armcompute.VirtualMachineScaleSetsClientListResponse{VirtualMachineScaleSetListResult: list}, nil)
	return resp
}

func (c *call) listAll(*armcompute.VirtualMachineScaleSetsClientListAllOptions) (resp azfake.PagerResponder[armcompute.VirtualMachineScaleSetsClientListAllResponse]) {
	var list armcompute.VirtualMachineScaleSetListWithLinkResult
	list.Value, list.NextLink = c.views(func(*set) bool { return true })
	resp.AddPage(http.StatusOK, armcompute.VirtualMachineScaleSetsClientListAllResponse{VirtualMachineScaleSetListWithLinkResult: list}, nil)
	return resp
}

func (c *call) views(ok func(*set) bool) ([]*armcompute.VirtualMachineScaleSet, *string) {
	sets, next := page(c, c.sorted(ok))
	all := []*armcompute.VirtualMachineScaleSet{}
	for _, s := range sets {
		all = append(all, to.Ptr(s.view(false)))
	}
	return all, next
}

func (c *call) members(group, name string, o *armcompute.VirtualMachineScaleSetVMsClientListOptions) (resp azfake.PagerResponder[armcompute.VirtualMachineScaleSetVMsClientListResponse]) {
	s, ok := c.lookup(group, name)
	if !ok {
		c.message = fmt.Sprintf("The Resource 'Microsoft.Compute/virtualMachineScaleSets/%s' under resource group '%s' was not found.", name, group)
		resp.AddResponseError(http.StatusNotFound, "ResourceNotFound")
		return resp
	}
	machines, next := page(c, s.machines)
	list := armcompute.VirtualMachineScaleSetVMListResult{NextLink: next, Value: []*armcompute.VirtualMachineScaleSetVM{}}
	for _, m := range machines {
		vm := &armcompute.VirtualMachineScaleSetVM{ID: &m.id, Name: &m.name, InstanceID: to.Ptr(fmt.Sprint(m.number)), Location: s.model.Location,
			Properties: &armcompute.VirtualMachineScaleSetVMProperties{ProvisioningState: to.Ptr(c.provisioning(m)), TimeCreated: &m.created,
				NetworkProfileConfiguration: &armcompute.VirtualMachineScaleSetVMNetworkProfileConfiguration{NetworkInterfaceConfigurations: plugged(m.pools)}}}
		if o != nil && value(o.Expand) == "instanceView" {
			vm.Properties.InstanceView = &armcompute.VirtualMachineScaleSetVMInstanceView{Statuses: c.statuses(m), VMHealth: c.health(s, m)}
		}
		list.Value = append(list.Value, vm)
	}
	resp.AddPage(http.StatusOK, armcompute.VirtualMachineScaleSetVMsClientListResponse{VirtualMachineScaleSetVMListResult: list}, nil)
	return resp
}

// plugged is a machine's network card with its pools.
func plugged(pools []string) []*armcompute.VirtualMachineScaleSetNetworkConfiguration {
	p := &armcompute.VirtualMachineScaleSetIPConfigurationProperties{}
	for _, pool := range pools {
		if strings.Contains(strings.ToLower(pool), "/applicationgateways/") {
			p.ApplicationGatewayBackendAddressPools = append(p.ApplicationGatewayBackendAddressPools, &armcompute.SubResource{ID: &pool})
		} else {
			p.LoadBalancerBackendAddressPools = append(p.LoadBalancerBackendAddressPools, &armcompute.SubResource{ID: &pool})
		}
	}
	return []*armcompute.VirtualMachineScaleSetNetworkConfiguration{{Name: to.Ptr("nic"), Properties: &armcompute.VirtualMachineScaleSetNetworkConfigurationProperties{
		IPConfigurations: []*armcompute.VirtualMachineScaleSetIPConfiguration{{Name: to.Ptr("ip"), Properties: p}}}}}
}

func (c *call) virtualMachines(group string, o *armcompute.VirtualMachinesClientListOptions) (resp azfake.PagerResponder[armcompute.VirtualMachinesClientListResponse]) {
	var owner string
	if o != nil {
		_, owner, _ = strings.Cut(value(o.Filter), "eq ")
	}
	list := armcompute.VirtualMachineListResult{Value: []*armcompute.VirtualMachine{}}
	for _, s := range c.sorted(func(s *set) bool { return s.flexible() && strings.EqualFold(strings.Trim(owner, "'"), s.id()) }) {
		machines, next := page(c, s.machines)
		list.NextLink = next
		for _, m := range machines {
			vm := &armcompute.VirtualMachine{ID: &m.id, Name: &m.name, Location: s.model.Location, Properties: &armcompute.VirtualMachineProperties{
				ProvisioningState: to.Ptr(c.provisioning(m)), TimeCreated: &m.created, VirtualMachineScaleSet: &armcompute.SubResource{ID: s.model.ID}}}
			if value(o.Expand) == armcompute.ExpandTypeForListVMsInstanceView {
				vm.Properties.InstanceView = &armcompute.VirtualMachineInstanceView{Statuses: c.statuses(m), VMHealth: c.health(s, m)}
			}
			list.Value = append(list.Value, vm)
		}
	}
	resp.AddPage(http.StatusOK, armcompute.VirtualMachinesClientListResponse{VirtualMachineListResult: list}, nil)
	return resp
}

// provisioning is a machine's provisioning state.
func (c *Cloud) provisioning(m *machine) string {
	switch now := c.now(); {
	case !m.gone.IsZero():
		return "Deleting"
	case m.failed:
		return "Failed"
	case !m.applied.IsZero():
		return "Updating"
	case now.Before(m.ready) && m.ready.Sub(m.created) == c.config.Delays.Provision:
		return "Creating"
	case now.Before(m.ready):
		return "Updating"
	}
	return "Succeeded"
}

func (c *Cloud) statuses(m *machine) []*armcompute.InstanceViewStatus {
	state := c.provisioning(m)
	list := []*armcompute.InstanceViewStatus{{Code: to.Ptr("ProvisioningState/" + strings.ToLower(state)), Level: to.Ptr(armcompute.StatusLevelTypesInfo)}}
	power := "running"
	switch {
	case m.failed:
		power = "stopped"
	case c.now().Before(m.ready):
		power = "starting"
	}
	return append(list, &armcompute.InstanceViewStatus{Code: to.Ptr("PowerState/" + power), Level: to.Ptr(armcompute.StatusLevelTypesInfo)})
}

// health is what the scale set's monitor says of a machine, if it has one.
func (c *Cloud) health(s *set, m *machine) *armcompute.VirtualMachineHealthStatus {
	profile := s.model.Properties.VirtualMachineProfile
	monitored := value(profile.NetworkProfile).HealthProbe != nil
	for _, e := range value(profile.ExtensionProfile).Extensions {
		monitored = monitored || strings.HasPrefix(value(value(e.Properties).Type), "ApplicationHealth")
	}
	if !monitored || c.now().Before(m.ready) {
		return nil
	}
	word := "healthy"
	switch {
	case c.now().Before(m.healthy):
		word = "initializing"
	case m.ill:
		word = "unhealthy"
	}
	return &armcompute.VirtualMachineHealthStatus{Status: &armcompute.InstanceViewStatus{Code: to.Ptr("HealthState/" + word), Level: to.Ptr(armcompute.StatusLevelTypesInfo)}}
}
