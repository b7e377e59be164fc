package awstest

import (
	"cmp"
	"slices"
	"time"
)

// targetGroup is a set of targets that are checked in one way.
type targetGroup struct {
	ARN                        string `xml:"TargetGroupArn"`
	Name                       string `xml:"TargetGroupName"`
	Protocol                   string `xml:",omitempty"`
	Port                       int    `xml:",omitempty"`
	VpcId                      string `xml:",omitempty"`
	HealthCheckProtocol        string `xml:",omitempty"`
	HealthCheckPort            string `xml:",omitempty"`
	HealthCheckEnabled         bool
	HealthCheckIntervalSeconds int
	HealthCheckTimeoutSeconds  int
	HealthyThresholdCount      int
	UnhealthyThresholdCount    int
	HealthCheckPath            string `xml:",omitempty"`
	Matcher                    *matcher
	LoadBalancerArns           []string `xml:"LoadBalancerArns>member"`
	TargetType                 string
	ProtocolVersion            string `xml:",omitempty"`
	IpAddressType              string
	targets                    map[string]*target
	attributes                 map[string]string
	tags                       []tag
}

type matcher struct {
	HttpCode string `xml:",omitempty"`
	GrpcCode string `xml:",omitempty"`
}

const drainAttribute = "deregistration_delay.timeout_seconds"

func (g *targetGroup) drain() time.Duration {
	return time.Duration(number(g.attributes[drainAttribute])) * time.Second
}

func (g *targetGroup) interval() time.Duration {
	return time.Duration(g.HealthCheckIntervalSeconds) * time.Second
}

type createTargetGroup struct {
	Name                       string
	Protocol                   string
	ProtocolVersion            string
	Port                       int
	VpcId                      string
	HealthCheckProtocol        string
	HealthCheckPort            string
	HealthCheckEnabled         *bool
	HealthCheckPath            string
	HealthCheckIntervalSeconds int
	HealthCheckTimeoutSeconds  int
	HealthyThresholdCount      int
	UnhealthyThresholdCount    int
	Matcher                    *matcher
	TargetType                 string
	IpAddressType              string
	Tags                       []tag
}

type targetGroupsAnswer struct {
	TargetGroups []targetGroup `xml:"TargetGroups>member"`
	NextMarker   string        `xml:",omitempty"`
}

func createTargetGroupOf(c *call, in createTargetGroup) (out targetGroupsAnswer, err error) {
	if in.VpcId == "" || c.vpcs[in.VpcId] == nil {
		return out, refuse("ValidationError", "The VPC ID '%s' is not found", in.VpcId)
	}
	g := c.newTargetGroup(in)
	for _, other := range c.targetGroups {
		if other.Name == in.Name {
			if other.Port == g.Port && other.Protocol == g.Protocol && other.VpcId == g.VpcId {
				return targetGroupsAnswer{TargetGroups: []targetGroup{c.shown(other)}}, nil
			}
			return out, refuse("DuplicateTargetGroupName", "A target group with the same name '%s' exists, but with different settings", in.Name)
		}
	}
	c.targetGroups[g.ARN] = g
	c.effect(g.Name)
	return targetGroupsAnswer{TargetGroups: []targetGroup{c.shown(g)}}, nil
}

func (p *Place) newTargetGroup(in createTargetGroup) *targetGroup {
	g := &targetGroup{ARN: p.arn("elasticloadbalancing", "targetgroup/"+in.Name+"/"+p.cloud.id("targetgroup", 16)), Name: in.Name,
		Protocol: in.Protocol, Port: in.Port, VpcId: in.VpcId, HealthCheckPort: cmp.Or(in.HealthCheckPort, "traffic-port"),
		HealthCheckEnabled: in.HealthCheckEnabled == nil || *in.HealthCheckEnabled, ProtocolVersion: in.ProtocolVersion,
		HealthCheckIntervalSeconds: cmp.Or(in.HealthCheckIntervalSeconds, 30), HealthCheckTimeoutSeconds: cmp.Or(in.HealthCheckTimeoutSeconds, 5),
		HealthyThresholdCount: cmp.Or(in.HealthyThresholdCount, 5), UnhealthyThresholdCount: cmp.Or(in.UnhealthyThresholdCount, 2),
		TargetType: cmp.Or(in.TargetType, "instance"), IpAddressType: cmp.Or(in.IpAddressType, "ipv4"), targets: map[string]*target{},
		attributes: map[string]string{drainAttribute: "300", "stickiness.enabled": "false", "slow_start.duration_seconds": "0",
			"load_balancing.algorithm.type": "round_robin"}, tags: in.Tags}
	g.HealthCheckProtocol = cmp.Or(in.HealthCheckProtocol, in.Protocol)
	if in.Protocol == "HTTP" || in.Protocol == "HTTPS" {
		g.ProtocolVersion = cmp.Or(g.ProtocolVersion, "HTTP1")
		g.HealthCheckPath = cmp.Or(in.HealthCheckPath, "/")
		g.Matcher = &matcher{HttpCode: "200"}
		if in.Matcher != nil {
			g.Matcher = in.Matcher
		}
	}
	return g
}

// shown is the target group with the load balancers that use it.
func (p *Place) shown(g *targetGroup) targetGroup {
	view := *g
	view.LoadBalancerArns = p.usersOf(g.ARN)
	return view
}

// usersOf are the load balancers of which a listener or rule sends traffic to
// a target group.
func (p *Place) usersOf(arn string) []string {
	var list []string
	add := func(loadBalancer string, actions []forwardAction) {
		if slices.ContainsFunc(actions, func(a forwardAction) bool { return a.sendsTo(arn) }) && !slices.Contains(list, loadBalancer) {
			list = append(list, loadBalancer)
		}
	}
	for _, l := range values(p.listeners) {
		add(l.LoadBalancerArn, l.DefaultActions)
	}
	for _, r := range values(p.rules) {
		add(p.listeners[r.listener].LoadBalancerArn, r.Actions)
	}
	return list
}

func (p *Place) targetGroup(arn string) (*targetGroup, error) {
	if g := p.targetGroups[arn]; g != nil {
		return g, nil
	}
	return nil, refuse("TargetGroupNotFound", "One or more target groups not found")
}

type describeTargetGroups struct {
	LoadBalancerArn string
	TargetGroupArns []string
	Names           []string
	Marker          string
	PageSize        int
}

func describeTargetGroupsOf(c *call, in describeTargetGroups) (out targetGroupsAnswer, err error) {
	list, err := named(c.targetGroups, in.TargetGroupArns, "TargetGroupNotFound", "One or more target groups not found")
	if err != nil {
		return out, err
	}
	if in.LoadBalancerArn != "" {
		if c.loadBalancers[in.LoadBalancerArn] == nil {
			return out, refuse("LoadBalancerNotFound", "Load balancer '%s' not found", in.LoadBalancerArn)
		}
		list = slices.DeleteFunc(list, func(g *targetGroup) bool { return !slices.Contains(c.usersOf(g.ARN), in.LoadBalancerArn) })
	}
	if len(in.Names) > 0 {
		list = slices.DeleteFunc(list, func(g *targetGroup) bool { return !slices.Contains(in.Names, g.Name) })
		if len(list) < len(in.Names) {
			return out, refuse("TargetGroupNotFound", "One or more target groups not found")
		}
	}
	list, out.NextMarker, err = page(c.Place, list, func(g *targetGroup) string { return g.ARN },
		paging{token: in.Marker, size: in.PageSize, usual: 400, most: 400})
	for _, g := range list {
		out.TargetGroups = append(out.TargetGroups, c.shown(g))
	}
	return out, err
}

type oneTargetGroup struct {
	TargetGroupArn string
}

func deleteTargetGroup(c *call, in oneTargetGroup) error {
	if len(c.usersOf(in.TargetGroupArn)) > 0 {
		return refuse("ResourceInUse", "Target group '%s' is currently in use by a listener or a rule", in.TargetGroupArn)
	}
	if c.targetGroups[in.TargetGroupArn] != nil {
		delete(c.targetGroups, in.TargetGroupArn)
		c.effect(in.TargetGroupArn)
	}
	return nil
}

type attribute struct{ Key, Value string }

type attributesAnswer struct {
	Attributes []attribute `xml:"Attributes>member"`
}

func (g *targetGroup) attributeList() (out attributesAnswer) {
	for _, key := range sortedKeys(g.attributes) {
		out.Attributes = append(out.Attributes, attribute{key, g.attributes[key]})
	}
	return out
}

func describeTargetGroupAttributes(c *call, in oneTargetGroup) (attributesAnswer, error) {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return attributesAnswer{}, err
	}
	return g.attributeList(), nil
}

type modifyAttributes struct {
	TargetGroupArn string
	Attributes     []attribute
}

func modifyTargetGroupAttributes(c *call, in modifyAttributes) (attributesAnswer, error) {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return attributesAnswer{}, err
	}
	for _, a := range in.Attributes {
		if _, known := g.attributes[a.Key]; !known {
			return attributesAnswer{}, notSimulated("it does not know the attribute %s", a.Key)
		}
		if g.attributes[a.Key] != a.Value {
			g.attributes[a.Key] = a.Value
			c.effect(g.Name)
		}
	}
	return g.attributeList(), nil
}

type modifyTargetGroupChecks struct {
	TargetGroupArn string
	checkSettings
}

// checkSettings are what can be changed of a target group.
type checkSettings struct {
	HealthCheckProtocol        string
	HealthCheckPort            string
	HealthCheckEnabled         *bool
	HealthCheckPath            string
	HealthCheckIntervalSeconds int
	HealthCheckTimeoutSeconds  int
	HealthyThresholdCount      int
	UnhealthyThresholdCount    int
	Matcher                    *matcher
}

func modifyTargetGroup(c *call, in modifyTargetGroupChecks) (out targetGroupsAnswer, err error) {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return out, err
	}
	now := checkSettings{g.HealthCheckProtocol, g.HealthCheckPort, &g.HealthCheckEnabled, g.HealthCheckPath, g.HealthCheckIntervalSeconds,
		g.HealthCheckTimeoutSeconds, g.HealthyThresholdCount, g.UnhealthyThresholdCount, g.Matcher}
	want := now
	overlay(&want, in.checkSettings)
	if !same(now, want) {
		g.HealthCheckProtocol, g.HealthCheckPort, g.HealthCheckEnabled, g.HealthCheckPath = want.HealthCheckProtocol, want.HealthCheckPort, *want.HealthCheckEnabled, want.HealthCheckPath
		g.HealthCheckIntervalSeconds, g.HealthCheckTimeoutSeconds = want.HealthCheckIntervalSeconds, want.HealthCheckTimeoutSeconds
		g.HealthyThresholdCount, g.UnhealthyThresholdCount, g.Matcher = want.HealthyThresholdCount, want.UnhealthyThresholdCount, want.Matcher
		c.effect(g.Name)
	}
	return targetGroupsAnswer{TargetGroups: []targetGroup{c.shown(g)}}, nil
}
