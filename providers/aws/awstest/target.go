package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// targetID names a target within its group.
type targetID struct {
	ID               string `param:"Id" xml:"Id"`
	Port             int    `xml:",omitempty"`
	AvailabilityZone string `xml:",omitempty"`
}

func (t targetID) key() string { return fmt.Sprintf("%s:%d", t.ID, t.Port) }

// target is one that is registered, or was and is drained.
type target struct {
	targetID
	base  targetHealth
	since int // counts the registrations, so that what was planned for an earlier one is left
}

type targetHealth struct {
	State       string
	Reason      string `xml:",omitempty"`
	Description string `xml:",omitempty"`
}

// States of targets.
const (
	targetInitial   = "initial"
	targetHealthy   = "healthy"
	targetUnhealthy = "unhealthy"
	targetUnused    = "unused"
	targetDraining  = "draining"
)

var (
	registering   = targetHealth{targetInitial, "Elb.RegistrationInProgress", "Target registration is in progress"}
	firstChecks   = targetHealth{targetInitial, "Elb.InitialHealthChecking", "Initial health checks in progress"}
	passing       = targetHealth{State: targetHealthy}
	failing       = targetHealth{targetUnhealthy, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"}
	timingOut     = targetHealth{targetUnhealthy, "Target.FailedHealthChecks", "Health checks failed"}
	draining      = targetHealth{targetDraining, "Target.DeregistrationInProgress", "Target deregistration is in progress"}
	notRegistered = targetHealth{targetUnused, "Target.NotRegistered", "Target is not registered to the target group"}
	notInUse      = targetHealth{targetUnused, "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"}
	invalidState  = targetHealth{targetUnused, "Target.InvalidState", "Target is in the stopped state"}
)

// health is a target's, by its checks and by what makes those futile.
func (p *Place) health(g *targetGroup, t *target) targetHealth {
	i := p.instances[t.ID]
	switch {
	case t.base.State == targetDraining:
		return t.base
	case i != nil && i.state != pending && i.state != running:
		gone := invalidState
		gone.Description = "Target is in the " + i.state.Name + " state"
		return gone
	case len(p.usersOf(g.ARN)) == 0:
		return notInUse
	}
	return t.base
}

// addTarget registers a target; its checks begin a little later. It reports
// whether it was not registered before.
func (p *Place) addTarget(g *targetGroup, id targetID) bool {
	t := g.targets[id.key()]
	if t != nil && t.base.State != targetDraining {
		return false
	}
	p.cloud.ids++
	t = &target{targetID: id, base: registering, since: p.cloud.ids}
	g.targets[id.key()] = t
	p.soon(g, t, p.cloud.config.Times.Register, func(p *Place, g *targetGroup, t *target) {
		t.base = firstChecks
		p.soon(g, t, g.interval(), (*Place).check)
	})
	return true
}

// soon has something happen to a target, unless it is registered anew or gone
// by then.
func (p *Place) soon(g *targetGroup, t *target, d time.Duration, then func(*Place, *targetGroup, *target)) {
	arn, key, since := g.ARN, t.key(), t.since
	p.after(d, func(p *Place) {
		g := p.targetGroups[arn]
		if g == nil || g.targets[key] == nil || g.targets[key].since != since {
			return
		}
		then(p, g, g.targets[key])
	})
}

// check is the outcome of a target's health checks.
func (p *Place) check(g *targetGroup, t *target) {
	if t.base.State == targetDraining {
		return
	}
	switch {
	case !p.sick[t.ID]:
		t.base = passing
	case strings.HasPrefix(g.HealthCheckProtocol, "HTTP"):
		t.base = failing
	default:
		t.base = timingOut
	}
	p.examine(t.ID)
}

// drainTarget deregisters a target and returns how long it is drained.
func (p *Place) drainTarget(g *targetGroup, t *target) time.Duration {
	if t.base.State == targetDraining {
		return 0
	}
	if len(p.usersOf(g.ARN)) == 0 {
		delete(g.targets, t.key())
		return 0
	}
	p.cloud.ids++
	t.base, t.since = draining, p.cloud.ids
	p.soon(g, t, g.drain(), func(p *Place, g *targetGroup, t *target) { delete(g.targets, t.key()) })
	return g.drain()
}

// forgetTargets takes an instance that ended out of all target groups.
func (p *Place) forgetTargets(id string) {
	for _, g := range values(p.targetGroups) {
		for _, t := range values(g.targets) {
			if t.ID == id && t.base.State != targetDraining {
				delete(g.targets, t.key())
			}
		}
	}
}

type changeTargets struct {
	TargetGroupArn string
	Targets        []targetID
}

func registerTargets(c *call, in changeTargets) error {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return err
	}
	for _, t := range in.Targets {
		i := c.instances[t.ID]
		switch {
		case g.TargetType != "instance":
		case i == nil:
			return refuse("InvalidTarget", "The following targets are invalid: '%s'", t.ID)
		case i.state != running:
			return refuse("InvalidTarget", "The following targets are not in a running state and cannot be registered: '%s'", t.ID)
		}
	}
	for _, t := range in.Targets {
		t.Port = cmp.Or(t.Port, g.Port)
		if c.addTarget(g, t) {
			c.effect(t.ID)
		}
	}
	return nil
}

func deregisterTargets(c *call, in changeTargets) error {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return err
	}
	for _, asked := range in.Targets {
		for _, t := range values(g.targets) {
			if t.ID == asked.ID && (asked.Port == 0 || asked.Port == t.Port) && t.base.State != targetDraining {
				c.drainTarget(g, t)
				c.effect(t.ID)
			}
		}
	}
	return nil
}

type describeHealth struct {
	TargetGroupArn string
	Targets        []targetID
}

type targetDescription struct {
	Target          targetID
	HealthCheckPort string
	TargetHealth    targetHealth
}

type healthAnswer struct {
	Descriptions []targetDescription `xml:"TargetHealthDescriptions>member"`
}

func describeTargetHealth(c *call, in describeHealth) (out healthAnswer, err error) {
	g, err := c.targetGroup(in.TargetGroupArn)
	if err != nil {
		return out, err
	}
	if len(in.Targets) == 0 {
		for _, t := range values(g.targets) {
			out.Descriptions = append(out.Descriptions, c.describe(g, t))
		}
		return out, nil
	}
	for _, asked := range in.Targets {
		asked.Port = cmp.Or(asked.Port, g.Port)
		if t := g.targets[asked.key()]; t != nil {
			out.Descriptions = append(out.Descriptions, c.describe(g, t))
			continue
		}
		if i := c.instances[asked.ID]; i == nil && g.TargetType == "instance" {
			return out, refuse("InvalidTarget", "The following targets are invalid: '%s'", asked.ID)
		}
		out.Descriptions = append(out.Descriptions, targetDescription{asked, itoa(asked.Port), notRegistered})
	}
	return out, nil
}

func (p *Place) describe(g *targetGroup, t *target) targetDescription {
	port := g.HealthCheckPort
	if port == "traffic-port" {
		port = itoa(t.Port)
	}
	return targetDescription{t.targetID, port, p.health(g, t)}
}

// answerChecks has an instance pass or fail its health checks from now on.
func (p *Place) answerChecks(id string, ok bool) {
	if ok {
		delete(p.sick, id)
	} else {
		p.sick[id] = true
	}
	for _, g := range values(p.targetGroups) {
		times := g.UnhealthyThresholdCount
		if ok {
			times = g.HealthyThresholdCount
		}
		for _, t := range values(g.targets) {
			if t.ID == id && slices.Contains([]string{targetHealthy, targetUnhealthy}, t.base.State) {
				p.soon(g, t, time.Duration(times)*g.interval(), (*Place).check)
			}
		}
	}
	p.answerClassicChecks(id)
}
