package aws

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// Spec is what a cluster block says about a server group on AWS, beside the
// fields that all clouds share. Its classic load balancers are among those.
type Spec struct {
	Image   string `json:"amiName,omitempty"` // an id, or a name
	ImageID string `json:"imageId,omitempty"` // says the same

	InstanceType       string         `json:"instanceType,omitempty"`
	KeyPair            string         `json:"keyPair,omitempty"`
	SecurityGroups     []string       `json:"securityGroups,omitempty"` // ids or names
	SecurityGroupNames []string       `json:"securityGroupNames,omitempty"`
	Role               string         `json:"iamRole,omitempty"` // name or ARN of an instance profile
	Base64UserData     string         `json:"base64UserData,omitempty"`
	UserData           string         `json:"userData,omitempty"` // not encoded yet
	BlockDevices       []BlockDevice  `json:"blockDevices,omitempty"`
	EBSOptimized       *bool          `json:"ebsOptimized,omitempty"`
	Monitoring         *bool          `json:"instanceMonitoring,omitempty"`
	RequireIMDSv2      *bool          `json:"requireIMDSv2,omitempty"` // true when absent
	PublicAddress      *bool          `json:"associatePublicIpAddress,omitempty"`
	IPv6Address        *bool          `json:"associateIPv6Address,omitempty"`
	UnlimitedCredits   *bool          `json:"unlimitedCpuCredits,omitempty"`
	Enclave            *bool          `json:"enableEnclave,omitempty"`
	Kernel             string         `json:"kernelId,omitempty"`
	RAMDisk            string         `json:"ramdiskId,omitempty"`
	Placement          *Placement     `json:"placement,omitempty"`
	Licenses           []License      `json:"licenseSpecifications,omitempty"`
	Tags               map[string]any `json:"tags,omitempty"`
	VolumeTags         map[string]any `json:"blockDeviceTags,omitempty"`
	SpotPrice          string         `json:"spotPrice,omitempty"` // dollars an hour
	OnDemandAllocation string         `json:"onDemandAllocationStrategy,omitempty"`
	OnDemandBase       *int32         `json:"onDemandBaseCapacity,omitempty"`
	OnDemandPercent    *int32         `json:"onDemandPercentageAboveBaseCapacity,omitempty"`
	SpotAllocation     string         `json:"spotAllocationStrategy,omitempty"`
	SpotPools          *int32         `json:"spotInstancePools,omitempty"`
	InstanceTypes      []InstanceType `json:"launchTemplateOverridesForInstanceType,omitempty"`

	Zones       map[string][]string `json:"availabilityZones,omitempty"` // by region
	SubnetType  string              `json:"subnetType,omitempty"`        // the purpose of subnets
	SubnetIDs   []string            `json:"subnetIds,omitempty"`
	TargetNames []string            `json:"targetGroups,omitempty"` // names or ARNs

	HealthCheckType   string   `json:"healthCheckType,omitempty"`        // EC2 or ELB
	HealthCheckGrace  *int32   `json:"healthCheckGracePeriod,omitempty"` // seconds
	Cooldown          *int32   `json:"cooldown,omitempty"`               // seconds
	Termination       []string `json:"terminationPolicies,omitempty"`
	Suspended         []string `json:"suspendedProcesses,omitempty"`
	Metrics           []string `json:"enabledMetrics,omitempty"`
	CapacityRebalance *bool    `json:"capacityRebalance,omitempty"`
	Hooks             []Hook   `json:"lifecycleHooks,omitempty"`
	CopyScaling       *bool    `json:"copySourceScalingPoliciesAndActions,omitempty"` // true when absent
	LaunchTemplate    *bool    `json:"setLaunchTemplate,omitempty"`
	ClassicLinkVPC    string   `json:"classicLinkVpcId,omitempty"`
}

// BlockDevice is one volume: an EBS volume of a size, or an ephemeral one of a
// virtual name.
type BlockDevice struct {
	Device              string `json:"deviceName,omitempty"`
	Virtual             string `json:"virtualName,omitempty"`
	Size                *int32 `json:"size,omitempty"` // GiB
	VolumeType          string `json:"volumeType,omitempty"`
	DeleteOnTermination *bool  `json:"deleteOnTermination,omitempty"`
	IOPS                *int32 `json:"iops,omitempty"`
	Throughput          *int32 `json:"throughput,omitempty"`
	Snapshot            string `json:"snapshotId,omitempty"`
	Encrypted           *bool  `json:"encrypted,omitempty"`
	KMSKey              string `json:"kmsKeyId,omitempty"`
}

// InstanceType is one that a server group may use, beside others.
type InstanceType struct {
	Type     string `json:"instanceType,omitempty"`
	Weight   string `json:"weightedCapacity,omitempty"`
	Priority int    `json:"priority,omitempty"` // the lowest first; 0 is the last
}

// Placement says on which hardware instances run.
type Placement struct {
	Affinity      string `json:"affinity,omitempty"`
	Zone          string `json:"availabilityZone,omitempty"`
	Group         string `json:"groupName,omitempty"`
	Host          string `json:"hostId,omitempty"`
	Tenancy       string `json:"tenancy,omitempty"`
	Spread        string `json:"spreadDomain,omitempty"`
	ResourceGroup string `json:"hostResourceGroupArn,omitempty"`
	Partition     *int32 `json:"partitionNumber,omitempty"`
}

// License is a license configuration.
type License struct {
	ARN string `json:"arn,omitempty"`
}

// Hook halts instances as they come or go.
type Hook struct {
	Name       string `json:"name,omitempty"`
	Role       string `json:"roleARN,omitempty"`
	Target     string `json:"notificationTargetARN,omitempty"`
	Transition string `json:"lifecycleTransition,omitempty"`
	Heartbeat  *int32 `json:"heartbeatTimeout,omitempty"` // seconds
	Default    string `json:"defaultResult,omitempty"`
	Metadata   string `json:"notificationMetadata,omitempty"`
}

// decode reads our fields of a cluster block, and checks them.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	if err := DecodeBlock(block, &s); err != nil {
		return s, err
	}
	return s, s.check()
}

// DecodeBlock reads the fields of a cluster block that a provider knows into a
// struct with json tags, with Spinnaker's leniency: numbers may be written as
// text and the other way round. Fields of the block that are not the struct's
// may be another's; inside its own they are a mistake, ErrInvalid.
func DecodeBlock(block map[string]any, spec any) error {
	var met mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		TagName: "json", WeaklyTypedInput: true, Result: spec, Metadata: &met,
	})
	if err != nil {
		return err
	}
	if err := decoder.Decode(block); err != nil {
		return fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	for _, field := range met.Unused {
		if strings.ContainsAny(field, ".[") {
			return fmt.Errorf("%s: %w: there is no such field", field, gennaker.ErrInvalid)
		}
	}
	return nil
}

func (s Spec) check() error {
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.image() == "", "amiName: it is missing: give an image by id or name"},
		{s.Image != "" && s.ImageID != "" && s.Image != s.ImageID, "amiName and imageId mean the same, and differ"},
		{s.InstanceType == "" && len(s.InstanceTypes) == 0, "instanceType: it is missing"},
		{s.UserData != "" && s.Base64UserData != "", "userData and base64UserData mean the same: use one of them"},
		{!encoded(s.Base64UserData), "base64UserData: it is not base64"},
		{!slices.Contains([]string{"", "EC2", "ELB"}, s.HealthCheckType), "healthCheckType: it can be EC2 or ELB"},
		{s.LaunchTemplate != nil && !*s.LaunchTemplate, "setLaunchTemplate: AWS has no launch configurations any more: leave it out"},
		{s.ClassicLinkVPC != "", "classicLinkVpcId: AWS has no EC2-Classic any more: leave it out"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	return s.checkLists()
}

func (s Spec) checkLists() error {
	for i, d := range s.BlockDevices {
		if d.Device == "" || d.Virtual == "" && d.Size == nil && d.Snapshot == "" {
			return fmt.Errorf("%w: blockDevices[%d]: it needs a deviceName, and a size, a snapshotId or a virtualName", gennaker.ErrInvalid, i)
		}
	}
	for i, t := range s.InstanceTypes {
		if t.Type == "" {
			return fmt.Errorf("%w: launchTemplateOverridesForInstanceType[%d]: it needs an instanceType", gennaker.ErrInvalid, i)
		}
	}
	if err := known(s.Suspended); err != nil {
		return fmt.Errorf("suspendedProcesses: %w", err)
	}
	for i, h := range s.Hooks {
		if h.Name == "" || h.Transition == "" {
			return fmt.Errorf("%w: lifecycleHooks[%d]: it needs a name and a lifecycleTransition", gennaker.ErrInvalid, i)
		}
	}
	return nil
}

func encoded(text string) bool {
	_, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	return err == nil
}

func (s Spec) image() string {
	if s.Image != "" {
		return s.Image
	}
	return s.ImageID
}

func (s Spec) userData() string {
	if s.UserData != "" {
		return base64.StdEncoding.EncodeToString([]byte(s.UserData))
	}
	return strings.TrimSpace(s.Base64UserData)
}

// mixed reports whether it takes a policy of mixed instances.
func (s Spec) mixed() bool {
	return len(s.InstanceTypes) > 0 || s.OnDemandAllocation != "" || s.OnDemandBase != nil ||
		s.OnDemandPercent != nil || s.SpotAllocation != "" || s.SpotPools != nil
}
