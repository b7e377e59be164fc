package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// reconcile has a group launch and terminate until it has as many instances
// as it should, as far as its processes are not suspended.
func (p *Place) reconcile(g *group, cause string) {
	if g.deleting {
		p.emptyGroup(g)
		return
	}
	cause = "At " + p.stamp() + " " + cause
	want := g.size()
	for have := g.active(); have < want && g.runs(launchProcess) && !p.now.Before(g.blockedTill); have++ {
		p.launchInto(g, fmt.Sprintf("%s  At %s an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.",
			cause, p.stamp(), have, have+1))
	}
	for have := g.active(); have > want && g.runs(terminateProcess); have-- {
		m := g.victim()
		if m == nil {
			return // all are protected
		}
		p.retire(g, m, fmt.Sprintf("%s  At %s an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.  At %s instance %s was selected for termination.",
			cause, p.stamp(), have, have-1, p.stamp(), m.InstanceId))
	}
}

func (p *Place) stamp() string { return p.now.UTC().Format("2006-01-02T15:04:05Z") }

// launchInto starts one instance in the subnet with the fewest of the group.
func (p *Place) launchInto(g *group, cause string) {
	s := p.emptiest(g)
	data, ref, err := p.templateOf(g)
	switch {
	case err != nil:
		p.refuseLaunch(g, cause, s, err.Error())
		return
	case p.images[data.ImageID] == nil:
		p.refuseLaunch(g, cause, s, fmt.Sprintf("The image id '[%s]' does not exist. Launching EC2 instance failed.", data.ImageID))
		return
	case p.refused != "":
		p.refuseLaunch(g, cause, s, p.refused)
		return
	}
	g.mix(&data)
	i := p.launch(data, s, g.instanceTags(ref))
	g.launches++
	m := &member{InstanceId: i.id, InstanceType: i.kind, AvailabilityZone: i.zone, LifecycleState: statePending, HealthStatus: healthy,
		LaunchTemplate: ref, ProtectedFromScaleIn: *g.spec.NewInstancesProtectedFromScaleIn, launched: p.now, version: number(ref.Version)}
	m.activity = p.begin(g, "Launching a new EC2 instance: "+i.id, cause, s)
	g.members = append(g.members, m)
}

// refuseLaunch notes a launch that failed. The group tries again later.
func (p *Place) refuseLaunch(g *group, cause string, s *subnet, why string) {
	id := p.begin(g, "Launching a new EC2 instance", cause, s)
	p.finish(id, "Failed", why)
	g.blockedTill = p.now.Add(p.cloud.config.Times.Relaunch)
	p.after(p.cloud.config.Times.Relaunch, func(p *Place) {
		if g := p.groups[g.name]; g != nil {
			p.reconcile(g, "an instance was started in response to a difference between desired and actual capacity.")
		}
	})
}

func (p *Place) emptiest(g *group) *subnet {
	subnets := p.subnetsOf(g)
	used := map[string]int{}
	for _, m := range g.members {
		if i := p.instances[m.InstanceId]; i != nil && m.active() {
			used[i.subnet]++
		}
	}
	return slices.MinFunc(subnets, func(a, b *subnet) int { return cmp.Compare(used[a.ID], used[b.ID]) })
}

// mix chooses the type and the market of the next instance of a mixed group.
func (g *group) mix(data *templateData) {
	policy := g.wanted().MixedInstancesPolicy
	if policy == nil {
		return
	}
	if overrides := policy.LaunchTemplate.Overrides; len(overrides) > 0 {
		data.InstanceType = cmp.Or(overrides[g.launches%len(overrides)].InstanceType, data.InstanceType)
	}
	d := policy.InstancesDistribution
	if d == nil {
		return
	}
	base, percent := 0, 100
	if d.OnDemandBaseCapacity != nil {
		base = *d.OnDemandBaseCapacity
	}
	if d.OnDemandPercentageAboveBaseCapacity != nil {
		percent = *d.OnDemandPercentageAboveBaseCapacity
	}
	above := g.launches - base
	if above >= 0 && (above-g.spots+1)*100 > (above+1)*percent {
		g.spots++
		data.MarketOptions = &marketOptions{MarketType: "spot"}
	}
}

func (g *group) instanceTags(ref *templateRef) []tag {
	tags := []tag{{"aws:autoscaling:groupName", g.name}, {"aws:ec2launchtemplate:id", ref.LaunchTemplateId}, {"aws:ec2launchtemplate:version", ref.Version}}
	for _, t := range g.tags {
		if t.PropagateAtLaunch {
			tags = append(tags, tag{t.Key, t.Value})
		}
	}
	return tags
}

// ready moves an instance that has booted on: to a hook that holds it, or
// into service.
func (p *Place) ready(g *group, m *member) {
	if m.LifecycleState != statePending {
		return
	}
	if p.hold(g, m, launchingTransition) {
		return
	}
	p.intoService(g, m)
}

func (p *Place) intoService(g *group, m *member) {
	m.LifecycleState, m.served = stateInService, p.now
	m.grace = p.now.Add(time.Duration(*g.spec.HealthCheckGracePeriod) * time.Second)
	p.finish(m.activity, "Successful", "")
	if g.runs(addProcess) {
		p.registerMember(g, m)
	}
	p.after(m.grace.Sub(p.now), func(p *Place) { p.examine(m.InstanceId) })
	p.reconcile(g, "an instance went into service.")
}

// victim is the instance that the default termination policy ends: of the
// zone with the most, of the oldest launch template version, the oldest.
func (g *group) victim() *member {
	zones := map[string]int{}
	for _, m := range g.members {
		if m.active() {
			zones[m.AvailabilityZone]++
		}
	}
	var best *member
	for _, m := range g.members {
		if m.active() && !m.ProtectedFromScaleIn && (best == nil || g.before(m, best, zones)) {
			best = m
		}
	}
	return best
}

func (g *group) before(a, b *member, zones map[string]int) bool {
	sick := func(m *member) int { return map[string]int{unhealthy: 0, healthy: 1}[m.HealthStatus] }
	return cmp.Or(cmp.Compare(sick(a), sick(b)), cmp.Compare(zones[b.AvailabilityZone], zones[a.AvailabilityZone]),
		cmp.Compare(a.version, b.version), a.launched.Compare(b.launched)) < 0
}

// retire takes an instance out of service: out of its load balancers, which
// drain it, then past its hooks, and then it is ended.
func (p *Place) retire(g *group, m *member, cause string) string {
	if p.activity(m.activity).StatusCode == "InProgress" {
		p.finish(m.activity, "Cancelled", "")
	}
	var where *subnet
	if i := p.instances[m.InstanceId]; i != nil {
		where = p.subnets[i.subnet]
	}
	m.activity = p.begin(g, "Terminating EC2 instance: "+m.InstanceId, cause, where)
	m.LifecycleState, m.waiting = stateTerminating, nil
	drain := p.deregisterMember(g, m)
	if g.forced {
		drain = 0
	}
	if drain > 0 {
		p.progress(m.activity, "WaitingForELBConnectionDraining", 50)
	}
	id := m.InstanceId
	p.after(drain, func(p *Place) {
		if g, m := p.memberOf(id); m != nil && m.LifecycleState == stateTerminating {
			p.progress(m.activity, "InProgress", 50)
			if g.forced || !p.hold(g, m, terminatingTransition) {
				p.endMember(id)
			}
		}
	})
	return m.activity
}

// endMember ends the instance of a member that was retired.
func (p *Place) endMember(id string) {
	if i := p.instances[id]; i == nil || i.state == terminated {
		p.ended(id)
		return
	}
	p.end(id, fmt.Sprintf("User initiated (%s)", p.now.UTC().Format("2006-01-02 15:04:05 MST")))
}

// ended takes an instance that is no more out of its group.
func (p *Place) ended(id string) {
	g, m := p.memberOf(id)
	if m == nil {
		return
	}
	if !strings.HasPrefix(m.LifecycleState, stateTerminating) {
		return // its health check will find it
	}
	p.finish(m.activity, "Successful", "")
	g.members = slices.DeleteFunc(slices.Clone(g.members), func(m *member) bool { return m.InstanceId == id })
	p.reconcile(g, "an instance was terminated.")
}

// emptyGroup goes on with the deletion of a group.
func (p *Place) emptyGroup(g *group) {
	for _, m := range slices.Clone(g.members) {
		switch {
		case !strings.HasPrefix(m.LifecycleState, stateTerminating):
			p.retire(g, m, "At "+p.stamp()+" a user request deleted the AutoScalingGroup.")
		case g.forced:
			m.LifecycleState, m.waiting = stateTerminating, nil
			p.endMember(m.InstanceId)
		}
	}
	if len(g.members) > 0 || !g.deleting {
		return
	}
	p.after(p.cloud.config.Times.DeleteGroup, func(p *Place) {
		if p.groups[g.name] != nil && p.groups[g.name].arn == g.arn {
			delete(p.groups, g.name)
		}
	})
}
