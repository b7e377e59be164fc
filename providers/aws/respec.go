package aws

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// Spec returns the fields of a cluster block from which Create makes an equal
// server group: from its launch template, the group, and its lifecycle hooks.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var block map[string]any
	err := c.change("read the spec of", ref, func(r *region) error {
		g, err := r.living(ctx, ref.Name)
		if err != nil {
			return err
		}
		s, err := r.respec(ctx, g)
		if err != nil {
			return err
		}
		block, err = s.block()
		return err
	})
	return block, err
}

// block is the spec as it stands in a document.
func (s Spec) block() (map[string]any, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var block map[string]any
	return block, json.Unmarshal(text, &block)
}

// respec reads back what a group was made from.
func (r *region) respec(ctx context.Context, g types.AutoScalingGroup) (Spec, error) {
	from := templateOf(g)
	if from == nil {
		return Spec{}, fmt.Errorf("%w: it has no launch template: only server groups with one can be read back", gennaker.ErrInvalid)
	}
	d, err := r.templateData(ctx, *from)
	if err != nil {
		return Spec{}, err
	}
	hooks, err := r.groups.DescribeLifecycleHooks(ctx, &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: g.AutoScalingGroupName})
	if err != nil {
		return Spec{}, kinded(err)
	}
	s := specOfTemplate(d)
	for _, h := range hooks.LifecycleHooks {
		s.Hooks = append(s.Hooks, hookOf(h))
	}
	r.addGroup(&s, g)
	return s, s.addPolicy(g.MixedInstancesPolicy)
}

// templateSpec is what a group says about its launch template, nil if it has
// none.
func templateSpec(g types.AutoScalingGroup) *types.LaunchTemplateSpecification {
	if g.MixedInstancesPolicy != nil && g.MixedInstancesPolicy.LaunchTemplate != nil {
		return g.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
	}
	return g.LaunchTemplate
}

// templateOf is the version of a launch template that a group launches from,
// by the template's id or else by its name; nil if it has none.
func templateOf(g types.AutoScalingGroup) *types.LaunchTemplateSpecification {
	from := templateSpec(g)
	switch {
	case from == nil || from.LaunchTemplateId == nil && from.LaunchTemplateName == nil:
		return nil // a launch configuration: AWS has no new ones
	case from.LaunchTemplateId == nil:
		return &types.LaunchTemplateSpecification{LaunchTemplateName: from.LaunchTemplateName, Version: from.Version}
	}
	return &types.LaunchTemplateSpecification{LaunchTemplateId: from.LaunchTemplateId, Version: from.Version}
}

func templateKey(from types.LaunchTemplateSpecification) string {
	return aws.ToString(from.LaunchTemplateId) + aws.ToString(from.LaunchTemplateName) // one of them
}

// templateData reads a version of a launch template, or ErrNotFound.
func (r *region) templateData(ctx context.Context, from types.LaunchTemplateSpecification) (ec2types.ResponseLaunchTemplateData, error) {
	in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: from.LaunchTemplateId, LaunchTemplateName: from.LaunchTemplateName,
		Versions: []string{cmp.Or(aws.ToString(from.Version), "$Default")}}
	found, err := r.ec2.DescribeLaunchTemplateVersions(ctx, in)
	if err == nil && (len(found.LaunchTemplateVersions) == 0 || found.LaunchTemplateVersions[0].LaunchTemplateData == nil) {
		err = gennaker.ErrNotFound
	}
	if err != nil {
		return ec2types.ResponseLaunchTemplateData{}, fmt.Errorf("launch template %s: %w", templateKey(from), kinded(err))
	}
	return *found.LaunchTemplateVersions[0].LaunchTemplateData, nil
}

func specOfTemplate(d ec2types.ResponseLaunchTemplateData) Spec {
	s := Spec{
		Image: aws.ToString(d.ImageId), InstanceType: string(d.InstanceType), KeyPair: aws.ToString(d.KeyName),
		Kernel: aws.ToString(d.KernelId), RAMDisk: aws.ToString(d.RamDiskId),
		Base64UserData: aws.ToString(d.UserData), EBSOptimized: d.EbsOptimized, SecurityGroups: d.SecurityGroupIds,
		RequireIMDSv2: aws.Bool(d.MetadataOptions != nil && d.MetadataOptions.HttpTokens == ec2types.LaunchTemplateHttpTokensStateRequired),
	}
	if p := d.IamInstanceProfile; p != nil {
		s.Role = aws.ToString(p.Name) + aws.ToString(p.Arn) // it has one of them
	}
	if d.Monitoring != nil {
		s.Monitoring = d.Monitoring.Enabled
	}
	if d.EnclaveOptions != nil {
		s.Enclave = d.EnclaveOptions.Enabled
	}
	if d.CreditSpecification != nil {
		s.UnlimitedCredits = aws.Bool(aws.ToString(d.CreditSpecification.CpuCredits) == credits(true))
	}
	if m := d.InstanceMarketOptions; m != nil && m.SpotOptions != nil {
		s.SpotPrice = aws.ToString(m.SpotOptions.MaxPrice)
	}
	for _, t := range d.TagSpecifications {
		if t.ResourceType == ec2types.ResourceTypeVolume {
			s.VolumeTags = map[string]any{}
			for _, tag := range t.Tags {
				s.VolumeTags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
		}
	}
	for _, b := range d.BlockDeviceMappings {
		s.BlockDevices = append(s.BlockDevices, blockDeviceOf(b))
	}
	s.addNetwork(d.NetworkInterfaces)
	s.addHardware(d)
	return s
}

func (s *Spec) addNetwork(cards []ec2types.LaunchTemplateInstanceNetworkInterfaceSpecification) {
	for _, card := range cards {
		if aws.ToInt32(card.DeviceIndex) == 0 {
			s.SecurityGroups, s.PublicAddress = card.Groups, card.AssociatePublicIpAddress
			if aws.ToInt32(card.Ipv6AddressCount) > 0 {
				s.IPv6Address = aws.Bool(true)
			}
		}
	}
}

func (s *Spec) addHardware(d ec2types.ResponseLaunchTemplateData) {
	for _, l := range d.LicenseSpecifications {
		s.Licenses = append(s.Licenses, License{aws.ToString(l.LicenseConfigurationArn)})
	}
	if at := d.Placement; at != nil {
		s.Placement = &Placement{
			Affinity: aws.ToString(at.Affinity), Zone: aws.ToString(at.AvailabilityZone), Group: aws.ToString(at.GroupName), Host: aws.ToString(at.HostId),
			Tenancy: string(at.Tenancy), Spread: aws.ToString(at.SpreadDomain), ResourceGroup: aws.ToString(at.HostResourceGroupArn), Partition: at.PartitionNumber,
		}
	}
}

func blockDeviceOf(b ec2types.LaunchTemplateBlockDeviceMapping) BlockDevice {
	d := BlockDevice{Device: aws.ToString(b.DeviceName), Virtual: aws.ToString(b.VirtualName)}
	if e := b.Ebs; e != nil {
		d.Size, d.VolumeType, d.DeleteOnTermination, d.IOPS, d.Throughput = e.VolumeSize, string(e.VolumeType), e.DeleteOnTermination, e.Iops, e.Throughput
		d.Snapshot, d.Encrypted, d.KMSKey = aws.ToString(e.SnapshotId), e.Encrypted, aws.ToString(e.KmsKeyId)
	}
	return d
}

func hookOf(h types.LifecycleHook) Hook {
	return Hook{Name: aws.ToString(h.LifecycleHookName), Role: aws.ToString(h.RoleARN), Target: aws.ToString(h.NotificationTargetARN),
		Transition: aws.ToString(h.LifecycleTransition), Heartbeat: h.HeartbeatTimeout, Default: aws.ToString(h.DefaultResult),
		Metadata: aws.ToString(h.NotificationMetadata)}
}

// addGroup adds what the group itself says. What a disabled one has suspended
// because of that is not the spec's.
func (r *region) addGroup(s *Spec, g types.AutoScalingGroup) {
	if subnets := aws.ToString(g.VPCZoneIdentifier); subnets != "" {
		s.SubnetIDs = strings.Split(subnets, ",")
	} else {
		s.Zones = map[string][]string{r.Region: g.AvailabilityZones}
	}
	s.TargetNames = g.TargetGroupARNs
	s.HealthCheckType, s.HealthCheckGrace, s.Cooldown = aws.ToString(g.HealthCheckType), g.HealthCheckGracePeriod, g.DefaultCooldown
	s.Termination, s.CapacityRebalance = g.TerminationPolicies, g.CapacityRebalance
	for _, p := range g.SuspendedProcesses {
		if name := aws.ToString(p.ProcessName); enabled(g) || !slices.Contains(outOfTraffic, name) {
			s.Suspended = append(s.Suspended, name)
		}
	}
	for _, m := range g.EnabledMetrics {
		s.Metrics = append(s.Metrics, aws.ToString(m.Metric))
	}
	for _, t := range g.Tags {
		if key := aws.ToString(t.Key); !strings.HasPrefix(key, markPrefix) && !strings.HasPrefix(key, "aws:") {
			if s.Tags == nil {
				s.Tags = map[string]any{}
			}
			s.Tags[key] = aws.ToString(t.Value)
		}
	}
}

// addPolicy adds how instances are mixed.
func (s *Spec) addPolicy(p *types.MixedInstancesPolicy) error {
	if p == nil {
		return nil
	}
	if d := p.InstancesDistribution; d != nil {
		s.OnDemandAllocation, s.OnDemandBase, s.OnDemandPercent = aws.ToString(d.OnDemandAllocationStrategy), d.OnDemandBaseCapacity, d.OnDemandPercentageAboveBaseCapacity
		s.SpotAllocation, s.SpotPrice = aws.ToString(d.SpotAllocationStrategy), aws.ToString(d.SpotMaxPrice)
		if s.SpotAllocation == "lowest-price" { // no other strategy takes pools
			s.SpotPools = d.SpotInstancePools
		}
	}
	if p.LaunchTemplate == nil {
		return nil
	}
	for i, o := range p.LaunchTemplate.Overrides {
		if o.InstanceType == nil || o.LaunchTemplateSpecification != nil {
			return fmt.Errorf("%w: its instance types come from requirements or from several launch templates, which a cluster block cannot say", gennaker.ErrInvalid)
		}
		s.InstanceTypes = append(s.InstanceTypes, InstanceType{*o.InstanceType, aws.ToString(o.WeightedCapacity), i + 1})
	}
	return nil
}
