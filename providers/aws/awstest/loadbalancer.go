package awstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// loadBalancer is an application or network load balancer.
type loadBalancer struct {
	ARN                   string `xml:"LoadBalancerArn"`
	DNSName               string
	CanonicalHostedZoneId string
	CreatedTime           time.Time
	Name                  string `xml:"LoadBalancerName"`
	Scheme                string
	VpcId                 string
	State                 loadBalancerState
	Type                  string
	AvailabilityZones     []loadBalancerZone `xml:"AvailabilityZones>member"`
	SecurityGroups        []string           `xml:"SecurityGroups>member"`
	IpAddressType         string
	tags                  []tag
}

type loadBalancerState struct{ Code string }

type loadBalancerZone struct {
	ZoneName string
	SubnetId string
}

// listener sends what comes in on a port on.
type listener struct {
	ARN             string `xml:"ListenerArn"`
	LoadBalancerArn string
	Port            int
	Protocol        string
	DefaultActions  []forwardAction `xml:"DefaultActions>member"`
	tags            []tag
}

type forwardAction struct {
	Type           string
	TargetGroupArn string `xml:",omitempty"`
	Order          int    `xml:",omitempty"`
	ForwardConfig  *forwardConfig
}

type forwardConfig struct {
	TargetGroups                []weightedTarget `xml:"TargetGroups>member"`
	TargetGroupStickinessConfig *stickiness
}

type weightedTarget struct {
	TargetGroupArn string
	Weight         *int
}

type stickiness struct {
	Enabled         bool
	DurationSeconds int `xml:",omitempty"`
}

// rule is one of a listener's.
type rule struct {
	ARN        string `xml:"RuleArn"`
	Priority   string
	Conditions []condition     `xml:"Conditions>member"`
	Actions    []forwardAction `xml:"Actions>member"`
	IsDefault  bool
	listener   string
}

type condition struct {
	Field  string
	Values []string `xml:"Values>member"`
}

func (a forwardAction) sendsTo(arn string) bool {
	return a.TargetGroupArn == arn || a.ForwardConfig != nil &&
		slices.ContainsFunc(a.ForwardConfig.TargetGroups, func(t weightedTarget) bool { return t.TargetGroupArn == arn })
}

// whole is the actions as they are shown: a forward to one target group in
// both ways to write it.
func whole(actions []forwardAction) []forwardAction {
	list := slices.Clone(actions)
	for i, a := range list {
		if a.TargetGroupArn != "" && a.ForwardConfig == nil {
			list[i].ForwardConfig = &forwardConfig{TargetGroups: []weightedTarget{{a.TargetGroupArn, ptr(1)}}, TargetGroupStickinessConfig: &stickiness{}}
		}
		if a.TargetGroupArn == "" && a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) == 1 {
			list[i].TargetGroupArn = a.ForwardConfig.TargetGroups[0].TargetGroupArn
		}
	}
	return list
}

func (c *call) checkActions(actions []forwardAction) error {
	for _, a := range whole(actions) {
		if a.Type != "forward" {
			return notSimulated("there are no actions of the type %s", a.Type)
		}
		if a.ForwardConfig == nil {
			return refuse("ValidationError", "You must specify a target group for a forward action")
		}
		for _, t := range a.ForwardConfig.TargetGroups {
			if _, err := c.targetGroup(t.TargetGroupArn); err != nil {
				return err
			}
		}
	}
	return nil
}

type createLoadBalancer struct {
	Name           string
	Subnets        []string
	SecurityGroups []string
	Scheme         string
	Tags           []tag
	Type           string
	IpAddressType  string
}

type loadBalancersAnswer struct {
	LoadBalancers []*loadBalancer `xml:"LoadBalancers>member"`
	NextMarker    string          `xml:",omitempty"`
}

func createLoadBalancerOf(c *call, in createLoadBalancer) (out loadBalancersAnswer, err error) {
	for _, other := range c.loadBalancers {
		if other.Name == in.Name {
			return out, refuse("DuplicateLoadBalancerName", "A load balancer with the same name '%s' exists, but with different settings", in.Name)
		}
	}
	for _, id := range in.Subnets {
		if c.subnets[id] == nil {
			return out, refuse("SubnetNotFound", "The subnet ID '%s' does not exist", id)
		}
	}
	if len(in.Subnets) == 0 {
		return out, refuse("ValidationError", "At least one subnet must be specified")
	}
	b := c.newLoadBalancer(in)
	c.effect(b.Name)
	c.after(c.cloud.config.Times.LoadBalancer, func(p *Place) {
		if b := p.loadBalancers[b.ARN]; b != nil {
			b.State.Code = "active"
		}
	})
	return loadBalancersAnswer{LoadBalancers: []*loadBalancer{b}}, nil
}

func (p *Place) newLoadBalancer(in createLoadBalancer) *loadBalancer {
	kind := cmp.Or(in.Type, "application")
	short := map[string]string{"application": "app", "network": "net", "gateway": "gwy"}[kind]
	b := &loadBalancer{ARN: p.arn("elasticloadbalancing", "loadbalancer/"+short+"/"+in.Name+"/"+p.cloud.id("loadbalancer", 16)),
		DNSName: in.Name + "-" + itoa(len(p.loadBalancers)+1) + "." + p.region + ".elb.amazonaws.com", CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
		CreatedTime: p.now, Name: in.Name, Scheme: cmp.Or(in.Scheme, "internet-facing"), State: loadBalancerState{"provisioning"},
		Type: kind, SecurityGroups: in.SecurityGroups, IpAddressType: cmp.Or(in.IpAddressType, "ipv4"), tags: in.Tags}
	for _, id := range in.Subnets {
		s := p.subnets[id]
		b.VpcId = s.VPC
		b.AvailabilityZones = append(b.AvailabilityZones, loadBalancerZone{s.Zone, s.ID})
	}
	p.loadBalancers[b.ARN] = b
	return b
}

type describeLoadBalancers struct {
	LoadBalancerArns []string
	Names            []string
	Marker           string
	PageSize         int
}

func describeLoadBalancersOf(c *call, in describeLoadBalancers) (out loadBalancersAnswer, err error) {
	list, err := named(c.loadBalancers, in.LoadBalancerArns, "LoadBalancerNotFound", "Load balancer '%s' not found")
	if err != nil {
		return out, err
	}
	for _, name := range in.Names {
		if !slices.ContainsFunc(list, func(b *loadBalancer) bool { return b.Name == name }) {
			return out, refuse("LoadBalancerNotFound", "Load balancers '[%s]' not found", name)
		}
	}
	if len(in.Names) > 0 {
		list = slices.DeleteFunc(list, func(b *loadBalancer) bool { return !slices.Contains(in.Names, b.Name) })
	}
	out.LoadBalancers, out.NextMarker, err = page(c.Place, list, func(b *loadBalancer) string { return b.ARN },
		paging{token: in.Marker, size: in.PageSize, usual: 400, most: 400})
	return out, err
}

type oneLoadBalancer struct {
	LoadBalancerArn string
}

func deleteLoadBalancer(c *call, in oneLoadBalancer) error {
	if c.loadBalancers[in.LoadBalancerArn] == nil {
		return nil
	}
	delete(c.loadBalancers, in.LoadBalancerArn)
	for _, l := range values(c.listeners) {
		if l.LoadBalancerArn == in.LoadBalancerArn {
			c.dropListener(l.ARN)
		}
	}
	c.effect(in.LoadBalancerArn)
	return nil
}

func (p *Place) dropListener(arn string) {
	delete(p.listeners, arn)
	for _, r := range values(p.rules) {
		if r.listener == arn {
			delete(p.rules, r.ARN)
		}
	}
}

type createListener struct {
	LoadBalancerArn string
	Protocol        string
	Port            int
	DefaultActions  []forwardAction
	Tags            []tag
}

type listenersAnswer struct {
	Listeners  []*listener `xml:"Listeners>member"`
	NextMarker string      `xml:",omitempty"`
}

func createListenerOf(c *call, in createListener) (out listenersAnswer, err error) {
	b := c.loadBalancers[in.LoadBalancerArn]
	if b == nil {
		return out, refuse("LoadBalancerNotFound", "Load balancer '%s' not found", in.LoadBalancerArn)
	}
	for _, l := range c.listeners {
		if l.LoadBalancerArn == b.ARN && l.Port == in.Port {
			return out, refuse("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", b.ARN)
		}
	}
	if err := c.checkActions(in.DefaultActions); err != nil {
		return out, err
	}
	l := c.newListener(in)
	c.effect(l.ARN)
	return listenersAnswer{Listeners: []*listener{l}}, nil
}

func (p *Place) newListener(in createListener) *listener {
	l := &listener{ARN: strings.Replace(in.LoadBalancerArn, ":loadbalancer/", ":listener/", 1) + "/" + p.cloud.id("listener", 16),
		LoadBalancerArn: in.LoadBalancerArn, Port: in.Port, Protocol: in.Protocol, DefaultActions: whole(in.DefaultActions), tags: in.Tags}
	p.listeners[l.ARN] = l
	return l
}

type describeListeners struct {
	LoadBalancerArn string
	ListenerArns    []string
	Marker          string
	PageSize        int
}

func describeListenersOf(c *call, in describeListeners) (out listenersAnswer, err error) {
	list, err := named(c.listeners, in.ListenerArns, "ListenerNotFound", "One or more listeners not found")
	if err != nil {
		return out, err
	}
	if in.LoadBalancerArn != "" {
		if c.loadBalancers[in.LoadBalancerArn] == nil {
			return out, refuse("LoadBalancerNotFound", "Load balancer '%s' not found", in.LoadBalancerArn)
		}
		list = slices.DeleteFunc(list, func(l *listener) bool { return l.LoadBalancerArn != in.LoadBalancerArn })
	}
	out.Listeners, out.NextMarker, err = page(c.Place, list, func(l *listener) string { return l.ARN },
		paging{token: in.Marker, size: in.PageSize, usual: 100, most: 400})
	return out, err
}

type modifyListener struct {
	ListenerArn    string
	Port           int
	Protocol       string
	DefaultActions []forwardAction
}

func modifyListenerOf(c *call, in modifyListener) (out listenersAnswer, err error) {
	l := c.listeners[in.ListenerArn]
	if l == nil {
		return out, refuse("ListenerNotFound", "One or more listeners not found")
	}
	if err := c.checkActions(in.DefaultActions); err != nil {
		return out, err
	}
	changed := *l
	changed.Port, changed.Protocol = cmp.Or(in.Port, l.Port), cmp.Or(in.Protocol, l.Protocol)
	if len(in.DefaultActions) > 0 {
		changed.DefaultActions = whole(in.DefaultActions)
	}
	if !same(*l, changed) {
		c.listeners[l.ARN] = &changed
		c.effect(l.ARN)
	}
	return listenersAnswer{Listeners: []*listener{&changed}}, nil
}

type oneListener struct {
	ListenerArn string
}

func deleteListener(c *call, in oneListener) error {
	if c.listeners[in.ListenerArn] == nil {
		return refuse("ListenerNotFound", "One or more listeners not found")
	}
	c.dropListener(in.ListenerArn)
	c.effect(in.ListenerArn)
	return nil
}

type createRule struct {
	ListenerArn string
	Conditions  []struct {
		Field  string
		Values []string
	}
	Priority int
	Actions  []forwardAction
}

type rulesAnswer struct {
	Rules      []*rule `xml:"Rules>member"`
	NextMarker string  `xml:",omitempty"`
}

func createRuleOf(c *call, in createRule) (out rulesAnswer, err error) {
	if c.listeners[in.ListenerArn] == nil {
		return out, refuse("ListenerNotFound", "One or more listeners not found")
	}
	for _, r := range c.rules {
		if r.listener == in.ListenerArn && r.Priority == itoa(in.Priority) {
			return out, refuse("PriorityInUse", "Priority '%d' is currently in use", in.Priority)
		}
	}
	if err := c.checkActions(in.Actions); err != nil {
		return out, err
	}
	r := &rule{ARN: strings.Replace(in.ListenerArn, ":listener/", ":listener-rule/", 1) + "/" + c.cloud.id("rule", 16), Priority: itoa(in.Priority),
		Actions: whole(in.Actions), listener: in.ListenerArn}
	for _, condition := range in.Conditions {
		r.Conditions = append(r.Conditions, struct {
			Field  string
			Values []string `xml:"Values>member"`
		}(condition))
	}
	c.rules[r.ARN] = r
	c.effect(r.ARN)
	return rulesAnswer{Rules: []*rule{r}}, nil
}

type describeRules struct {
	ListenerArn string
	RuleArns    []string
	Marker      string
	PageSize    int
}

func describeRulesOf(c *call, in describeRules) (out rulesAnswer, err error) {
	list, err := named(c.rules, in.RuleArns, "RuleNotFound", "One or more rules not found")
	if err != nil {
		return out, err
	}
	if in.ListenerArn != "" {
		l := c.listeners[in.ListenerArn]
		if l == nil {
			return out, refuse("ListenerNotFound", "One or more listeners not found")
		}
		list = slices.DeleteFunc(list, func(r *rule) bool { return r.listener != in.ListenerArn })
		list = append(list, &rule{ARN: strings.Replace(l.ARN, ":listener/", ":listener-rule/", 1) + "/default", Priority: "default",
			Actions: l.DefaultActions, IsDefault: true, listener: l.ARN})
	}
	out.Rules, out.NextMarker, err = page(c.Place, list, func(r *rule) string { return r.ARN },
		paging{token: in.Marker, size: in.PageSize, usual: 100, most: 400})
	return out, err
}

type oneRule struct {
	RuleArn string
}

func deleteRule(c *call, in oneRule) error {
	if c.rules[in.RuleArn] == nil {
		return refuse("RuleNotFound", "One or more rules not found")
	}
	delete(c.rules, in.RuleArn)
	c.effect(in.RuleArn)
	return nil
}
