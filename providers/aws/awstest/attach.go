package awstest

import (
	"cmp"
	"slices"
	"time"
)

// trafficSource is what sends traffic to a group.
type trafficSource struct {
	Identifier string
	Type       string `xml:",omitempty"`
}

// Types of traffic sources.
const (
	targetGroupSource = "elbv2"
	classicSource     = "elb"
)

// attachment is a traffic source of a group.
type attachment struct {
	source trafficSource
	state  string
}

// States of attachments.
const (
	attachmentAdding    = "Adding"
	attachmentAdded     = "Added"
	attachmentInService = "InService"
	attachmentRemoving  = "Removing"
)

// sourcesOf checks that all that is to be attached exists.
func (c *call) sourcesOf(sources []trafficSource, targetGroups, classics []string) ([]trafficSource, error) {
	list := slices.Clone(sources)
	for _, arn := range targetGroups {
		list = append(list, trafficSource{arn, targetGroupSource})
	}
	for _, name := range classics {
		list = append(list, trafficSource{name, classicSource})
	}
	for i, s := range list {
		list[i].Type = cmp.Or(s.Type, targetGroupSource)
		switch {
		case list[i].Type == targetGroupSource && c.targetGroups[s.Identifier] == nil:
			return nil, refuse("ValidationError", "Provided Target Groups may not be valid. Please ensure they exist and try again.")
		case list[i].Type == classicSource && c.classics[s.Identifier] == nil:
			return nil, refuse("ValidationError", "Provided Load Balancers may not be valid. Please ensure they exist and try again.")
		case list[i].Type != targetGroupSource && list[i].Type != classicSource:
			return nil, notSimulated("there are no traffic sources of the type %s", s.Type)
		}
	}
	return list, nil
}

func (g *group) attachment(id string) *attachment {
	for _, a := range g.attachments {
		if a.source.Identifier == id {
			return a
		}
	}
	return nil
}

// attach puts traffic sources before a group, and reports whether that was
// new.
func (c *call) attach(g *group, sources []trafficSource) bool {
	changed := false
	for _, s := range sources {
		a := g.attachment(s.Identifier)
		if a != nil && a.state != attachmentRemoving {
			continue
		}
		changed = true
		g.attachments = append(slices.DeleteFunc(g.attachments, func(old *attachment) bool { return old == a }),
			&attachment{source: s, state: attachmentAdding})
		c.after(c.cloud.config.Times.Attach, func(p *Place) { p.attached(g.name, s.Identifier) })
		for _, m := range g.members {
			if m.LifecycleState == stateInService && g.runs(addProcess) {
				c.register(s, m.InstanceId)
			}
		}
	}
	return changed
}

func (p *Place) attached(name, id string) {
	g := p.groups[name]
	if g == nil {
		return
	}
	if a := g.attachment(id); a != nil && a.state == attachmentAdding {
		a.state = attachmentAdded
	}
}

// detach takes traffic sources away; the instances are drained.
func (c *call) detach(g *group, ids []string) error {
	for _, id := range ids {
		if g.attachment(id) == nil {
			return refuse("ValidationError", "Trying to remove Target Groups that are not part of the group")
		}
	}
	for _, id := range ids {
		a := g.attachment(id)
		if a.state == attachmentRemoving {
			continue
		}
		a.state = attachmentRemoving
		c.effect(g.name)
		drain := time.Duration(0)
		for _, m := range g.members {
			drain = max(drain, c.deregister(a.source, m.InstanceId))
		}
		c.after(drain, func(p *Place) {
			if g := p.groups[g.name]; g != nil {
				g.attachments = slices.DeleteFunc(g.attachments, func(a *attachment) bool {
					return a.source.Identifier == id && a.state == attachmentRemoving
				})
			}
		})
	}
	return nil
}

// registerMember puts an instance behind all traffic sources of its group.
func (p *Place) registerMember(g *group, m *member) {
	for _, a := range g.attachments {
		if a.state != attachmentRemoving {
			p.register(a.source, m.InstanceId)
		}
	}
}

// deregisterMember takes it out of them and returns how long they drain it.
func (p *Place) deregisterMember(g *group, m *member) time.Duration {
	drain := time.Duration(0)
	for _, a := range g.attachments {
		drain = max(drain, p.deregister(a.source, m.InstanceId))
	}
	return drain
}

func (p *Place) register(s trafficSource, id string) {
	if s.Type == classicSource {
		p.registerClassic(s.Identifier, id)
		return
	}
	if tg := p.targetGroups[s.Identifier]; tg != nil {
		p.addTarget(tg, targetID{ID: id, Port: tg.Port})
	}
}

func (p *Place) deregister(s trafficSource, id string) time.Duration {
	if s.Type == classicSource {
		p.deregisterClassic(s.Identifier, id)
		return 0
	}
	tg := p.targetGroups[s.Identifier]
	if tg == nil {
		return 0
	}
	drain := time.Duration(0)
	for _, t := range values(tg.targets) {
		if t.ID == id {
			drain = max(drain, p.drainTarget(tg, t))
		}
	}
	return drain
}

type attachTargetGroups struct {
	AutoScalingGroupName string
	TargetGroupARNs      []string
}

func attachLoadBalancerTargetGroups(c *call, in attachTargetGroups) error {
	return c.attachTo(in.AutoScalingGroupName, nil, in.TargetGroupARNs, nil)
}

func detachLoadBalancerTargetGroups(c *call, in attachTargetGroups) error {
	return c.detachFrom(in.AutoScalingGroupName, in.TargetGroupARNs)
}

type attachClassics struct {
	AutoScalingGroupName string
	LoadBalancerNames    []string
}

func attachLoadBalancers(c *call, in attachClassics) error {
	return c.attachTo(in.AutoScalingGroupName, nil, nil, in.LoadBalancerNames)
}

func detachLoadBalancers(c *call, in attachClassics) error {
	return c.detachFrom(in.AutoScalingGroupName, in.LoadBalancerNames)
}

type attachSources struct {
	AutoScalingGroupName     string
	TrafficSources           []trafficSource
	SkipZonalShiftValidation *bool
}

func attachTrafficSources(c *call, in attachSources) error {
	return c.attachTo(in.AutoScalingGroupName, in.TrafficSources, nil, nil)
}

type detachSources struct {
	AutoScalingGroupName string
	TrafficSources       []trafficSource
}

func detachTrafficSources(c *call, in detachSources) error {
	var ids []string
	for _, s := range in.TrafficSources {
		ids = append(ids, s.Identifier)
	}
	return c.detachFrom(in.AutoScalingGroupName, ids)
}

func (c *call) attachTo(name string, sources []trafficSource, targetGroups, classics []string) error {
	g, err := c.modifiable(name)
	if err != nil {
		return err
	}
	list, err := c.sourcesOf(sources, targetGroups, classics)
	if err != nil {
		return err
	}
	if c.attach(g, list) {
		c.effect(g.name)
	}
	return nil
}

func (c *call) detachFrom(name string, ids []string) error {
	g, err := c.modifiable(name)
	if err != nil {
		return err
	}
	return c.detach(g, ids)
}

type describeSources struct {
	AutoScalingGroupName string
	TrafficSourceType    string
	NextToken            string
	MaxRecords           int
}

// sourceState is an attachment as the three ways to list them show it.
type sourceState struct {
	TrafficSource string
	State         string
	Identifier    string
	Type          string
}

type sourcesAnswer struct {
	TrafficSources []sourceState `xml:"TrafficSources>member"`
	NextToken      string        `xml:",omitempty"`
}

func describeTrafficSources(c *call, in describeSources) (out sourcesAnswer, err error) {
	g, err := c.group(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	var list []sourceState
	for _, a := range g.attachments {
		if in.TrafficSourceType == "" || in.TrafficSourceType == a.source.Type {
			list = append(list, sourceState{a.source.Identifier, c.stateOf(g, a), a.source.Identifier, a.source.Type})
		}
	}
	out.TrafficSources, out.NextToken, err = page(c.Place, list, func(s sourceState) string { return s.Identifier },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 100, most: 100})
	return out, err
}

// stateOf is InService once an instance of the group passes the health checks
// of the source.
func (p *Place) stateOf(g *group, a *attachment) string {
	if a.state != attachmentAdded {
		return a.state
	}
	for _, m := range g.members {
		if p.serves(a.source, m.InstanceId) {
			return attachmentInService
		}
	}
	return a.state
}

func (p *Place) serves(s trafficSource, id string) bool {
	if s.Type == classicSource {
		return p.servesClassic(s.Identifier, id)
	}
	tg := p.targetGroups[s.Identifier]
	return tg != nil && slices.ContainsFunc(values(tg.targets), func(t *target) bool {
		return t.ID == id && p.health(tg, t).State == targetHealthy
	})
}

type describeAttached struct {
	AutoScalingGroupName string
	NextToken            string
	MaxRecords           int
}

type targetGroupState struct {
	LoadBalancerTargetGroupARN string
	State                      string
}

type targetGroupStates struct {
	LoadBalancerTargetGroups []targetGroupState `xml:"LoadBalancerTargetGroups>member"`
	NextToken                string             `xml:",omitempty"`
}

func describeLoadBalancerTargetGroups(c *call, in describeAttached) (out targetGroupStates, err error) {
	found, err := describeTrafficSources(c, describeSources{in.AutoScalingGroupName, targetGroupSource, in.NextToken, in.MaxRecords})
	for _, s := range found.TrafficSources {
		out.LoadBalancerTargetGroups = append(out.LoadBalancerTargetGroups, targetGroupState{s.Identifier, s.State})
	}
	out.NextToken = found.NextToken
	return out, err
}

type classicState struct {
	LoadBalancerName string
	State            string
}

type classicStates struct {
	LoadBalancers []classicState `xml:"LoadBalancers>member"`
	NextToken     string         `xml:",omitempty"`
}

func describeGroupLoadBalancers(c *call, in describeAttached) (out classicStates, err error) {
	found, err := describeTrafficSources(c, describeSources{in.AutoScalingGroupName, classicSource, in.NextToken, in.MaxRecords})
	for _, s := range found.TrafficSources {
		out.LoadBalancers = append(out.LoadBalancers, classicState{s.Identifier, s.State})
	}
	out.NextToken = found.NextToken
	return out, err
}
