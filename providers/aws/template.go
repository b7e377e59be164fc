package aws

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// markServerGroup is the tag of a launch template that names its server group.
const markServerGroup = "gennaker:serverGroup"

// notInTemplateNames are the characters of a server group's name that a launch
// template's cannot have.
var notInTemplateNames = regexp.MustCompile(`[^A-Za-z0-9()./_-]`)

// templateName is that of the launch template which a creation makes: it tells
// the token, so that one of that name is ours.
func templateName(c gennaker.CreateServerGroup) string {
	name := notInTemplateNames.ReplaceAllString(c.Name, "_")
	return fmt.Sprintf("%.100s-%s", name, c.Marks[gennaker.MarkToken])
}

// makeTemplate makes the launch template of a server group, once, and returns
// its name.
func (r *region) makeTemplate(ctx context.Context, c gennaker.CreateServerGroup, p plan) (string, error) {
	name := templateName(c)
	tags := maps.Clone(c.Marks)
	tags[markServerGroup] = c.Name
	_, err := r.ec2.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: &name,
		ClientToken:        aws.String(gennaker.Token(name)), // two groups may be made under one token
		LaunchTemplateData: p.template(),
		TagSpecifications:  []types.TagSpecification{{ResourceType: types.ResourceTypeLaunchTemplate, Tags: ec2Tags(tags)}},
	})
	switch code := said(err); {
	case strings.Contains(code, "AlreadyExists"), code == "IdempotentParameterMismatch":
		return name, nil // an earlier try of this very call made it: the name tells its token
	}
	return name, kinded(err)
}

// dropTemplateOf removes the launch template of a group, if we made it for it.
func (r *region) dropTemplateOf(ctx context.Context, g autoscalingtypes.AutoScalingGroup) error {
	name := templateName(gennaker.CreateServerGroup{Name: *g.AutoScalingGroupName, Marks: marks(g)})
	if from := templateSpec(g); from == nil || aws.ToString(from.LaunchTemplateName) != name {
		return r.dropTemplates(ctx, *g.AutoScalingGroupName)
	}
	return r.dropTemplate(ctx, name)
}

// dropTemplates removes the launch templates that we made for a server group.
func (r *region) dropTemplates(ctx context.Context, serverGroup string) error {
	pages := ec2.NewDescribeLaunchTemplatesPaginator(r.ec2, &ec2.DescribeLaunchTemplatesInput{
		Filters: []types.Filter{{Name: aws.String("tag:" + markServerGroup), Values: []string{pattern(serverGroup, "")}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return kinded(err)
		}
		for _, t := range page.LaunchTemplates {
			if err := r.dropTemplate(ctx, *t.LaunchTemplateName); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *region) dropTemplate(ctx context.Context, name string) error {
	_, err := r.ec2.DeleteLaunchTemplate(ctx, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: &name})
	return gone(err)
}

// template is how the instances are launched.
func (p plan) template() *types.RequestLaunchTemplateData {
	s := p.spec
	d := &types.RequestLaunchTemplateData{
		ImageId: &p.image, InstanceType: types.InstanceType(p.instanceType()),
		KeyName: given(s.KeyPair), KernelId: given(s.Kernel), RamDiskId: given(s.RAMDisk),
		UserData: given(s.userData()), EbsOptimized: s.EBSOptimized,
		BlockDeviceMappings: devices(s.BlockDevices),
		MetadataOptions:     metadata(s.RequireIMDSv2),
	}
	if s.Role != "" {
		d.IamInstanceProfile = profile(s.Role)
	}
	if s.Monitoring != nil {
		d.Monitoring = &types.LaunchTemplatesMonitoringRequest{Enabled: s.Monitoring}
	}
	if s.Enclave != nil {
		d.EnclaveOptions = &types.LaunchTemplateEnclaveOptionsRequest{Enabled: s.Enclave}
	}
	if s.UnlimitedCredits != nil {
		d.CreditSpecification = &types.CreditSpecificationRequest{CpuCredits: aws.String(credits(*s.UnlimitedCredits))}
	}
	if s.SpotPrice != "" && !s.mixed() {
		d.InstanceMarketOptions = &types.LaunchTemplateInstanceMarketOptionsRequest{MarketType: types.MarketTypeSpot,
			SpotOptions: &types.LaunchTemplateSpotMarketOptionsRequest{MaxPrice: &s.SpotPrice}}
	}
	if len(s.VolumeTags) > 0 {
		d.TagSpecifications = []types.LaunchTemplateTagSpecificationRequest{
			{ResourceType: types.ResourceTypeVolume, Tags: ec2Tags(texts(s.VolumeTags))}}
	}
	p.network(d)
	p.hardware(d)
	return d
}

// instanceType is that of the launch template. Where several may be used, one
// of them stands there and the server group's policy names them all.
func (p plan) instanceType() string {
	if p.spec.InstanceType != "" {
		return p.spec.InstanceType
	}
	return p.spec.InstanceTypes[0].Type
}

// network says it through an interface only if that is needed: security groups
// stand in either place.
func (p plan) network(d *types.RequestLaunchTemplateData) {
	s := p.spec
	if s.PublicAddress == nil && (s.IPv6Address == nil || !*s.IPv6Address) {
		d.SecurityGroupIds = p.securityGroups
		return
	}
	card := types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{
		DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: s.PublicAddress, Groups: p.securityGroups}
	if s.IPv6Address != nil && *s.IPv6Address {
		card.Ipv6AddressCount = aws.Int32(1)
	}
	d.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{card}
}

func (p plan) hardware(d *types.RequestLaunchTemplateData) {
	for _, l := range p.spec.Licenses {
		d.LicenseSpecifications = append(d.LicenseSpecifications, types.LaunchTemplateLicenseConfigurationRequest{LicenseConfigurationArn: &l.ARN})
	}
	if at := p.spec.Placement; at != nil {
		d.Placement = &types.LaunchTemplatePlacementRequest{
			Affinity: given(at.Affinity), AvailabilityZone: given(at.Zone), GroupName: given(at.Group), HostId: given(at.Host),
			Tenancy: types.Tenancy(at.Tenancy), SpreadDomain: given(at.Spread), HostResourceGroupArn: given(at.ResourceGroup),
			PartitionNumber: at.Partition,
		}
	}
}

// metadata has instances ask for their metadata with a token, unless the
// document says otherwise.
func metadata(require *bool) *types.LaunchTemplateInstanceMetadataOptionsRequest {
	tokens := types.LaunchTemplateHttpTokensStateRequired
	if require != nil && !*require {
		tokens = types.LaunchTemplateHttpTokensStateOptional
	}
	return &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: tokens}
}

func profile(role string) *types.LaunchTemplateIamInstanceProfileSpecificationRequest {
	if strings.HasPrefix(role, "arn:") {
		return &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Arn: &role}
	}
	return &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Name: &role}
}

func credits(unlimited bool) string {
	if unlimited {
		return "unlimited"
	}
	return "standard"
}

func devices(list []BlockDevice) []types.LaunchTemplateBlockDeviceMappingRequest {
	var all []types.LaunchTemplateBlockDeviceMappingRequest
	for _, d := range list {
		m := types.LaunchTemplateBlockDeviceMappingRequest{DeviceName: &d.Device, VirtualName: given(d.Virtual)}
		if d.Virtual == "" {
			m.Ebs = &types.LaunchTemplateEbsBlockDeviceRequest{
				VolumeSize: d.Size, VolumeType: types.VolumeType(d.VolumeType), Iops: d.IOPS, Throughput: d.Throughput,
				SnapshotId: given(d.Snapshot), Encrypted: d.Encrypted, KmsKeyId: given(d.KMSKey),
				DeleteOnTermination: cmp.Or(d.DeleteOnTermination, aws.Bool(true)),
			}
		}
		all = append(all, m)
	}
	return all
}

func ec2Tags(tags map[string]string) []types.Tag {
	var all []types.Tag
	for _, key := range gennaker.SortedKeys(tags) {
		all = append(all, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return all
}
