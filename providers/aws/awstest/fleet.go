package awstest

import "slices"

// Running says what a group is like that has been there for a while.
type Running struct {
	Name         string
	Instances    int
	Image        string   // its id
	TargetGroups []string // their ARNs
	Tags         map[string]string
}

// AddRunning makes a group, with a launch template of its name, whose
// instances are in service and healthy already. It costs little, so that
// thousands can be made.
func (p *Place) AddRunning(r Running) {
	p.change(func() {
		c := &call{Place: p, cloud: p.cloud}
		t := &template{ID: p.newID("lt"), Name: r.Name, Created: p.now, By: p.arn("iam", "root"), Default: 1}
		version := c.addVersion(t, "", templateData{ImageID: r.Image, InstanceType: "t3.micro"}, "")
		p.templates[t.ID] = t
		g := p.emptyRunning(r, &templateRef{t.ID, t.Name, "1"})
		for n := range r.Instances {
			p.addRunning(g, version.Data, n)
		}
	})
}

func (p *Place) emptyRunning(r Running, from *templateRef) *group {
	in := createGroup{groupSpec: groupSpec{LaunchTemplate: from, MinSize: ptr(0), MaxSize: ptr(r.Instances), DesiredCapacity: ptr(r.Instances)}}
	g := &group{name: r.Name, created: p.now, spec: in.withDefaults(p), policies: map[string]*policy{}, schedule: map[string]*scheduledAction{}}
	g.arn = p.arn("autoscaling", "autoScalingGroup:"+p.cloud.newUUID()+":autoScalingGroupName/"+g.name)
	for _, id := range p.defaultSubnets() {
		g.spec.AvailabilityZones = append(g.spec.AvailabilityZones, p.subnets[id].Zone)
	}
	slices.Sort(g.spec.AvailabilityZones)
	for _, key := range sortedKeys(r.Tags) {
		g.tags = append(g.tags, groupTag{Key: key, Value: r.Tags[key], PropagateAtLaunch: true}.of(g))
	}
	for _, arn := range r.TargetGroups {
		g.attachments = append(g.attachments, &attachment{source: trafficSource{arn, targetGroupSource}, state: attachmentInService})
	}
	p.groups[g.name] = g
	return g
}

// addRunning puts one more instance into a group, each in the next subnet.
func (p *Place) addRunning(g *group, data templateData, n int) {
	subnets := p.subnetsOf(g)
	i := p.launch(data, subnets[n%len(subnets)], g.instanceTags(g.spec.LaunchTemplate))
	i.state = running
	g.launches++
	g.members = append(g.members, &member{InstanceId: i.id, InstanceType: i.kind, AvailabilityZone: i.zone, LifecycleState: stateInService,
		HealthStatus: healthy, LaunchTemplate: g.spec.LaunchTemplate, launched: p.now, grace: p.now, served: p.now, version: 1})
	p.registerMember(g, g.members[len(g.members)-1])
	for _, a := range g.attachments {
		tg := p.targetGroups[a.source.Identifier]
		p.cloud.ids++ // so that it is not examined again
		t := tg.targets[targetID{ID: i.id, Port: tg.Port}.key()]
		t.base, t.since = passing, p.cloud.ids
	}
}
