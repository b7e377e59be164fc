package awstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// template is a launch template with its versions.
type template struct {
	ID       string    `xml:"launchTemplateId"`
	Name     string    `xml:"launchTemplateName"`
	Created  time.Time `xml:"createTime"`
	By       string    `xml:"createdBy"`
	Default  int       `xml:"defaultVersionNumber"`
	Latest   int       `xml:"latestVersionNumber"`
	Tags     []tag     `xml:"tagSet>item"`
	versions []templateVersion
	token    string
}

type templateVersion struct {
	ID          string       `xml:"launchTemplateId"`
	Name        string       `xml:"launchTemplateName"`
	Number      int          `xml:"versionNumber"`
	Description string       `xml:"versionDescription,omitempty"`
	Created     time.Time    `xml:"createTime"`
	By          string       `xml:"createdBy"`
	Default     bool         `xml:"defaultVersion"`
	Data        templateData `xml:"launchTemplateData"`
	token       string
}

// templateData is what a version says of its instances. It is asked for and
// answered under different names.
type templateData struct {
	EbsOptimized          *bool               `xml:"ebsOptimized"`
	IamInstanceProfile    *instanceProfile    `xml:"iamInstanceProfile"`
	BlockDeviceMappings   []blockDevice       `param:"BlockDeviceMapping" xml:"blockDeviceMappingSet>item"`
	NetworkInterfaces     []networkInterface  `param:"NetworkInterface" xml:"networkInterfaceSet>item"`
	ImageID               string              `param:"ImageId" xml:"imageId,omitempty"`
	InstanceType          string              `xml:"instanceType,omitempty"`
	KeyName               string              `xml:"keyName,omitempty"`
	Monitoring            *enabled            `xml:"monitoring"`
	Placement             *placement          `xml:"placement"`
	KernelID              string              `param:"KernelId" xml:"kernelId,omitempty"`
	RAMDiskID             string              `param:"RamDiskId" xml:"ramDiskId,omitempty"`
	DisableAPITermination *bool               `param:"DisableApiTermination" xml:"disableApiTermination"`
	ShutdownBehavior      string              `param:"InstanceInitiatedShutdownBehavior" xml:"instanceInitiatedShutdownBehavior,omitempty"`
	UserData              string              `xml:"userData,omitempty"`
	TagSpecifications     []tagSpecification  `param:"TagSpecification" xml:"tagSpecificationSet>item"`
	SecurityGroupIds      []string            `param:"SecurityGroupId" xml:"securityGroupIdSet>item"`
	SecurityGroups        []string            `param:"SecurityGroup" xml:"securityGroupSet>item"`
	MarketOptions         *marketOptions      `param:"InstanceMarketOptions" xml:"instanceMarketOptions"`
	CreditSpecification   *creditOptions      `xml:"creditSpecification"`
	MetadataOptions       *metadataOptions    `xml:"metadataOptions"`
	EnclaveOptions        *enabled            `xml:"enclaveOptions"`
	CPUOptions            *cpuOptions         `param:"CpuOptions" xml:"cpuOptions"`
	Licenses              []license           `param:"LicenseSpecification" xml:"licenseSet>item"`
	HibernationOptions    *hibernationOptions `xml:"hibernationOptions"`
}

type instanceProfile struct {
	ARN  string `param:"Arn" xml:"arn,omitempty"`
	Name string `xml:"name,omitempty"`
}

type blockDevice struct {
	DeviceName  string `xml:"deviceName,omitempty"`
	VirtualName string `xml:"virtualName,omitempty"`
	Ebs         *ebs   `xml:"ebs"`
	NoDevice    string `xml:"noDevice,omitempty"`
}

type ebs struct {
	Encrypted           *bool  `xml:"encrypted"`
	DeleteOnTermination *bool  `xml:"deleteOnTermination"`
	Iops                *int   `xml:"iops"`
	KmsKeyID            string `param:"KmsKeyId" xml:"kmsKeyId,omitempty"`
	SnapshotID          string `param:"SnapshotId" xml:"snapshotId,omitempty"`
	VolumeSize          *int   `xml:"volumeSize"`
	VolumeType          string `xml:"volumeType,omitempty"`
	Throughput          *int   `xml:"throughput"`
}

type networkInterface struct {
	AssociatePublicIPAddress *bool    `param:"AssociatePublicIpAddress" xml:"associatePublicIpAddress"`
	DeleteOnTermination      *bool    `xml:"deleteOnTermination"`
	Description              string   `xml:"description,omitempty"`
	DeviceIndex              *int     `xml:"deviceIndex"`
	Groups                   []string `param:"SecurityGroupId" xml:"groupSet>groupId"`
	SubnetID                 string   `param:"SubnetId" xml:"subnetId,omitempty"`
	IPv6AddressCount         *int     `param:"Ipv6AddressCount" xml:"ipv6AddressCount"`
	NetworkCardIndex         *int     `xml:"networkCardIndex"`
}

type enabled struct {
	Enabled bool `xml:"enabled"`
}

type placement struct {
	AvailabilityZone string `xml:"availabilityZone,omitempty"`
	GroupName        string `xml:"groupName,omitempty"`
	Tenancy          string `xml:"tenancy,omitempty"`
}

type marketOptions struct {
	MarketType  string       `xml:"marketType,omitempty"`
	SpotOptions *spotOptions `xml:"spotOptions"`
}

type spotOptions struct {
	MaxPrice             string `xml:"maxPrice,omitempty"`
	SpotInstanceType     string `xml:"spotInstanceType,omitempty"`
	InterruptionBehavior string `param:"InstanceInterruptionBehavior" xml:"instanceInterruptionBehavior,omitempty"`
}

type creditOptions struct {
	CPUCredits string `param:"CpuCredits" xml:"cpuCredits"`
}

type metadataOptions struct {
	State        string `param:"-" xml:"state,omitempty"`
	HTTPTokens   string `param:"HttpTokens" xml:"httpTokens,omitempty"`
	HopLimit     *int   `param:"HttpPutResponseHopLimit" xml:"httpPutResponseHopLimit"`
	HTTPEndpoint string `param:"HttpEndpoint" xml:"httpEndpoint,omitempty"`
	IPv6         string `param:"HttpProtocolIpv6" xml:"httpProtocolIpv6,omitempty"`
	InstanceTags string `param:"InstanceMetadataTags" xml:"instanceMetadataTags,omitempty"`
}

type cpuOptions struct {
	CoreCount      *int `xml:"coreCount"`
	ThreadsPerCore *int `xml:"threadsPerCore"`
}

type license struct {
	ARN string `param:"LicenseConfigurationArn" xml:"licenseConfigurationArn"`
}

type hibernationOptions struct {
	Configured bool `xml:"configured"`
}

// version finds one by number, $Latest or $Default; an empty version is
// $Default.
func (t *template) version(which string) (templateVersion, bool) {
	n := t.Default
	switch which {
	case "", "$Default":
	case "$Latest":
		n = t.Latest
	default:
		n, _ = strconv.Atoi(which)
	}
	for _, v := range t.versions {
		if v.Number == n {
			v.Default = n == t.Default
			return v, true
		}
	}
	return templateVersion{}, false
}

func (p *Place) templateNamed(name string) *template {
	for _, t := range p.templates {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// templateRef says which launch template is meant, by id or by name.
type templateRef struct {
	LaunchTemplateId   string `xml:",omitempty"`
	LaunchTemplateName string `xml:",omitempty"`
	Version            string `xml:",omitempty"`
}

func (p *Place) template(id, name string) (*template, error) {
	switch t := p.templates[id]; {
	case id != "" && t == nil:
		return nil, refuse("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist.", id)
	case id != "":
		return t, nil
	}
	t := p.templateNamed(name)
	if t == nil {
		return nil, refuse("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", name)
	}
	return t, nil
}

type createTemplate struct {
	ClientToken        string
	LaunchTemplateName string
	VersionDescription string
	LaunchTemplateData templateData
	TagSpecifications  []tagSpecification `param:"TagSpecification"`
}

type templateAnswer struct {
	Template *template `xml:"launchTemplate"`
}

func createLaunchTemplate(c *call, in createTemplate) (templateAnswer, error) {
	if len(in.LaunchTemplateName) < 3 || strings.ContainsAny(in.LaunchTemplateName, " ,:;<>") {
		return templateAnswer{}, refuse("InvalidLaunchTemplateName.MalformedException",
			"A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _")
	}
	for _, t := range c.templates {
		if in.ClientToken != "" && t.token == in.ClientToken {
			return c.again(t, in.LaunchTemplateName)
		}
	}
	if c.templateNamed(in.LaunchTemplateName) != nil {
		return templateAnswer{}, refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	t := &template{ID: c.newID("lt"), Name: in.LaunchTemplateName, Created: c.now, By: c.arn("iam", "root"), Default: 1,
		Tags: tagsFor(in.TagSpecifications, "launch-template"), token: in.ClientToken}
	c.addVersion(t, in.VersionDescription, in.LaunchTemplateData, in.ClientToken)
	c.templates[t.ID] = t
	c.effect(t.Name)
	return templateAnswer{t}, nil
}

// again answers a second call with the same client token.
func (c *call) again(t *template, name string) (templateAnswer, error) {
	if t.Name != name {
		return templateAnswer{}, refuse("IdempotentParameterMismatch", "Client token already used before.")
	}
	return templateAnswer{t}, nil
}

func (c *call) addVersion(t *template, description string, data templateData, token string) templateVersion {
	t.Latest++
	if data.MetadataOptions != nil {
		options := *data.MetadataOptions
		options.State = "pending"
		data.MetadataOptions = &options
	}
	v := templateVersion{ID: t.ID, Name: t.Name, Number: t.Latest, Description: description, Created: c.now, By: t.By, Data: data, token: token}
	t.versions = append(t.versions[:len(t.versions):len(t.versions)], v)
	v.Default = v.Number == t.Default
	return v
}

type createTemplateVersion struct {
	ClientToken        string
	LaunchTemplateId   string
	LaunchTemplateName string
	SourceVersion      string
	VersionDescription string
	LaunchTemplateData templateData
}

type versionAnswer struct {
	Version templateVersion `xml:"launchTemplateVersion"`
}

func createLaunchTemplateVersion(c *call, in createTemplateVersion) (versionAnswer, error) {
	t, err := c.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return versionAnswer{}, err
	}
	for _, v := range t.versions {
		if in.ClientToken != "" && v.token == in.ClientToken {
			return versionAnswer{v}, nil
		}
	}
	data := in.LaunchTemplateData
	if in.SourceVersion != "" {
		source, ok := t.version(in.SourceVersion)
		if !ok {
			return versionAnswer{}, noVersion(in.SourceVersion)
		}
		data = source.Data
		overlay(&data, in.LaunchTemplateData)
	}
	v := c.addVersion(t, in.VersionDescription, data, in.ClientToken)
	c.effect(fmt.Sprintf("%s:%d", t.Name, v.Number))
	return versionAnswer{v}, nil
}

func noVersion(version string) error {
	return refuse("InvalidLaunchTemplateId.VersionNotFound", "Could not find launch template version %s", version)
}

type describeTemplates struct {
	LaunchTemplateIds   []string `param:"LaunchTemplateId"`
	LaunchTemplateNames []string `param:"LaunchTemplateName"`
	Filters             []filter `param:"Filter"`
	NextToken           string
	MaxResults          int
}

type templatesAnswer struct {
	Templates []*template `xml:"launchTemplates>item"`
	NextToken string      `xml:"nextToken,omitempty"`
}

func describeLaunchTemplates(c *call, in describeTemplates) (out templatesAnswer, err error) {
	var list []*template
	for _, id := range in.LaunchTemplateIds {
		t, err := c.template(id, "")
		if err != nil {
			return out, err
		}
		list = append(list, t)
	}
	for _, name := range in.LaunchTemplateNames {
		t, err := c.template("", name)
		if err != nil {
			return out, err
		}
		list = append(list, t)
	}
	if len(in.LaunchTemplateIds)+len(in.LaunchTemplateNames) == 0 {
		list = values(c.templates)
	}
	if list, err = choose(list, in.Filters, func(t *template) fields {
		return fields{"launch-template-name": {t.Name}, "create-time": {t.Created.Format(time.RFC3339)}}.withTags(t.Tags)
	}); err != nil {
		return out, err
	}
	out.Templates, out.NextToken, err = page(c.Place, list, func(t *template) string { return t.ID },
		paging{token: in.NextToken, size: in.MaxResults, usual: 200, most: 200})
	return out, err
}

type describeVersions struct {
	LaunchTemplateId   string
	LaunchTemplateName string
	Versions           []string `param:"LaunchTemplateVersion"`
	NextToken          string
	MaxResults         int
	ResolveAlias       bool
}

type versionsAnswer struct {
	Versions  []templateVersion `xml:"launchTemplateVersionSet>item"`
	NextToken string            `xml:"nextToken,omitempty"`
}

func describeLaunchTemplateVersions(c *call, in describeVersions) (out versionsAnswer, err error) {
	list, err := c.versionsAsked(in)
	if err != nil {
		return out, err
	}
	out.Versions, out.NextToken, err = page(c.Place, list, func(v templateVersion) string { return fmt.Sprintf("%s:%06d", v.ID, v.Number) },
		paging{token: in.NextToken, size: in.MaxResults, usual: 200, most: 200})
	return out, err
}

// versionsAsked is one template's versions, or the latest or the default of
// all.
func (c *call) versionsAsked(in describeVersions) (list []templateVersion, err error) {
	if in.LaunchTemplateId == "" && in.LaunchTemplateName == "" {
		for _, t := range values(c.templates) {
			for _, which := range in.Versions {
				if v, ok := t.version(which); ok && strings.HasPrefix(which, "$") {
					list = append(list, v)
				}
			}
		}
		return list, nil
	}
	t, err := c.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	if len(in.Versions) == 0 {
		for _, v := range t.versions {
			in.Versions = append(in.Versions, fmt.Sprint(v.Number))
		}
	}
	for _, which := range in.Versions {
		v, ok := t.version(which)
		if !ok {
			return nil, noVersion(which)
		}
		list = append(list, v)
	}
	return list, nil
}

type deleteTemplate struct {
	LaunchTemplateId   string
	LaunchTemplateName string
}

func deleteLaunchTemplate(c *call, in deleteTemplate) (templateAnswer, error) {
	t, err := c.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return templateAnswer{}, err
	}
	delete(c.templates, t.ID)
	c.effect(t.Name)
	return templateAnswer{t}, nil
}

type modifyTemplate struct {
	ClientToken        string
	LaunchTemplateId   string
	LaunchTemplateName string
	DefaultVersion     string `param:"SetDefaultVersion"`
}

func modifyLaunchTemplate(c *call, in modifyTemplate) (templateAnswer, error) {
	t, err := c.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return templateAnswer{}, err
	}
	v, ok := t.version(in.DefaultVersion)
	if !ok {
		return templateAnswer{}, noVersion(in.DefaultVersion)
	}
	if t.Default != v.Number {
		t.Default = v.Number
		c.effect(t.Name)
	}
	return templateAnswer{t}, nil
}

type deleteVersions struct {
	LaunchTemplateId   string
	LaunchTemplateName string
	Versions           []string `param:"LaunchTemplateVersion"`
}

type deletedVersion struct {
	ID     string         `xml:"launchTemplateId"`
	Name   string         `xml:"launchTemplateName"`
	Number int            `xml:"versionNumber"`
	Error  *responseError `xml:"responseError"`
}

type responseError struct {
	Code    string `xml:"code"`
	Message string `xml:"message"`
}

type deletedVersions struct {
	Deleted []deletedVersion `xml:"successfullyDeletedLaunchTemplateVersionSet>item"`
	Kept    []deletedVersion `xml:"unsuccessfullyDeletedLaunchTemplateVersionSet>item"`
}

func deleteLaunchTemplateVersions(c *call, in deleteVersions) (out deletedVersions, err error) {
	t, err := c.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return out, err
	}
	for _, which := range in.Versions {
		done := deletedVersion{ID: t.ID, Name: t.Name, Number: number(which)}
		switch v, ok := t.version(which); {
		case !ok:
			done.Error = &responseError{"launchTemplateVersionDoesNotExist", "The specified version does not exist"}
		case v.Default:
			done.Error = &responseError{"unexpectedError", "The default version cannot be deleted"}
		}
		if done.Error != nil {
			out.Kept = append(out.Kept, done)
			continue
		}
		t.versions = slices.DeleteFunc(slices.Clone(t.versions), func(v templateVersion) bool { return v.Number == done.Number })
		c.effect(fmt.Sprintf("%s:%d", t.Name, done.Number))
		out.Deleted = append(out.Deleted, done)
	}
	return out, nil
}
