package awstest

import (
	"cmp"
	"fmt"
	"slices"
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
}

type refreshPreferences struct {
	MinHealthyPercentage *int
	InstanceWarmup       *int
	SkipMatching         *bool
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
	case r.Status == refreshCancelling:
		p.endRefresh(g, r, refreshCancelled, "Cancelled due to user request.")
		return
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

// refreshSome replaces as many as may be missing: at least one, if none is.
func (p *Place) refreshSome(g *group, r *refresh, old []*member, serving int) {
	least := 90
	if r.Preferences.MinHealthyPercentage != nil {
		least = *r.Preferences.MinHealthyPercentage
	}
	want := *g.spec.DesiredCapacity
	floor := (want*least + 99) / 100
	spare := max(want-floor, 1) - (want - serving)
	for _, m := range old[:max(0, min(spare, len(old)))] {
		p.retire(g, m, "At "+p.stamp()+" an instance was taken out of service in response to an instance refresh.")
	}
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
