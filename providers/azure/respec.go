package azure

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// Spec reads back what a server group was made from, but for its password,
// which Azure tells nobody.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var block map[string]any
	err := c.do("read the spec of", ref, func() error {
		s, err := c.living(ctx, ref)
		if err != nil {
			return err
		}
		whole, err := c.sets.Get(ctx, s.group, s.name(), &armcompute.VirtualMachineScaleSetsClientGetOptions{
			Expand: to.Ptr(armcompute.ExpandTypesForGetVMScaleSetsUserData)})
		if err != nil {
			return kinded(err)
		}
		spec, err := scaleSet{&whole.VirtualMachineScaleSet, s.group}.respec()
		if err != nil {
			return err
		}
		if usual := c.groupsOf(gennaker.ParseMoniker(ref.Name).App, ref.Region)[0]; !same(usual, s.group) {
			spec.ResourceGroup = s.group
		}
		block, err = spec.block()
		return err
	})
	return block, err
}

// respec is the spec from which a scale set like this one is made.
func (s scaleSet) respec() (Spec, error) {
	p := s.properties()
	profile := value(p.VirtualMachineProfile)
	spec := Spec{
		ImageID: s.image(), OSType: string(value(value(value(profile.StorageProfile).OSDisk).OSType)),
		SKU: SKU{Name: value(value(s.SKU).Name), Tier: value(value(s.SKU).Tier)}, Orchestration: string(value(p.OrchestrationMode)),
		Pools: s.pools(), Zones: texts(s.Zones), Upgrade: string(value(value(p.UpgradePolicy).Mode)),
		FaultDomains: p.PlatformFaultDomainCount, SkipExtensions: p.DoNotRunExtensionsOnOverprovisionedVMs, Overprovision: p.Overprovision,
		Tags: othersIn(s.Tags),
	}
	spec.readNetwork(value(profile.NetworkProfile))
	spec.readDisks(value(profile.StorageProfile))
	spec.readIdentity(value(s.Identity))
	if n := value(value(profile.ScheduledEventsProfile).TerminateNotificationProfile); value(n.Enable) {
		var minutes int
		if _, err := fmt.Sscanf(value(n.NotBeforeTimeout), "PT%dM", &minutes); err == nil {
			spec.Notice = &minutes
		}
	}
	if err := spec.readSystem(value(profile.OSProfile), value(profile.UserData)); err != nil {
		return spec, err
	}
	return spec, spec.readExtensions(value(profile.ExtensionProfile))
}

func (s *Spec) readNetwork(n armcompute.VirtualMachineScaleSetNetworkProfile) {
	s.Probe = value(value(n.HealthProbe).ID)
	for _, card := range n.NetworkInterfaceConfigurations {
		of := value(card.Properties)
		s.Firewall = value(value(of.NetworkSecurityGroup).ID)
		for _, ip := range of.IPConfigurations {
			s.SubnetID = value(value(value(ip.Properties).Subnet).ID)
			return // there is one
		}
	}
}

func (s *Spec) readDisks(p armcompute.VirtualMachineScaleSetStorageProfile) {
	for _, d := range p.DataDisks {
		s.DataDisks = append(s.DataDisks, DataDisk{LUN: value(d.Lun), Size: d.DiskSizeGB, Create: string(value(d.CreateOption)),
			Caching: string(value(d.Caching)), Managed: ManagedDisk{string(value(value(d.ManagedDisk).StorageAccountType))}})
	}
}

func (s *Spec) readIdentity(i armcompute.VirtualMachineScaleSetIdentity) {
	s.SystemIdentity = strings.Contains(string(value(i.Type)), "SystemAssigned")
	s.Identities = strings.Join(gennaker.SortedKeys(i.UserAssignedIdentities), ",")
}

func (s *Spec) readSystem(p armcompute.VirtualMachineScaleSetOSProfile, userData string) error {
	data, err := base64.StdEncoding.DecodeString(userData)
	if err != nil {
		return fmt.Errorf("its user data: %w: %w", gennaker.ErrInvalid, err)
	}
	s.OS = OS{AdminUser: value(p.AdminUsername), CustomData: string(data)}
	s.TimeZone = value(value(p.WindowsConfiguration).TimeZone)
	for _, key := range value(value(p.LinuxConfiguration).SSH).PublicKeys {
		s.OS.SSHKey = value(key.KeyData)
	}
	return nil
}

func (s *Spec) readExtensions(p armcompute.VirtualMachineScaleSetExtensionProfile) error {
	for _, e := range p.Extensions {
		of := value(e.Properties)
		var into any
		switch kind := value(of.Type); {
		case strings.HasPrefix(kind, appHealth):
			into = &s.Health
		case kind == scriptExtension[s.system()].name:
			into = &s.Scripts
		default:
			continue // somebody else's
		}
		data, err := json.Marshal(of.Settings)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return fmt.Errorf("settings of extension %s: %w: %w", value(e.Name), gennaker.ErrInvalid, err)
		}
	}
	return nil
}
