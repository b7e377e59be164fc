package azure

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

// model is the request that makes the scale set.
func (c *Cloud) model(p plan) armcompute.VirtualMachineScaleSet {
	s := p.spec
	properties := &armcompute.VirtualMachineScaleSetProperties{
		OrchestrationMode:                      to.Ptr(armcompute.OrchestrationModeUniform),
		UpgradePolicy:                          &armcompute.UpgradePolicy{Mode: to.Ptr(armcompute.UpgradeModeManual)},
		Overprovision:                          to.Ptr(value(s.Overprovision)),
		DoNotRunExtensionsOnOverprovisionedVMs: s.SkipExtensions,
		PlatformFaultDomainCount:               s.FaultDomains,
		VirtualMachineProfile: &armcompute.VirtualMachineScaleSetVMProfile{
			StorageProfile: c.storage(p), OSProfile: p.system(), NetworkProfile: c.network(p),
			ExtensionProfile: s.extensions(), ScheduledEventsProfile: s.notice(), UserData: encoded(s.OS.CustomData),
		},
	}
	if s.Upgrade == automatic {
		properties.UpgradePolicy.Mode = to.Ptr(armcompute.UpgradeModeAutomatic)
	}
	if s.Orchestration == flexible {
		properties.OrchestrationMode = to.Ptr(armcompute.OrchestrationModeFlexible)
		properties.Overprovision, properties.DoNotRunExtensionsOnOverprovisionedVMs = nil, nil // it has neither
		if properties.PlatformFaultDomainCount == nil {
			properties.PlatformFaultDomainCount = to.Ptr[int32](1)
		}
	}
	return armcompute.VirtualMachineScaleSet{
		Location: &p.Region, Tags: p.tags(), Zones: pointers(s.Zones), Identity: s.identity(), Properties: properties,
		SKU: &armcompute.SKU{Name: to.Ptr(s.size()), Tier: text(s.SKU.Tier), Capacity: to.Ptr(int64(p.Capacity.Desired))},
	}
}

// encoded is a text in base64, nil if there is none.
func encoded(s string) *string {
	return text(base64.StdEncoding.EncodeToString([]byte(s)))
}

func (c *Cloud) storage(p plan) *armcompute.VirtualMachineScaleSetStorageProfile {
	profile := &armcompute.VirtualMachineScaleSetStorageProfile{
		ImageReference: c.reference(p),
		OSDisk: &armcompute.VirtualMachineScaleSetOSDisk{CreateOption: to.Ptr(armcompute.DiskCreateOptionTypesFromImage),
			OSType: to.Ptr(armcompute.OperatingSystemTypes(p.spec.system()))},
	}
	for _, d := range p.spec.DataDisks {
		disk := &armcompute.VirtualMachineScaleSetDataDisk{Lun: to.Ptr(d.LUN), DiskSizeGB: d.Size,
			CreateOption: to.Ptr(armcompute.DiskCreateOptionTypesEmpty)}
		if d.Create != "" {
			disk.CreateOption = to.Ptr(armcompute.DiskCreateOptionTypes(d.Create))
		}
		if d.Caching != "" {
			disk.Caching = to.Ptr(armcompute.CachingTypes(d.Caching))
		}
		if d.Managed.Storage != "" {
			disk.ManagedDisk = &armcompute.VirtualMachineScaleSetManagedDiskParameters{StorageAccountType: to.Ptr(armcompute.StorageAccountTypes(d.Managed.Storage))}
		}
		profile.DataDisks = append(profile.DataDisks, disk)
	}
	return profile
}

// reference is the image: one of the marketplace, one by id, or an image in the
// resource group by name.
func (c *Cloud) reference(p plan) *armcompute.ImageReference {
	given := p.spec.imageText()
	if parts := strings.Split(given, ":"); len(parts) == 4 {
		return &armcompute.ImageReference{Publisher: &parts[0], Offer: &parts[1], SKU: &parts[2], Version: &parts[3]}
	}
	switch lower := strings.ToLower(given); {
	case strings.HasPrefix(lower, "/sharedgalleries/"):
		return &armcompute.ImageReference{SharedGalleryImageID: &given}
	case strings.HasPrefix(lower, "/communitygalleries/"):
		return &armcompute.ImageReference{CommunityGalleryImageID: &given}
	case strings.HasPrefix(lower, "/"):
		return &armcompute.ImageReference{ID: &given}
	}
	return &armcompute.ImageReference{ID: to.Ptr(c.id(p.group, typeImage, given))}
}

// notInName are the characters that a computer's name does not take.
var notInName = regexp.MustCompile(`[^a-zA-Z0-9]`)

// longestPrefix is how long the names of computers can begin, on Windows.
const longestPrefix = 9

// system is what is set in each machine. What a document gives as custom data
// is user data too: Azure gives that back, so that a clone has it.
func (p plan) system() *armcompute.VirtualMachineScaleSetOSProfile {
	s := p.spec
	prefix := s.OS.NamePrefix
	if prefix == "" {
		prefix = notInName.ReplaceAllString(p.Name, "")
		prefix = prefix[:min(len(prefix), longestPrefix)]
	}
	profile := &armcompute.VirtualMachineScaleSetOSProfile{ComputerNamePrefix: &prefix, AdminUsername: &p.user,
		AdminPassword: text(s.OS.AdminPassword), CustomData: encoded(s.OS.CustomData)}
	switch {
	case s.system() == systemWin && s.TimeZone != "":
		profile.WindowsConfiguration = &armcompute.WindowsConfiguration{TimeZone: &s.TimeZone}
	case p.key != "":
		path := fmt.Sprintf("/home/%s/.ssh/authorized_keys", p.user)
		profile.LinuxConfiguration = &armcompute.LinuxConfiguration{
			DisablePasswordAuthentication: to.Ptr(s.OS.AdminPassword == ""),
			SSH:                           &armcompute.SSHConfiguration{PublicKeys: []*armcompute.SSHPublicKey{{Path: &path, KeyData: &p.key}}},
		}
	}
	return profile
}

// networkVersion is that of the network API by which flexible scale sets make
// network cards. There is no other.
var networkVersion = armcompute.NetworkAPIVersionTwoThousandTwenty1101

// network is the machines' one network card, with one address.
func (c *Cloud) network(p plan) *armcompute.VirtualMachineScaleSetNetworkProfile {
	pools := p.pools
	if p.Disabled {
		pools = nil
	}
	balancers, gateways := split(pools)
	address := &armcompute.VirtualMachineScaleSetIPConfigurationProperties{Primary: to.Ptr(true), Subnet: &armcompute.APIEntityReference{ID: &p.subnet},
		LoadBalancerBackendAddressPools: refsTo(balancers), ApplicationGatewayBackendAddressPools: refsTo(gateways)}
	card := &armcompute.VirtualMachineScaleSetNetworkConfigurationProperties{Primary: to.Ptr(true),
		IPConfigurations: []*armcompute.VirtualMachineScaleSetIPConfiguration{{Name: to.Ptr("ip"), Properties: address}}}
	if name := p.spec.Firewall; name != "" {
		if !strings.HasPrefix(name, "/") {
			name = c.id(p.group, typeFirewall, name)
		}
		card.NetworkSecurityGroup = &armcompute.SubResource{ID: &name}
	}
	profile := &armcompute.VirtualMachineScaleSetNetworkProfile{
		NetworkInterfaceConfigurations: []*armcompute.VirtualMachineScaleSetNetworkConfiguration{{Name: to.Ptr("nic"), Properties: card}}}
	if p.probe != "" {
		profile.HealthProbe = &armcompute.APIEntityReference{ID: &p.probe}
	}
	if p.spec.Orchestration == flexible {
		profile.NetworkAPIVersion = &networkVersion
	}
	return profile
}

// The extensions that we give to machines, by the name of their system.
const (
	appHealth          = "ApplicationHealth"
	appHealthPublisher = "Microsoft.ManagedServices"
)

// scriptExtension is the custom script extension of a system.
var scriptExtension = map[string]struct{ publisher, name, version string }{
	systemLinux: {"Microsoft.Azure.Extensions", "CustomScript", "2.1"},
	systemWin:   {"Microsoft.Compute", "CustomScriptExtension", "1.10"},
}

func (s Spec) extensions() *armcompute.VirtualMachineScaleSetExtensionProfile {
	var list []*armcompute.VirtualMachineScaleSetExtension
	if s.Health.Protocol != "" {
		settings := map[string]any{"protocol": strings.ToLower(s.Health.Protocol)}
		if s.Health.Port != nil {
			settings["port"] = *s.Health.Port
		}
		if s.Health.Path != "" {
			settings["requestPath"] = s.Health.Path
		}
		list = append(list, extension(appHealthPublisher, appHealth+s.system(), "1.0", settings))
	}
	if s.Scripts.Command != "" {
		e := scriptExtension[s.system()]
		list = append(list, extension(e.publisher, e.name, e.version, map[string]any{"fileUris": s.Scripts.Files, "commandToExecute": s.Scripts.Command}))
	}
	if len(list) == 0 {
		return nil
	}
	return &armcompute.VirtualMachineScaleSetExtensionProfile{Extensions: list}
}

func extension(publisher, name, version string, settings map[string]any) *armcompute.VirtualMachineScaleSetExtension {
	return &armcompute.VirtualMachineScaleSetExtension{Name: &name, Properties: &armcompute.VirtualMachineScaleSetExtensionProperties{
		Publisher: &publisher, Type: &name, TypeHandlerVersion: &version, AutoUpgradeMinorVersion: to.Ptr(true), Settings: settings}}
}

// notice is how long a machine hears before that it will be deleted.
func (s Spec) notice() *armcompute.ScheduledEventsProfile {
	if s.Notice == nil {
		return nil
	}
	return &armcompute.ScheduledEventsProfile{TerminateNotificationProfile: &armcompute.TerminateNotificationProfile{
		Enable: to.Ptr(true), NotBeforeTimeout: to.Ptr(fmt.Sprintf("PT%dM", *s.Notice))}}
}

// identity is as whom the machines ask Azure.
func (s Spec) identity() *armcompute.VirtualMachineScaleSetIdentity {
	users := map[string]*armcompute.UserAssignedIdentitiesValue{}
	for id := range strings.SplitSeq(s.Identities, ",") {
		if id = strings.TrimSpace(id); id != "" {
			users[id] = &armcompute.UserAssignedIdentitiesValue{}
		}
	}
	switch {
	case s.SystemIdentity && len(users) > 0:
		return &armcompute.VirtualMachineScaleSetIdentity{Type: to.Ptr(armcompute.ResourceIdentityTypeSystemAssignedUserAssigned), UserAssignedIdentities: users}
	case s.SystemIdentity:
		return &armcompute.VirtualMachineScaleSetIdentity{Type: to.Ptr(armcompute.ResourceIdentityTypeSystemAssigned)}
	case len(users) > 0:
		return &armcompute.VirtualMachineScaleSetIdentity{Type: to.Ptr(armcompute.ResourceIdentityTypeUserAssigned), UserAssignedIdentities: users}
	}
	return nil
}
