package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// refresh is an instance refresh: it replaces the instances of a group a few
// at a time.
type refresh struct {
	InstanceRefreshId    string
	AutoScalingGroupName string
	Status               string
	StatusReason         string `xml:",omitempty"`
	StartTime            time.Time
	EndTime              *time.Time
	PercentageComplete   int
	InstancesToUpdate    int
	Preferences          refreshPreferences
	DesiredConfiguration *desiredConfiguration
	total                int
	surge                int // instances more than wanted, launched before others go
}

type refreshPreferences struct {
	MinHealthyPercentage *int
	MaxHealthyPercentage *int
	InstanceWarmup       *int
	SkipMatching         *bool
}

// check refuses percentages that are none, or too far from each other.
func (p refreshPreferences) check() error {
	for _, f := range []struct {
		name        string
		value       *int
		least, most int
	}{{"minHealthyPercentage", p.MinHealthyPercentage, 0, 100}, {"maxHealthyPercentage", p.MaxHealthyPercentage, 100, 200}} {
		if f.value == nil {
			continue
		}
		const broken = "1 validation error detected: Value '%d' at 'preferences.%s' failed to satisfy constraint: Member must have value "
		if *f.value < f.least {
			return refuse("ValidationError", broken+"greater than or equal to %d", *f.value, f.name, f.least)
		}
		if *f.value > f.most {
			return refuse("ValidationError", broken+"less than or equal to %d", *f.value, f.name, f.most)
		}
	}
	switch least, most := p.MinHealthyPercentage, p.MaxHealthyPercentage; {
	case most == nil:
		return nil
	case least == nil:
		return refuse("ValidationError", "If you specify MaxHealthyPercentage, you must also specify MinHealthyPercentage.")
	case *most-*least > 100:
		return refuse("ValidationError", "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.")
	}
	return nil
}

type desiredConfiguration struct {
	LaunchTemplate       *templateRef
	MixedInstancesPolicy *mixedPolicy
}

// States of an instance refresh.
const (
	refreshInProgress = "InProgress"
	refreshCancelling = "Cancelling"
	refreshCancelled  = "Cancelled"
	refreshSuccessful = "Successful"
)

// refreshPace is how often a refresh looks at its group.
const refreshPace = 5 * time.Second

func (r *refresh) active() bool {
	return r.Status == refreshInProgress || r.Status == refreshCancelling
}

func (g *group) activeRefresh() *refresh {
	for _, r := range g.refreshes {
		if r.active() {
			return r
		}
	}
	return nil
}

// size is how many instances there shall be for now.
func (g *group) size() int {
	if r := g.activeRefresh(); r != nil {
		return *g.spec.DesiredCapacity + r.surge
	}
	return *g.spec.DesiredCapacity
}

// wanted is what new instances are made of: what a refresh in progress goes
// to, or else what the group says.
func (g *group) wanted() groupSpec {
	spec := g.spec
	if r := g.activeRefresh(); r != nil {
		r.DesiredConfiguration.applyTo(&spec)
	}
	return spec
}

func (d *desiredConfiguration) applyTo(s *groupSpec) {
	if d != nil && (d.LaunchTemplate != nil || d.MixedInstancesPolicy != nil) {
		s.LaunchTemplate, s.MixedInstancesPolicy = d.LaunchTemplate, d.MixedInstancesPolicy
	}
}

type startRefresh struct {
	AutoScalingGroupName string
	Strategy             string
	DesiredConfiguration *desiredConfiguration
	Preferences          refreshPreferences
}

type refreshAnswer struct{ InstanceRefreshId string }

func startInstanceRefresh(c *call, in startRefresh) (out refreshAnswer, err error) {
	g, err := c.modifiable(in.AutoScalingGroupName)
	switch {
	case err != nil:
		return out, err
	case in.Strategy != "" && in.Strategy != "Rolling":
		return out, notSimulated("there is no refresh strategy %s", in.Strategy)
	case g.activeRefresh() != nil:
		return out, refuse("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
	}
	if err := in.Preferences.check(); err != nil {
		return out, err
	}
	after := *g
	in.DesiredConfiguration.applyTo(&after.spec)
	if err := c.check(&after); err != nil {
		return out, err
	}
	if in.DesiredConfiguration != nil {
		in.DesiredConfiguration = &desiredConfiguration{after.spec.LaunchTemplate, after.spec.MixedInstancesPolicy}
	}
	r := &refresh{InstanceRefreshId: c.cloud.newUUID(), AutoScalingGroupName: g.name, Status: refreshInProgress, StartTime: c.now,
		Preferences: in.Preferences, DesiredConfiguration: in.DesiredConfiguration}
	g.refreshes = append(g.refreshes, r)
	r.total = len(c.outdated(g, r))
	r.InstancesToUpdate = r.total
	c.effect(g.name)
	c.refreshOn(g, r)
	return refreshAnswer{r.InstanceRefreshId}, nil
}

// refreshOn does the next step of a refresh a little later.
func (p *Place) refreshOn(g *group, r *refresh) {
	name, id := g.name, r.InstanceRefreshId
	p.after(refreshPace, func(p *Place) {
		g := p.groups[name]
		if g == nil {
			return
		}
		if r := g.activeRefresh(); r != nil && r.InstanceRefreshId == id {
			p.refreshStep(g, r)
		}
	})
}

// outdated are the members that the refresh has still to replace.
func (p *Place) outdated(g *group, r *refresh) []*member {
	_, ref, _ := p.templateOf(g)
	skip := r.Preferences.SkipMatching != nil && *r.Preferences.SkipMatching
	var list []*member
	for _, m := range g.members {
		if m.active() && !m.launched.After(r.StartTime) && !(skip && ref != nil && m.LaunchTemplate != nil && *m.LaunchTemplate == *ref) {
			list = append(list, m)
		}
	}
	return list
}

func (p *Place) refreshStep(g *group, r *refresh) {
	old := p.outdated(g, r)
	r.InstancesToUpdate = len(old)
	if r.total > 0 {
		r.PercentageComplete = (r.total - len(old)) * 100 / r.total
	}
	serving := p.warm(g, r)
	switch {
	case r.Status == refreshCancelling && g.settled():
		p.endRefresh(g, r, refreshCancelled, "Cancelled due to user request.")
		return
	case r.Status == refreshCancelling: // what is on its way is waited for
	case len(old) == 0 && serving >= *g.spec.DesiredCapacity:
		r.PercentageComplete = 100
		r.DesiredConfiguration.applyTo(&g.spec)
		p.endRefresh(g, r, refreshSuccessful, "")
		return
	case g.runs(refreshProcess) && g.runs(terminateProcess) && g.runs(launchProcess):
		p.refreshSome(g, r, old, serving)
	}
	p.refreshOn(g, r)
}

// settled reports whether no launch and no termination is on its way.
func (g *group) settled() bool {
	return !slices.ContainsFunc(g.members, func(m *member) bool {
		return strings.HasPrefix(m.LifecycleState, statePending) || strings.HasPrefix(m.LifecycleState, stateTerminating)
	})
}

// bounds are how many instances must serve while the group is refreshed, and
// how many more than wanted there may be. If nobody has said a maximum, one
// instance goes even where none may; if somebody has, another is launched
// before it.
func (g *group) bounds(r *refresh) (floor, extra int) {
	least, most := r.Preferences.MinHealthyPercentage, r.Preferences.MaxHealthyPercentage
	if policy := g.spec.InstanceMaintenancePolicy; policy != nil && *cmp.Or(policy.MinHealthyPercentage, ptr(-1)) >= 0 {
		least, most = cmp.Or(least, policy.MinHealthyPercentage), cmp.Or(most, policy.MaxHealthyPercentage)
	}
	want := *g.spec.DesiredCapacity
	floor = (want**cmp.Or(least, ptr(90)) + 99) / 100
	switch {
	case most == nil:
		return min(floor, want-1), 0
	case floor == want:
		return floor, max(1, want*(*most-100)/100)
	}
	return floor, want * (*most - 100) / 100
}

// refreshSome replaces as many as may be missing, and launches others before
// where there may be more.
func (p *Place) refreshSome(g *group, r *refresh, old []*member, serving int) {
	floor, extra := g.bounds(r)
	going := max(0, min(serving-floor, len(old)))
	for _, m := range old[:going] {
		p.retire(g, m, "At "+p.stamp()+" an instance was taken out of service in response to an instance refresh.")
	}
	r.surge = min(extra, len(old)-going)
	p.reconcile(g, "an instance was launched in response to an instance refresh.")
}

// warm counts the members that serve: the old ones, and the new ones whose
// time to warm up is over.
func (p *Place) warm(g *group, r *refresh) int {
	warmup := cmp.Or(r.Preferences.InstanceWarmup, g.spec.DefaultInstanceWarmup, g.spec.HealthCheckGracePeriod)
	n := 0
	for _, m := range g.members {
		served := m.served.Add(time.Duration(*warmup) * time.Second)
		if m.LifecycleState == stateInService && m.HealthStatus == healthy && (!m.launched.After(r.StartTime) || !p.now.Before(served)) {
			n++
		}
	}
	return n
}

func (p *Place) endRefresh(g *group, r *refresh, status, reason string) {
	now := p.now
	r.Status, r.StatusReason, r.EndTime = status, reason, &now
	p.reconcile(g, "an instance refresh ended.")
}

type oneGroup struct{ AutoScalingGroupName string }

func cancelInstanceRefresh(c *call, in oneGroup) (out refreshAnswer, err error) {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	r := g.activeRefresh()
	if r == nil {
		return out, refuse("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group %s", g.name)
	}
	if r.Status != refreshCancelling {
		r.Status = refreshCancelling
		c.effect(g.name)
	}
	return refreshAnswer{r.InstanceRefreshId}, nil
}

type describeRefreshes struct {
	AutoScalingGroupName string
	InstanceRefreshIds   []string
	NextToken            string
	MaxRecords           int
}

type refreshesAnswer struct {
	InstanceRefreshes []*refresh `xml:"InstanceRefreshes>member"`
	NextToken         string     `xml:",omitempty"`
}

func describeInstanceRefreshes(c *call, in describeRefreshes) (out refreshesAnswer, err error) {
	g, err := c.group(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	list := slices.DeleteFunc(slices.Clone(g.refreshes), func(r *refresh) bool {
		return len(in.InstanceRefreshIds) > 0 && !slices.Contains(in.InstanceRefreshIds, r.InstanceRefreshId)
	})
	newest := func(r *refresh) string { return fmt.Sprintf("%09d", 100_000_000-slices.Index(g.refreshes, r)) }
	out.InstanceRefreshes, out.NextToken, err = page(c.Place, list, newest, paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 100})
	return out, err
}
