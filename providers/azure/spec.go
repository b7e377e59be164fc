package azure

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// Spec is what a cluster block says about a server group on Azure, beside the
// fields that all clouds share.
type Spec struct {
	ImageID string `json:"imageId,omitempty"` // the id of an image, the name of one in the resource group, or publisher:offer:sku:version
	Image   Image  `json:"image,omitzero"`    // says the same in Spinnaker's way
	OSType  string `json:"osType,omitempty"`  // Linux when absent, or Windows

	SKU           SKU    `json:"sku,omitzero"`
	InstanceType  string `json:"instanceType,omitempty"` // the SKU's name
	Orchestration string `json:"orchestrationMode,omitempty"`
	ResourceGroup string `json:"resourceGroup,omitempty"`

	Network      string `json:"vnet,omitempty"`
	NetworkGroup string `json:"vnetResourceGroup,omitempty"` // the server group's when absent
	Subnet       string `json:"subnet,omitempty"`
	SubnetID     string `json:"subnetId,omitempty"`
	NewSubnet    bool   `json:"createNewSubnet,omitempty"`
	Firewall     string `json:"securityGroupName,omitempty"` // name or id of a network security group

	Balancer     string   `json:"loadBalancerName,omitempty"` // a name of a load balancer or application gateway
	BalancerType string   `json:"loadBalancerType,omitempty"`
	Gateway      string   `json:"appGatewayName,omitempty"`
	Pools        []string `json:"backendPools,omitempty"` // ids, or LOADBALANCER/POOL
	Probe        string   `json:"healthProbe,omitempty"`  // id, or LOADBALANCER/PROBE
	InboundNAT   bool     `json:"enableInboundNAT,omitempty"`

	OS             OS             `json:"osConfig,omitzero"`
	Scripts        Scripts        `json:"customScriptsSettings,omitzero"`
	Health         Health         `json:"healthSettings,omitzero"`
	DataDisks      []DataDisk     `json:"dataDisks,omitempty"`
	Zones          []string       `json:"zones,omitempty"`
	Upgrade        string         `json:"upgradePolicy,omitempty"` // Manual when absent, or Automatic
	SystemIdentity bool           `json:"useSystemManagedIdentity,omitempty"`
	Identities     string         `json:"userAssignedIdentities,omitempty"` // ids, separated by commas
	Notice         *int           `json:"terminationNotBeforeTimeoutInMinutes,omitempty"`
	TimeZone       string         `json:"windowsTimeZone,omitempty"`
	FaultDomains   *int32         `json:"platformFaultDomainCount,omitempty"`
	SkipExtensions *bool          `json:"doNotRunExtensionsOnOverprovisionedVMs,omitempty"`
	Overprovision  *bool          `json:"overprovision,omitempty"` // false when absent
	Tags           map[string]any `json:"tags,omitempty"`
	InstanceTags   map[string]any `json:"instanceTags,omitempty"`
}

// Image is what instances start from, as Spinnaker's documents have it.
type Image struct {
	Custom    bool   `json:"isCustom,omitempty"`
	URI       string `json:"uri,omitempty"` // the id of an image of one's own
	Name      string `json:"imageName,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	Offer     string `json:"offer,omitempty"`
	SKU       string `json:"sku,omitempty"`
	Version   string `json:"version,omitempty"`
	OSType    string `json:"ostype,omitempty"`
	Account   string `json:"account,omitempty"` // where Spinnaker found it
	Region    string `json:"region,omitempty"`
}

// SKU is the size of the machines. How many there are is the capacity's.
type SKU struct {
	Name     string `json:"name,omitempty"`
	Tier     string `json:"tier,omitempty"`
	Capacity *int   `json:"capacity,omitempty"`
}

// OS is what is set in each machine.
type OS struct {
	AdminUser     string `json:"adminUserName,omitempty"`
	AdminPassword string `json:"adminPassword,omitempty"`
	SSHKey        string `json:"sshPublicKey,omitempty"`
	NamePrefix    string `json:"computerNamePrefix,omitempty"`
	CustomData    string `json:"customData,omitempty"` // not encoded yet
}

// Scripts are run in each machine by the custom script extension.
type Scripts struct {
	Files   []string `json:"fileUris,omitempty"`
	Command string   `json:"commandToExecute,omitempty"`
}

// Health is what the application health extension asks in each machine.
type Health struct {
	Protocol string `json:"protocol,omitempty"` // http, https or tcp
	Port     *int   `json:"port,omitempty"`
	Path     string `json:"requestPath,omitempty"`
}

// DataDisk is a disk of each machine beside that of its system.
type DataDisk struct {
	LUN     int32       `json:"lun"`
	Size    *int32      `json:"diskSizeGB,omitempty"`
	Create  string      `json:"createOption,omitempty"` // Empty when absent
	Caching string      `json:"caching,omitempty"`
	Managed ManagedDisk `json:"managedDisk,omitzero"`
}

// ManagedDisk is of what type a disk is.
type ManagedDisk struct {
	Storage string `json:"storageAccountType,omitempty"`
}

// decode reads our fields of a cluster block, with Spinnaker's leniency:
// numbers may be written as text and the other way round. Fields of the block
// that are not ours may be another's; inside of ours they are a mistake.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	var met mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: &s, Metadata: &met})
	if err != nil {
		return s, err
	}
	if err := decoder.Decode(block); err != nil {
		return s, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	for _, field := range met.Unused {
		if strings.ContainsAny(field, ".[") {
			return s, fmt.Errorf("%s: %w: there is no such field", field, gennaker.ErrInvalid)
		}
	}
	return s, s.check()
}

const (
	uniform     = "Uniform"
	flexible    = "Flexible"
	manual      = "Manual"
	automatic   = "Automatic"
	systemLinux = "Linux"
	systemWin   = "Windows"
)

func (s Spec) check() error {
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.imageText() == "", "imageId: it is missing: give an image by id, or as publisher:offer:sku:version"},
		{s.size() == "", "sku.name: it is missing: give the size of the machines, like Standard_D2s_v5"},
		{s.SKU.Name != "" && s.InstanceType != "" && s.SKU.Name != s.InstanceType, "sku.name and instanceType mean the same, and differ"},
		{!slices.Contains([]string{"", uniform, flexible}, s.Orchestration), "orchestrationMode: it can be Uniform or Flexible"},
		{!slices.Contains([]string{"", manual, automatic}, s.Upgrade), "upgradePolicy: it can be Manual or Automatic: in batches a server group would leave the traffic too late"},
		{!slices.Contains([]string{systemLinux, systemWin}, s.system()), "osType: it can be Linux or Windows"},
		{s.SubnetID == "" && (s.Network == "" || s.Subnet == ""), "subnet: it says nowhere to run: give vnet and subnet, or a subnetId"},
		{s.NewSubnet, "createNewSubnet: subnets are not made here: make one, and name it in subnet"},
		{s.InboundNAT, "enableInboundNAT: inbound NAT is not supported: use Azure Bastion to get to an instance"},
		{s.Health != (Health{}) && (s.Health.Port == nil && strings.ToLower(s.Health.Protocol) == "tcp" || s.Health.Protocol == ""), "healthSettings: it needs a protocol, and a port for tcp"},
		{len(s.Scripts.Files) > 0 && s.Scripts.Command == "", "customScriptsSettings.commandToExecute: it is missing"},
		{s.TimeZone != "" && s.system() != systemWin, "windowsTimeZone: the osType is Linux"},
		{s.OS.SSHKey != "" && s.system() == systemWin, "osConfig.sshPublicKey: the osType is Windows: give an adminPassword"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	return nil
}

// size is the name of the SKU.
func (s Spec) size() string { return cmp.Or(s.SKU.Name, s.InstanceType) }

// system is Linux or Windows, as Azure writes it.
func (s Spec) system() string {
	said := cmp.Or(s.OSType, s.Image.OSType, systemLinux)
	for _, known := range []string{systemLinux, systemWin} {
		if same(said, known) {
			return known
		}
	}
	return said
}

// imageText is the image as imageId says it. What a stage before has found or
// baked comes before what the block names.
func (s Spec) imageText() string {
	i := s.Image
	if i.Publisher != "" && s.ImageID == "" && i.URI == "" {
		return strings.Join([]string{i.Publisher, i.Offer, i.SKU, cmp.Or(i.Version, "latest")}, ":")
	}
	return cmp.Or(s.ImageID, i.URI, i.Name)
}

// balancers are the names of those that the block has under Spinnaker's names.
func (s Spec) balancers() []string {
	var all []string
	for _, name := range []string{s.Balancer, s.Gateway} {
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

func (s Spec) tags() map[string]any {
	all := map[string]any{}
	maps.Copy(all, s.Tags)
	maps.Copy(all, s.InstanceTags)
	return all
}

// block is the spec as a document has it.
func (s Spec) block() (map[string]any, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	block := map[string]any{}
	return block, json.Unmarshal(data, &block)
}
