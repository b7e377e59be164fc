package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// What a test needs and does not want to ask for call by call. It is seen at
// once, even where answers lag.

// change runs f on the place as it is now.
func (p *Place) change(f func()) {
	p.cloud.mu.Lock()
	defer p.cloud.mu.Unlock()
	p.settle(p.cloud.config.Clock.Now())
	f()
	p.settle(p.now)
	p.forgetPast()
}

// Image says what a new image is like.
type Image struct {
	Name string
	Tags map[string]string
	// Sick has its instances fail their health checks.
	Sick bool
}

// AddImage makes an image and returns its id.
func (p *Place) AddImage(i Image) (id string) {
	p.change(func() { id = p.addImage(image{Name: i.Name, Tags: tagsOf(i.Tags), sick: i.Sick}).ID })
	return id
}

// AddSubnet makes a subnet in the default network and returns its id. The
// zone is a letter.
func (p *Place) AddSubnet(zone string, tags map[string]string) (id string) {
	p.change(func() { id = p.addSubnet(p.defaultVPC(), p.region+zone, tagsOf(tags)).ID })
	return id
}

// AddSecurityGroup makes one in the default network and returns its id.
func (p *Place) AddSecurityGroup(name string) (id string) {
	p.change(func() { id = p.addSecurityGroup(p.defaultVPC(), name, name).ID })
	return id
}

// AddKeyPair makes a key pair.
func (p *Place) AddKeyPair(name string) {
	p.change(func() { p.keyPairs[name] = &keyPair{p.newID("key"), name} })
}

// TargetGroup says what a new target group is like.
type TargetGroup struct {
	Name string
	Port int // default 80
	// Interval is the time between health checks, and Drain how long a target
	// is drained, in whole seconds; default 30 s and 300 s.
	Interval, Drain time.Duration
	// Unused leaves out the load balancer that would send traffic to it.
	Unused bool
}

// AddTargetGroup makes a target group, behind an application load balancer of
// the same name, and returns its ARN.
func (p *Place) AddTargetGroup(t TargetGroup) (arn string) {
	p.change(func() {
		g := p.newTargetGroup(createTargetGroup{Name: t.Name, Protocol: "HTTP", Port: cmp.Or(t.Port, 80), VpcId: p.defaultVPC(),
			HealthCheckIntervalSeconds: int(t.Interval.Seconds())})
		if t.Drain > 0 {
			g.attributes[drainAttribute] = itoa(int(t.Drain.Seconds()))
		}
		p.targetGroups[g.ARN], arn = g, g.ARN
		if t.Unused {
			return
		}
		b := p.newLoadBalancer(createLoadBalancer{Name: t.Name, Subnets: p.defaultSubnets()})
		b.State.Code = "active"
		p.newListener(createListener{LoadBalancerArn: b.ARN, Protocol: "HTTP", Port: g.Port,
			DefaultActions: []forwardAction{{Type: "forward", TargetGroupArn: g.ARN}}})
	})
	return arn
}

func (p *Place) defaultSubnets() []string {
	var ids []string
	for _, s := range values(p.subnets) {
		if s.DefaultForAZ {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// SetHealthy has an instance pass or fail the checks of its load balancers
// from now on.
func (p *Place) SetHealthy(instance string, healthy bool) {
	p.change(func() { p.answerChecks(instance, healthy) })
}

// Kill ends an instance behind its group's back, as if its hardware failed.
func (p *Place) Kill(instance string) { p.change(func() { p.kill(instance) }) }

// RefuseLaunches has every launch fail for a reason, like
// InsufficientInstanceCapacity; an empty one lets them succeed again.
func (p *Place) RefuseLaunches(reason string) { p.change(func() { p.refused = reason }) }

// Instance is an instance as a test looks at it, from outside of the API.
type Instance struct {
	ID, Image, Subnet, Zone, State, Group, Lifecycle string
}

// Instances lists the instances that are not terminated.
func (p *Place) Instances() []Instance {
	var list []Instance
	p.look(func() {
		for _, i := range values(p.instances) {
			if i.state == terminated {
				continue
			}
			view := Instance{ID: i.id, Image: i.image, Subnet: i.subnet, Zone: i.zone, State: i.state.Name}
			if g, m := p.memberOf(i.id); m != nil {
				view.Group, view.Lifecycle = g.name, m.LifecycleState
			}
			list = append(list, view)
		}
	})
	return list
}

// Groups lists the Auto Scaling groups by name.
func (p *Place) Groups() (names []string) {
	p.look(func() { names = sortedKeys(p.groups) })
	return names
}

// Templates lists the launch templates by name.
func (p *Place) Templates() (names []string) {
	p.look(func() {
		for _, t := range p.templates {
			names = append(names, t.Name)
		}
		slices.Sort(names)
	})
	return names
}

// Health is how a target group sees an instance, as state and reason; empty
// if it is not registered.
func (p *Place) Health(targetGroup, instance string) (health string) {
	p.look(func() {
		g := p.targetGroups[targetGroup]
		for _, t := range values(g.targets) {
			if t.ID == instance {
				h := p.health(g, t)
				health = h.State
				if h.Reason != "" {
					health = fmt.Sprintf("%s %s", h.State, h.Reason)
				}
			}
		}
	})
	return health
}

// look runs f on the place as it is now.
func (p *Place) look(f func()) {
	p.cloud.mu.Lock()
	defer p.cloud.mu.Unlock()
	p.settle(p.cloud.config.Clock.Now())
	f()
}

func tagsOf(m map[string]string) []tag {
	var list []tag
	for _, key := range sortedKeys(m) {
		list = append(list, tag{key, m[key]})
	}
	return list
}
