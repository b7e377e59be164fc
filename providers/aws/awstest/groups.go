package awstest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

type createGroup struct {
	AutoScalingGroupName string
	groupSpec
	LoadBalancerNames              []string
	TargetGroupARNs                []string
	TrafficSources                 []trafficSource
	LifecycleHookSpecificationList []hookSpec
	Tags                           []groupTag
}

func createAutoScalingGroup(c *call, in createGroup) error {
	if g := c.groups[in.AutoScalingGroupName]; g != nil {
		state := ""
		if g.deleting {
			state = " and is pending delete"
		}
		return refuse("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name %s already exists%s", g.name, state)
	}
	g := &group{name: in.AutoScalingGroupName, created: c.now, spec: in.withDefaults(c.Place),
		policies: map[string]*policy{}, schedule: map[string]*scheduledAction{}}
	g.arn = c.arn("autoscaling", "autoScalingGroup:"+c.cloud.newUUID()+":autoScalingGroupName/"+g.name)
	if err := c.check(g); err != nil {
		return err
	}
	sources, err := c.sourcesOf(in.TrafficSources, in.TargetGroupARNs, in.LoadBalancerNames)
	if err != nil {
		return err
	}
	for _, t := range in.Tags {
		g.tags = append(g.tags, t.of(g))
	}
	for _, h := range in.LifecycleHookSpecificationList {
		g.hooks = append(g.hooks, h.hook(g))
	}
	c.groups[g.name] = g
	c.attach(g, sources)
	c.effect(g.name)
	c.reconcile(g, "a user request created an AutoScalingGroup changing the desired capacity from 0 to "+itoa(*g.spec.DesiredCapacity)+".")
	return nil
}

func (in createGroup) withDefaults(p *Place) groupSpec {
	s := groupSpec{DefaultCooldown: ptr(300), HealthCheckType: ptr("EC2"), HealthCheckGracePeriod: ptr(0),
		TerminationPolicies: []string{"Default"}, NewInstancesProtectedFromScaleIn: ptr(false),
		ServiceLinkedRoleARN: ptr("arn:aws:iam::" + p.account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
		VPCZoneIdentifier:    ptr(""), DesiredCapacity: in.MinSize}
	overlay(&s, in.groupSpec)
	return s
}

// check refuses what a group cannot be.
func (c *call) check(g *group) error {
	s := &g.spec
	switch ref, ok := s.template(); {
	case s.MinSize == nil || s.MaxSize == nil:
		return refuse("ValidationError", "MinSize and MaxSize are required.")
	case *s.MinSize < 0 || *s.MaxSize < 0:
		return refuse("ValidationError", "Min and max size must not be negative.")
	case *s.MinSize > *s.MaxSize:
		return refuse("ValidationError", "Max bound, %d, must be greater than or equal to min bound, %d", *s.MaxSize, *s.MinSize)
	case *s.DesiredCapacity < *s.MinSize || *s.DesiredCapacity > *s.MaxSize:
		return refuse("ValidationError", "Desired capacity:%d must be between the specified min size:%d and max size:%d",
			*s.DesiredCapacity, *s.MinSize, *s.MaxSize)
	case !ok:
		return refuse("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	case s.LaunchTemplate != nil && s.MixedInstancesPolicy != nil:
		return refuse("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	default:
		return cmp.Or(c.checkTemplate(g, ref), c.checkSubnets(g))
	}
}

func (c *call) checkTemplate(g *group, ref templateRef) error {
	const invalid = "You must use a valid fully-formed launch template. "
	data, resolved, err := c.templateOf(g)
	if err != nil {
		return refuse("ValidationError", invalid+"%s", err.(*Error).Message)
	}
	if data.ImageID == "" || c.images[data.ImageID] == nil {
		return refuse("ValidationError", invalid+"The image id '[%s]' does not exist", data.ImageID)
	}
	for _, id := range data.SecurityGroupIds {
		if c.securityGroups[id] == nil {
			return refuse("ValidationError", invalid+"The security group '%s' does not exist", id)
		}
	}
	if data.KeyName != "" && !slices.ContainsFunc(values(c.keyPairs), func(k *keyPair) bool { return k.Name == data.KeyName }) {
		return refuse("ValidationError", invalid+"The key pair '%s' does not exist", data.KeyName)
	}
	// The group shows both the id and the name, and the version as asked for.
	shown := templateRef{resolved.LaunchTemplateId, resolved.LaunchTemplateName, ref.Version}
	if g.spec.LaunchTemplate != nil {
		g.spec.LaunchTemplate = &shown
		return nil
	}
	mixed := *g.spec.MixedInstancesPolicy
	mixed.LaunchTemplate = &mixedTemplate{&shown, mixed.LaunchTemplate.Overrides}
	g.spec.MixedInstancesPolicy = &mixed
	return nil
}

func (c *call) checkSubnets(g *group) error {
	for id := range strings.SplitSeq(*g.spec.VPCZoneIdentifier, ",") {
		if id = strings.TrimSpace(id); id != "" && c.subnets[id] == nil {
			return refuse("ValidationError", "The subnet ID '%s' does not exist", id)
		}
	}
	subnets := c.subnetsOf(g)
	if len(subnets) == 0 {
		return refuse("ValidationError", "At least one Availability Zone or VPC Subnet is required.")
	}
	g.spec.AvailabilityZones = nil
	for _, s := range subnets {
		if !slices.Contains(g.spec.AvailabilityZones, s.Zone) {
			g.spec.AvailabilityZones = append(g.spec.AvailabilityZones, s.Zone)
		}
	}
	return nil
}

type updateGroup struct {
	AutoScalingGroupName string
	groupSpec
}

func updateAutoScalingGroup(c *call, in updateGroup) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	changed := *g
	overlay(&changed.spec, in.groupSpec)
	switch s := in.groupSpec; {
	case s.LaunchTemplate != nil && s.MixedInstancesPolicy == nil:
		changed.spec.MixedInstancesPolicy = nil
	case s.MixedInstancesPolicy != nil && s.LaunchTemplate == nil:
		changed.spec.LaunchTemplate = nil
	}
	if in.DesiredCapacity == nil {
		changed.spec.DesiredCapacity = ptr(min(max(*g.spec.DesiredCapacity, *changed.spec.MinSize), *changed.spec.MaxSize))
	}
	if err := c.check(&changed); err != nil {
		return err
	}
	before := g.spec
	g.spec = changed.spec
	if !same(before, g.spec) {
		c.effect(g.name)
	}
	c.reconcile(g, "a user request update of AutoScalingGroup constraints to min: "+itoa(*g.spec.MinSize)+", max: "+itoa(*g.spec.MaxSize)+
		", desired: "+itoa(*g.spec.DesiredCapacity)+" changing the desired capacity from "+itoa(*before.DesiredCapacity)+" to "+itoa(*g.spec.DesiredCapacity)+".")
	return nil
}

type setDesired struct {
	AutoScalingGroupName string
	DesiredCapacity      *int
	HonorCooldown        bool
}

func setDesiredCapacity(c *call, in setDesired) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	if in.DesiredCapacity == nil {
		return refuse("ValidationError", "1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: Member must not be null")
	}
	from, to := *g.spec.DesiredCapacity, *in.DesiredCapacity
	switch {
	case to > *g.spec.MaxSize:
		return refuse("ValidationError", "New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", to, *g.spec.MaxSize)
	case to < *g.spec.MinSize:
		return refuse("ValidationError", "New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", to, *g.spec.MinSize)
	case in.HonorCooldown && c.cooling(g):
		return refuse("ScalingActivityInProgress", "Scaling activity is in progress and the cooldown of the AutoScalingGroup has not ended.")
	}
	if from != to {
		g.spec.DesiredCapacity = &to
		c.effect(g.name)
	}
	c.reconcile(g, "a user request explicitly set group desired capacity changing the desired capacity from "+itoa(from)+" to "+itoa(to)+".")
	return nil
}

// cooling reports whether the group's last activity is in progress or ended
// within the cooldown.
func (p *Place) cooling(g *group) bool {
	for _, a := range p.activities {
		if a.AutoScalingGroupName == g.name && (a.EndTime == nil || p.now.Sub(*a.EndTime) < time.Duration(*g.spec.DefaultCooldown)*time.Second) {
			return true
		}
	}
	return false
}

type deleteGroup struct {
	AutoScalingGroupName string
	ForceDelete          bool
}

func deleteAutoScalingGroup(c *call, in deleteGroup) error {
	g, err := c.group(in.AutoScalingGroupName)
	switch {
	case err != nil:
		return err
	case g.deleting && (in.ForceDelete || len(g.members) == 0):
		return nil
	case in.ForceDelete:
	case g.active() > 0 || *g.spec.DesiredCapacity > 0:
		return refuse("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
	case len(g.members) > 0:
		return refuse("ScalingActivityInProgress", "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.")
	}
	c.effect(g.name)
	g.deleting, g.forced = true, in.ForceDelete
	c.emptyGroup(g)
	return nil
}

// group finds a group for a call that needs one.
func (p *Place) group(name string) (*group, error) {
	if g := p.groups[name]; g != nil {
		return g, nil
	}
	return nil, refuse("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '%s' not found", name)
}

// modifiable finds a group that is not being deleted.
func (p *Place) modifiable(name string) (*group, error) {
	g, err := p.group(name)
	if err == nil && g.deleting {
		return nil, refuse("ValidationError", "The AutoScaling group may not be modified while it is pending delete")
	}
	return g, err
}

type describeGroups struct {
	AutoScalingGroupNames []string
	IncludeInstances      *bool
	NextToken             string
	MaxRecords            int
	Filters               []groupFilter
}

type groupFilter struct {
	Name   string
	Values []string
}

type groupsAnswer struct {
	Groups    []groupView `xml:"AutoScalingGroups>member"`
	NextToken string      `xml:",omitempty"`
}

// groupView is a group as it is described.
type groupView struct {
	AutoScalingGroupName string
	AutoScalingGroupARN  string
	groupSpec
	LoadBalancerNames  []string        `xml:"LoadBalancerNames>member"`
	TargetGroupARNs    []string        `xml:"TargetGroupARNs>member"`
	TrafficSources     []trafficSource `xml:"TrafficSources>member"`
	Instances          []*member       `xml:"Instances>member"`
	CreatedTime        time.Time
	SuspendedProcesses []suspendedProcess `xml:"SuspendedProcesses>member"`
	EnabledMetrics     []enabledMetric    `xml:"EnabledMetrics>member"`
	Tags               []groupTag         `xml:"Tags>member"`
	Status             string             `xml:",omitempty"`
}

type suspendedProcess struct{ ProcessName, SuspensionReason string }

type enabledMetric struct{ Metric, Granularity string }

func describeAutoScalingGroups(c *call, in describeGroups) (out groupsAnswer, err error) {
	list := values(c.groups)
	if len(in.AutoScalingGroupNames) > 0 {
		list = slices.DeleteFunc(list, func(g *group) bool { return !slices.Contains(in.AutoScalingGroupNames, g.name) })
	}
	if list, err = choose(list, plain(in.Filters), func(g *group) fields { return fields{}.withTags(plainTags(g.tags)) }); err != nil {
		return out, err
	}
	list, out.NextToken, err = page(c.Place, list, func(g *group) string { return g.name },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 100})
	for _, g := range list {
		v := g.view()
		if in.IncludeInstances != nil && !*in.IncludeInstances {
			v.Instances = nil
		}
		out.Groups = append(out.Groups, v)
	}
	return out, err
}

func plain(filters []groupFilter) []filter {
	var list []filter
	for _, f := range filters {
		list = append(list, filter(f))
	}
	return list
}

func (g *group) view() groupView {
	v := groupView{AutoScalingGroupName: g.name, AutoScalingGroupARN: g.arn, groupSpec: g.spec, Instances: g.members,
		CreatedTime: g.created, Tags: g.tags}
	for _, a := range g.attachments {
		if a.state == attachmentRemoving {
			continue
		}
		v.TrafficSources = append(v.TrafficSources, a.source)
		if a.source.Type == classicSource {
			v.LoadBalancerNames = append(v.LoadBalancerNames, a.source.Identifier)
			continue
		}
		v.TargetGroupARNs = append(v.TargetGroupARNs, a.source.Identifier)
	}
	for _, process := range g.suspended {
		v.SuspendedProcesses = append(v.SuspendedProcesses, suspendedProcess{process, "User suspended at " + g.created.UTC().Format(time.RFC3339)})
	}
	for _, m := range g.metrics {
		v.EnabledMetrics = append(v.EnabledMetrics, enabledMetric{m, "1Minute"})
	}
	if g.deleting {
		v.Status = "Delete in progress"
	}
	return v
}

func ptr[T any](v T) *T { return &v }

func itoa(n int) string { return strconv.Itoa(n) }
