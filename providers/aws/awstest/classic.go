package awstest

import (
	"cmp"
	"slices"
	"time"
)

// classic is a load balancer of the first generation, which has its instances
// itself. It does not drain them, as Amazon's do not unless they are told to.
type classic struct {
	LoadBalancerName     string
	DNSName              string
	ListenerDescriptions []classicListener `xml:"ListenerDescriptions>member"`
	AvailabilityZones    []string          `xml:"AvailabilityZones>member"`
	Subnets              []string          `xml:"Subnets>member"`
	VPCId                string            `xml:",omitempty"`
	Instances            []classicInstance `xml:"Instances>member"`
	HealthCheck          classicCheck
	SecurityGroups       []string `xml:"SecurityGroups>member"`
	CreatedTime          time.Time
	Scheme               string
	serving              []string // the instances that passed their last check
}

type classicListener struct{ Listener classicPort }

type classicPort struct {
	Protocol         string
	LoadBalancerPort int
	InstanceProtocol string `xml:",omitempty"`
	InstancePort     int
}

type classicInstance struct{ InstanceId string }

type classicCheck struct {
	Target             string
	Interval           int
	Timeout            int
	UnhealthyThreshold int
	HealthyThreshold   int
}

type createClassic struct {
	LoadBalancerName  string
	Listeners         []classicPort
	AvailabilityZones []string
	Subnets           []string
	SecurityGroups    []string
	Scheme            string
	Tags              []tag
}

type classicDNS struct{ DNSName string }

func createClassicLoadBalancer(c *call, in createClassic) (out classicDNS, err error) {
	if len(in.Listeners) == 0 || len(in.AvailabilityZones)+len(in.Subnets) == 0 {
		return out, refuse("ValidationError", "A load balancer needs listeners, and subnets or zones")
	}
	b := &classic{LoadBalancerName: in.LoadBalancerName, DNSName: in.LoadBalancerName + "." + c.region + ".elb.amazonaws.com",
		AvailabilityZones: in.AvailabilityZones, Subnets: in.Subnets, SecurityGroups: in.SecurityGroups, CreatedTime: c.now,
		Scheme: cmp.Or(in.Scheme, "internet-facing"), VPCId: c.defaultVPC()}
	for _, l := range in.Listeners {
		l.InstanceProtocol = cmp.Or(l.InstanceProtocol, l.Protocol)
		b.ListenerDescriptions = append(b.ListenerDescriptions, classicListener{l})
	}
	b.HealthCheck = classicCheck{"TCP:" + itoa(in.Listeners[0].InstancePort), 30, 5, 2, 10}
	for _, id := range in.Subnets {
		s := c.subnets[id]
		if s == nil {
			return out, refuse("SubnetNotFound", "The requested subnet '%s' does not exist", id)
		}
		b.AvailabilityZones, b.VPCId = append(b.AvailabilityZones, s.Zone), s.VPC
	}
	if old := c.classics[b.LoadBalancerName]; old != nil {
		if !same(old.ListenerDescriptions, b.ListenerDescriptions) {
			return out, refuse("DuplicateLoadBalancerName", "The specified load balancer name '%s' is already in use", b.LoadBalancerName)
		}
		return classicDNS{old.DNSName}, nil
	}
	c.classics[b.LoadBalancerName] = b
	c.effect(b.LoadBalancerName)
	return classicDNS{b.DNSName}, nil
}

type oneClassic struct{ LoadBalancerName string }

func deleteClassicLoadBalancer(c *call, in oneClassic) error {
	if c.classics[in.LoadBalancerName] != nil {
		delete(c.classics, in.LoadBalancerName)
		c.effect(in.LoadBalancerName)
	}
	return nil
}

type describeClassics struct {
	LoadBalancerNames []string
	Marker            string
	PageSize          int
}

type classicsAnswer struct {
	LoadBalancers []*classic `xml:"LoadBalancerDescriptions>member"`
	NextMarker    string     `xml:",omitempty"`
}

func describeClassicLoadBalancers(c *call, in describeClassics) (out classicsAnswer, err error) {
	list, err := named(c.classics, in.LoadBalancerNames, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'")
	if err != nil {
		return out, err
	}
	out.LoadBalancers, out.NextMarker, err = page(c.Place, list, func(b *classic) string { return b.LoadBalancerName },
		paging{token: in.Marker, size: in.PageSize, usual: 400, most: 400})
	return out, err
}

func (p *Place) classic(name string) (*classic, error) {
	if b := p.classics[name]; b != nil {
		return b, nil
	}
	return nil, refuse("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'", name)
}

type configureCheck struct {
	LoadBalancerName string
	HealthCheck      classicCheck
}

type checkAnswer struct{ HealthCheck classicCheck }

func configureHealthCheck(c *call, in configureCheck) (out checkAnswer, err error) {
	b, err := c.classic(in.LoadBalancerName)
	if err != nil {
		return out, err
	}
	if b.HealthCheck != in.HealthCheck {
		b.HealthCheck = in.HealthCheck
		c.effect(b.LoadBalancerName)
	}
	return checkAnswer{b.HealthCheck}, nil
}

type changeClassicInstances struct {
	LoadBalancerName string
	Instances        []classicInstance
}

type classicInstances struct {
	Instances []classicInstance `xml:"Instances>member"`
}

func registerInstancesWithLoadBalancer(c *call, in changeClassicInstances) (classicInstances, error) {
	return c.changeClassic(in, c.registerClassic)
}

func deregisterInstancesFromLoadBalancer(c *call, in changeClassicInstances) (classicInstances, error) {
	return c.changeClassic(in, c.deregisterClassic)
}

func (c *call) changeClassic(in changeClassicInstances, change func(name, id string) bool) (out classicInstances, err error) {
	b, err := c.classic(in.LoadBalancerName)
	if err != nil {
		return out, err
	}
	for _, i := range in.Instances {
		if c.instances[i.InstanceId] == nil {
			return out, refuse("InvalidInstance", "Could not find EC2 instance %s.", i.InstanceId)
		}
	}
	for _, i := range in.Instances {
		if change(b.LoadBalancerName, i.InstanceId) {
			c.effect(i.InstanceId)
		}
	}
	return classicInstances{b.Instances}, nil
}

type describeClassicHealth struct {
	LoadBalancerName string
	Instances        []classicInstance
}

type classicHealth struct {
	InstanceId  string
	State       string
	ReasonCode  string
	Description string
}

type classicHealths struct {
	InstanceStates []classicHealth `xml:"InstanceStates>member"`
}

func describeInstanceHealth(c *call, in describeClassicHealth) (out classicHealths, err error) {
	b, err := c.classic(in.LoadBalancerName)
	if err != nil {
		return out, err
	}
	asked := in.Instances
	if len(asked) == 0 {
		asked = b.Instances
	}
	for _, i := range asked {
		h := classicHealth{i.InstanceId, "OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."}
		switch {
		case c.instances[i.InstanceId] == nil:
			return out, refuse("InvalidInstance", "Could not find EC2 instance %s.", i.InstanceId)
		case c.servesClassic(b.LoadBalancerName, i.InstanceId):
			h.State, h.ReasonCode, h.Description = "InService", "N/A", "N/A"
		case c.instances[i.InstanceId].state != running && b.has(i.InstanceId):
			h.Description = "Instance is in stopped state."
		case b.has(i.InstanceId):
			h.Description = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
		}
		out.InstanceStates = append(out.InstanceStates, h)
	}
	return out, nil
}

func (b *classic) has(id string) bool { return slices.Contains(b.Instances, classicInstance{id}) }

// registerClassic has the load balancer check an instance, and reports whether
// it did not before.
func (p *Place) registerClassic(name, id string) bool {
	b := p.classics[name]
	if b == nil || b.has(id) {
		return false
	}
	b.Instances = append(slices.Clone(b.Instances), classicInstance{id})
	p.checkClassicIn(b, id, p.cloud.config.Times.Register+time.Duration(b.HealthCheck.Interval)*time.Second)
	return true
}

func (p *Place) deregisterClassic(name, id string) bool {
	b := p.classics[name]
	if b == nil || !b.has(id) {
		return false
	}
	b.Instances = slices.DeleteFunc(slices.Clone(b.Instances), func(i classicInstance) bool { return i.InstanceId == id })
	b.serve(id, false)
	return true
}

func (b *classic) serve(id string, does bool) {
	b.serving = slices.DeleteFunc(slices.Clone(b.serving), func(s string) bool { return s == id })
	if does {
		b.serving = append(b.serving, id)
	}
}

// checkClassicIn is the outcome of an instance's health checks after a while.
func (p *Place) checkClassicIn(b *classic, id string, d time.Duration) {
	p.after(d, func(p *Place) {
		if b := p.classics[b.LoadBalancerName]; b != nil && b.has(id) {
			b.serve(id, !p.sick[id])
			p.examine(id)
		}
	})
}

// servesClassic reports whether an instance gets traffic.
func (p *Place) servesClassic(name, id string) bool {
	b, i := p.classics[name], p.instances[id]
	return b != nil && i != nil && i.state == running && slices.Contains(b.serving, id)
}

// answerClassicChecks has the checks of an instance go another way.
func (p *Place) answerClassicChecks(id string) {
	for _, b := range values(p.classics) {
		times := b.HealthCheck.HealthyThreshold
		if p.sick[id] {
			times = b.HealthCheck.UnhealthyThreshold
		}
		if b.has(id) {
			p.checkClassicIn(b, id, time.Duration(times*b.HealthCheck.Interval)*time.Second)
		}
	}
}

// forgetClassic takes an instance that ended out of all load balancers.
func (p *Place) forgetClassic(id string) {
	for name := range p.classics {
		p.deregisterClassic(name, id)
	}
}
