package azuretest

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

func (c *call) put(_ context.Context, group, name string, p armcompute.VirtualMachineScaleSet, o *armcompute.VirtualMachineScaleSetsClientBeginCreateOrUpdateOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
	there, found := c.lookup(group, name)
	switch {
	case !c.groups[strings.ToLower(group)]:
		return resp, c.no(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", group)
	case found && there.state == "Deleting":
		return resp, c.no(http.StatusConflict, "OperationNotAllowed", "Operation 'Create or Update' is not allowed on VM Scale Set '%s' since it is being deleted.", name)
	case found && o != nil && value(o.IfNoneMatch) == "*":
		return resp, c.no(http.StatusPreconditionFailed, "PreconditionFailed", "The resource '%s' already exists.", name)
	case found:
		return resp, c.no(http.StatusBadRequest, "NotSupported", "only a PATCH changes a scale set here")
	}
	if code, why := c.wrong(group, p); code != "" {
		return resp, c.no(http.StatusBadRequest, code, "%s", why)
	}
	if c.count()+int(value(p.SKU.Capacity)) > c.config.Quota {
		return resp, c.no(http.StatusConflict, "OperationNotAllowed", "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Current Limit: %d.", c.config.Quota)
	}
	if why := c.exceeds(p); why != "" {
		return resp, c.no(http.StatusConflict, "OperationNotAllowed", "%s", why)
	}
	p.Name, p.ID, p.Type = &name, to.Ptr(id(group, typeSet, name)), to.Ptr(typeSet)
	s := &set{model: p, group: group, state: "Creating", created: c.now(), etag: c.number()}
	c.sets[strings.ToLower(s.id())] = s
	c.beginOn(s, c.config.Delays.Provision)
	if why := c.broken[name]; why != "" {
		s.under.code, s.under.why = "VMExtensionProvisioningError", why
	}
	c.effects["scale sets made"]++
	c.scale(s)
	resp.SetTerminalResponse(http.StatusCreated, armcompute.VirtualMachineScaleSetsClientCreateOrUpdateResponse{VirtualMachineScaleSet: s.view(false)}, nil)
	return resp, e
}

// count is how many machines there are.
func (c *Cloud) count() int {
	n := 0
	for _, s := range c.sets {
		n += len(s.staying())
	}
	return n
}

// wrong is what Azure would say of a scale set to be made.
func (c *Cloud) wrong(group string, p armcompute.VirtualMachineScaleSet) (code, why string) {
	properties := value(p.Properties)
	profile := value(properties.VirtualMachineProfile)
	system := value(profile.OSProfile)
	image := value(value(profile.StorageProfile).ImageReference)
	cards := value(profile.NetworkProfile).NetworkInterfaceConfigurations
	flexible := value(properties.OrchestrationMode) == armcompute.OrchestrationModeFlexible
	for _, one := range []struct {
		wrong     bool
		code, why string
	}{
		{p.Location == nil, "LocationRequired", "The location property is required for this definition."},
		{value(p.SKU).Name == nil || value(p.SKU).Capacity == nil, "InvalidParameter", "Required parameter 'sku' is missing (null)."},
		{image.ID == nil && image.Publisher == nil, "InvalidParameter", "Required parameter 'imageReference' is missing (null)."},
		{image.ID != nil && !c.hasImage(*image.ID), "InvalidParameter", "The gallery image " + value(image.ID) + " is not available."},
		{system.AdminUsername == nil || system.ComputerNamePrefix == nil, "InvalidParameter", "Required parameter 'osProfile' is missing (null)."},
		{system.AdminPassword == nil && len(value(value(system.LinuxConfiguration).SSH).PublicKeys) == 0, "InvalidParameter", "Authentication using either SSH or by user name and password must be enabled in Linux profile."},
		{!inBase64(system.CustomData) || !inBase64(profile.UserData), "InvalidParameter", "Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 characters."},
		{len(cards) == 0 && !flexible, "InvalidParameter", "Required parameter 'networkInterfaceConfigurations' is missing (null)."},
		{flexible && value(profile.NetworkProfile).NetworkAPIVersion == nil, "InvalidParameter", "networkApiVersion is required for Flexible orchestration."},
		{flexible && properties.Overprovision != nil, "InvalidParameter", "overprovision is not supported for Flexible orchestration."},
		{properties.UpgradePolicy == nil && !flexible, "InvalidParameter", "Required parameter 'upgradePolicy' is missing (null)."},
	} {
		if one.wrong {
			return one.code, one.why
		}
	}
	if code, why := badTags(p.Tags); code != "" {
		return code, why
	}
	return c.badPools((&set{model: p}).pools())
}

func inBase64(text *string) bool {
	_, err := base64.StdEncoding.DecodeString(value(text))
	return err == nil
}

func badTags(tags map[string]*string) (code, why string) {
	if len(tags) > 50 {
		return "InvalidTagCount", "The number of tags is limited to 50."
	}
	for key, text := range tags {
		if len(key) > 512 || len(value(text)) > 256 || strings.ContainsAny(key, `<>%&\?/`) {
			return "InvalidTagNameOrValue", fmt.Sprintf("The tag %s is not allowed.", key)
		}
	}
	return "", ""
}

// badPools says that a backend pool is not there.
func (c *Cloud) badPools(pools []string) (code, why string) {
	for _, pool := range pools {
		if !slices.ContainsFunc(c.balancers, func(b *balancer) bool { return b.has(pool) }) {
			return "InvalidResourceReference", fmt.Sprintf("Resource %s referenced by resource was not found.", pool)
		}
	}
	return "", ""
}

// changeable finds a scale set that can be changed.
func (c *call) changeable(group, name string) (*set, azfake.ErrorResponder, bool) {
	s, ok := c.lookup(group, name)
	switch {
	case !ok:
		return nil, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachineScaleSets/%s' under resource group '%s' was not found.", name, group), false
	case s.state == "Deleting":
		return nil, c.no(http.StatusConflict, "OperationNotAllowed", "Operation is not allowed on VM Scale Set '%s' since it is marked for deletion.", name), false
	}
	return s, azfake.ErrorResponder{}, true
}

func (c *call) patch(_ context.Context, group, name string, p armcompute.VirtualMachineScaleSetUpdate, o *armcompute.VirtualMachineScaleSetsClientBeginUpdateOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientUpdateResponse], e azfake.ErrorResponder) {
	s, e, ok := c.changeable(group, name)
	if !ok {
		return resp, e
	}
	if o != nil && o.IfMatch != nil && *o.IfMatch != value(s.view(false).Etag) {
		return resp, c.no(http.StatusPreconditionFailed, "PreconditionFailed", "The condition specified using HTTP conditional header(s) is not met.")
	}
	if code, why := badTags(p.Tags); code != "" {
		return resp, c.no(http.StatusBadRequest, code, "%s", why)
	}
	before := s.model
	if code, why := c.apply(s, p); code != "" {
		s.model = before
		return resp, c.no(http.StatusBadRequest, code, "%s", why)
	}
	s.under.preempt(c.now())
	s.state, s.etag = "Updating", c.number()
	c.beginOn(s, c.config.Delays.Model)
	c.effects["models changed"]++
	c.scale(s)
	resp.SetTerminalResponse(http.StatusOK, armcompute.VirtualMachineScaleSetsClientUpdateResponse{VirtualMachineScaleSet: s.view(false)}, nil)
	return resp, e
}

// apply changes a model. Tags that are given take the place of all.
func (c *Cloud) apply(s *set, p armcompute.VirtualMachineScaleSetUpdate) (code, why string) {
	if p.Tags != nil {
		s.model.Tags = p.Tags
	}
	if p.SKU != nil && p.SKU.Capacity != nil {
		sku := *s.model.SKU
		sku.Capacity = p.SKU.Capacity
		s.model.SKU = &sku
	}
	if p.Properties == nil || p.Properties.VirtualMachineProfile == nil || p.Properties.VirtualMachineProfile.NetworkProfile == nil {
		return "", ""
	}
	properties, profile := *s.model.Properties, *s.model.Properties.VirtualMachineProfile
	network := value(profile.NetworkProfile)
	network.NetworkInterfaceConfigurations = cards(p.Properties.VirtualMachineProfile.NetworkProfile.NetworkInterfaceConfigurations)
	profile.NetworkProfile, properties.VirtualMachineProfile, s.model.Properties = &network, &profile, &properties
	if s.automatic() {
		for _, m := range s.staying() {
			c.bringUp(s, m)
		}
	}
	return c.badPools(s.pools())
}

// cards are network cards of a model as a change has them.
func cards(list []*armcompute.VirtualMachineScaleSetUpdateNetworkConfiguration) []*armcompute.VirtualMachineScaleSetNetworkConfiguration {
	var all []*armcompute.VirtualMachineScaleSetNetworkConfiguration
	for _, card := range list {
		p := value(card.Properties)
		made := &armcompute.VirtualMachineScaleSetNetworkConfiguration{Name: card.Name, Properties: &armcompute.VirtualMachineScaleSetNetworkConfigurationProperties{
			Primary: p.Primary, NetworkSecurityGroup: p.NetworkSecurityGroup}}
		for _, ip := range p.IPConfigurations {
			of := value(ip.Properties)
			made.Properties.IPConfigurations = append(made.Properties.IPConfigurations, &armcompute.VirtualMachineScaleSetIPConfiguration{
				Name: ip.Name, Properties: &armcompute.VirtualMachineScaleSetIPConfigurationProperties{Primary: of.Primary, Subnet: of.Subnet,
					LoadBalancerBackendAddressPools: of.LoadBalancerBackendAddressPools, ApplicationGatewayBackendAddressPools: of.ApplicationGatewayBackendAddressPools}})
		}
		all = append(all, made)
	}
	return all
}

func (c *call) drop(_ context.Context, group, name string, _ *armcompute.VirtualMachineScaleSetsClientBeginDeleteOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientDeleteResponse], e azfake.ErrorResponder) {
	s, ok := c.lookup(group, name)
	if !ok {
		resp.SetTerminalResponse(http.StatusNoContent, armcompute.VirtualMachineScaleSetsClientDeleteResponse{}, nil)
		return resp, e
	}
	if s.state != "Deleting" {
		for _, m := range s.staying() {
			c.remove(m, c.now())
		}
		s.under.preempt(c.now())
		s.state, s.under = "Deleting", c.begin(c.config.Delays.Delete)
		c.effects["scale sets deleted"]++
	}
	resp.SetTerminalResponse(http.StatusAccepted, armcompute.VirtualMachineScaleSetsClientDeleteResponse{}, nil)
	return resp, e
}

// chosen are the machines that a request names, all of which must be there.
func (c *call) chosen(s *set, ids []*string) ([]*machine, azfake.ErrorResponder, bool) {
	var list []*machine
	for _, id := range ids {
		at := slices.IndexFunc(s.staying(), func(m *machine) bool { return key(s, m) == value(id) })
		if at < 0 {
			return nil, c.no(http.StatusBadRequest, "InvalidParameter", "The provided instanceId %s is not an active Virtual Machine Scale Set VM instanceId.", value(id)), false
		}
		list = append(list, s.staying()[at])
	}
	return list, azfake.ErrorResponder{}, true
}

// key is by which requests name a machine.
func key(s *set, m *machine) string {
	if s.flexible() {
		return m.name
	}
	return fmt.Sprint(m.number)
}

func (c *call) upgrade(_ context.Context, group, name string, ids armcompute.VirtualMachineScaleSetVMInstanceRequiredIDs, _ *armcompute.VirtualMachineScaleSetsClientBeginUpdateInstancesOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientUpdateInstancesResponse], e azfake.ErrorResponder) {
	s, e, ok := c.changeable(group, name)
	if !ok {
		return resp, e
	}
	if s.state == "Updating" || s.state == "Creating" {
		return resp, c.no(http.StatusConflict, "OperationNotAllowed", "Operation 'Update Instances' is not allowed on VM Scale Set '%s' while another operation is in progress.", name)
	}
	machines, e, ok := c.chosen(s, ids.InstanceIDs)
	if !ok {
		return resp, e
	}
	s.state, s.under = "Updating", c.begin(c.config.Delays.Upgrade)
	for _, m := range machines {
		c.bringUp(s, m)
		c.effects["instances brought up to the model"]++
	}
	resp.SetTerminalResponse(http.StatusAccepted, armcompute.VirtualMachineScaleSetsClientUpdateInstancesResponse{}, nil)
	return resp, e
}

// bringUp has a machine get what the model is now.
func (c *Cloud) bringUp(s *set, m *machine) {
	m.coming, m.applied = s.pools(), c.now().Add(c.config.Delays.Upgrade)
}

func (c *call) deleteSome(_ context.Context, group, name string, ids armcompute.VirtualMachineScaleSetVMInstanceRequiredIDs, _ *armcompute.VirtualMachineScaleSetsClientBeginDeleteInstancesOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientDeleteInstancesResponse], e azfake.ErrorResponder) {
	s, e, ok := c.changeable(group, name)
	if !ok {
		return resp, e
	}
	machines, e, ok := c.chosen(s, ids.InstanceIDs)
	if !ok {
		return resp, e
	}
	for _, m := range machines {
		c.remove(m, c.now())
	}
	sku := *s.model.SKU
	sku.Capacity = to.Ptr(int64(s.wanted() - len(machines)))
	s.model.SKU, s.etag = &sku, c.number()
	c.begin(c.config.Delays.Delete)
	resp.SetTerminalResponse(http.StatusAccepted, armcompute.VirtualMachineScaleSetsClientDeleteInstancesResponse{}, nil)
	return resp, e
}

func (c *call) restart(_ context.Context, group, name string, o *armcompute.VirtualMachineScaleSetsClientBeginRestartOptions) (resp azfake.PollerResponder[armcompute.VirtualMachineScaleSetsClientRestartResponse], e azfake.ErrorResponder) {
	s, e, ok := c.changeable(group, name)
	if !ok {
		return resp, e
	}
	machines := s.staying()
	if o != nil && o.VMInstanceIDs != nil {
		if machines, e, ok = c.chosen(s, o.VMInstanceIDs.InstanceIDs); !ok {
			return resp, e
		}
	}
	for _, m := range machines {
		c.reboot(m)
	}
	c.begin(c.config.Delays.Restart)
	resp.SetTerminalResponse(http.StatusAccepted, armcompute.VirtualMachineScaleSetsClientRestartResponse{}, nil)
	return resp, e
}

func (c *Cloud) reboot(m *machine) {
	m.ready = c.now().Add(c.config.Delays.Restart)
	m.healthy = m.ready.Add(c.config.Delays.Warm)
	c.restarts++
}

func (c *call) restartOne(_ context.Context, group, name string, _ *armcompute.VirtualMachinesClientBeginRestartOptions) (resp azfake.PollerResponder[armcompute.VirtualMachinesClientRestartResponse], e azfake.ErrorResponder) {
	for _, s := range c.sorted(func(s *set) bool { return s.flexible() && strings.EqualFold(s.group, group) }) {
		for _, m := range s.staying() {
			if m.name == name {
				c.reboot(m)
				c.begin(c.config.Delays.Restart)
				resp.SetTerminalResponse(http.StatusAccepted, armcompute.VirtualMachinesClientRestartResponse{}, nil)
				return resp, e
			}
		}
	}
	return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachines/%s' under resource group '%s' was not found.", name, group)
}
