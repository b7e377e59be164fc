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
	Image   string `json:"amiName"` // an id, or a name
	ImageID string `json:"imageId"` // says the same

	InstanceType       string         `json:"instanceType"`
	KeyPair            string         `json:"keyPair"`
	SecurityGroups     []string       `json:"securityGroups"` // ids or names
	Role               string         `json:"iamRole"`        // name or ARN of an instance profile
	Base64UserData     string         `json:"base64UserData"`
	UserData           string         `json:"userData"` // not encoded yet
	BlockDevices       []BlockDevice  `json:"blockDevices"`
	EBSOptimized       *bool          `json:"ebsOptimized"`
	Monitoring         *bool          `json:"instanceMonitoring"`
	RequireIMDSv2      *bool          `json:"requireIMDSv2"` // true when absent
	PublicAddress      *bool          `json:"associatePublicIpAddress"`
	IPv6Address        *bool          `json:"associateIPv6Address"`
	UnlimitedCredits   *bool          `json:"unlimitedCpuCredits"`
	Enclave            *bool          `json:"enableEnclave"`
	Kernel             string         `json:"kernelId"`
	RAMDisk            string         `json:"ramdiskId"`
	Placement          *Placement     `json:"placement"`
	Licenses           []License      `json:"licenseSpecifications"`
	Tags               map[string]any `json:"tags"`
	VolumeTags         map[string]any `json:"blockDeviceTags"`
	SpotPrice          string         `json:"spotPrice"` // dollars an hour
	OnDemandAllocation string         `json:"onDemandAllocationStrategy"`
	OnDemandBase       *int32         `json:"onDemandBaseCapacity"`
	OnDemandPercent    *int32         `json:"onDemandPercentageAboveBaseCapacity"`
	SpotAllocation     string         `json:"spotAllocationStrategy"`
	SpotPools          *int32         `json:"spotInstancePools"`
	InstanceTypes      []InstanceType `json:"launchTemplateOverridesForInstanceType"`

	Zones       map[string][]string `json:"availabilityZones"` // by region
	SubnetType  string              `json:"subnetType"`        // the purpose of subnets
	SubnetIDs   []string            `json:"subnetIds"`
	TargetNames []string            `json:"targetGroups"` // names or ARNs

	HealthCheckType   string   `json:"healthCheckType"`        // EC2 or ELB
	HealthCheckGrace  *int32   `json:"healthCheckGracePeriod"` // seconds
	Cooldown          *int32   `json:"cooldown"`               // seconds
	Termination       []string `json:"terminationPolicies"`
	Suspended         []string `json:"suspendedProcesses"`
	Metrics           []string `json:"enabledMetrics"`
	CapacityRebalance *bool    `json:"capacityRebalance"`
	Hooks             []Hook   `json:"lifecycleHooks"`
	StartDisabled     bool     `json:"startDisabled"`
	LaunchTemplate    *bool    `json:"setLaunchTemplate"`
	ClassicLinkVPC    string   `json:"classicLinkVpcId"`
}

// BlockDevice is one volume: an EBS volume of a size, or an ephemeral one of a
// virtual name.
type BlockDevice struct {
	Device              string `json:"deviceName"`
	Virtual             string `json:"virtualName"`
	Size                *int32 `json:"size"` // GiB
	VolumeType          string `json:"volumeType"`
	DeleteOnTermination *bool  `json:"deleteOnTermination"`
	IOPS                *int32 `json:"iops"`
	Throughput          *int32 `json:"throughput"`
	Snapshot            string `json:"snapshotId"`
	Encrypted           *bool  `json:"encrypted"`
	KMSKey              string `json:"kmsKeyId"`
}

// InstanceType is one that a server group may use, beside others.
type InstanceType struct {
	Type     string `json:"instanceType"`
	Weight   string `json:"weightedCapacity"`
	Priority int    `json:"priority"` // the lowest first; 0 is the last
}

// Placement says on which hardware instances run.
type Placement struct {
	Affinity      string `json:"affinity"`
	Zone          string `json:"availabilityZone"`
	Group         string `json:"groupName"`
	Host          string `json:"hostId"`
	Tenancy       string `json:"tenancy"`
	Spread        string `json:"spreadDomain"`
	ResourceGroup string `json:"hostResourceGroupArn"`
	Partition     *int32 `json:"partitionNumber"`
}

// License is a license configuration.
type License struct {
	ARN string `json:"arn"`
}

// Hook halts instances as they come or go.
type Hook struct {
	Name       string `json:"name"`
	Role       string `json:"roleARN"`
	Target     string `json:"notificationTargetARN"`
	Transition string `json:"lifecycleTransition"`
	Heartbeat  *int32 `json:"heartbeatTimeout"` // seconds
	Default    string `json:"defaultResult"`
	Metadata   string `json:"notificationMetadata"`
}

// decode reads our fields of a cluster block, with Spinnaker's leniency:
// numbers may be written as text and the other way round. Fields of the block
// that are not ours may be another's; inside ours they are a mistake.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	var met mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		TagName: "json", WeaklyTypedInput: true, Result: &s, Metadata: &met,
	})
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
		{s.StartDisabled, "startDisabled: a server group starts enabled; disable it afterwards"},
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
