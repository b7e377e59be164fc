package awstest

import (
	"slices"
	"strings"
)

// examine is the health check of one member, by what the group asks for: the
// instance itself, and its targets if the type says ELB.
func (p *Place) examine(id string) {
	g, m := p.memberOf(id)
	if m == nil || m.LifecycleState != stateInService || m.HealthStatus != healthy || !g.runs(checkProcess) || p.now.Before(m.grace) {
		return
	}
	if i := p.instances[id]; i == nil || i.state != running {
		p.markUnhealthy(g, m, "an instance was taken out of service in response to an EC2 instance status checks failure.")
		return
	}
	if strings.Contains(*g.spec.HealthCheckType, "ELB") && p.failsTargets(g, id) {
		p.markUnhealthy(g, m, "an instance was taken out of service in response to an ELB system health check failure.")
	}
}

func (p *Place) failsTargets(g *group, id string) bool {
	for _, a := range g.attachments {
		if b := p.classics[a.source.Identifier]; a.source.Type == classicSource && b != nil && b.has(id) && p.sick[id] && !slices.Contains(b.serving, id) {
			return true
		}
		tg := p.targetGroups[a.source.Identifier]
		if tg == nil || a.state == attachmentRemoving {
			continue
		}
		for _, t := range tg.targets {
			if t.ID == id && p.health(tg, t).State == targetUnhealthy {
				return true
			}
		}
	}
	return false
}

// markUnhealthy notes a failed check, and replaces the instance.
func (p *Place) markUnhealthy(g *group, m *member, cause string) {
	if !g.runs(checkProcess) && strings.Contains(cause, "checks") {
		return
	}
	m.HealthStatus = unhealthy
	p.replace(g, m, "At "+p.stamp()+" "+cause)
}

func (p *Place) replace(g *group, m *member, cause string) {
	if m.HealthStatus != unhealthy || !m.active() || !g.runs(replaceProcess) || !g.runs(terminateProcess) {
		return
	}
	p.retire(g, m, cause)
	p.reconcile(g, "an instance was launched in response to an unhealthy instance needing to be replaced.")
}

// resumed does what a process would have done while it was suspended.
func (p *Place) resumed(g *group) {
	for _, m := range g.members {
		p.examine(m.InstanceId)
		p.replace(g, m, "At "+p.stamp()+" an instance was taken out of service in response to a health check failure.")
	}
	p.reconcile(g, "a user request resumed the processes of the AutoScalingGroup.")
}

type instanceHealth struct {
	InstanceId               string
	HealthStatus             string
	ShouldRespectGracePeriod *bool
}

func setInstanceHealth(c *call, in instanceHealth) error {
	g, m := c.memberOf(in.InstanceId)
	if m == nil {
		return refuse("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", in.InstanceId)
	}
	if in.HealthStatus != healthy && in.HealthStatus != unhealthy {
		return refuse("ValidationError", "Health status must be either Healthy or Unhealthy.")
	}
	respect := in.ShouldRespectGracePeriod == nil || *in.ShouldRespectGracePeriod
	if m.HealthStatus == in.HealthStatus || respect && c.now.Before(m.grace) {
		return nil
	}
	m.HealthStatus = in.HealthStatus
	c.effect(in.InstanceId)
	c.replace(g, m, "At "+c.stamp()+" an instance was taken out of service in response to a user health-check.")
	return nil
}
