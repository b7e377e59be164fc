package awstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// groupSpec is what can be said of an Auto Scaling group when it is made and
// when it is updated. What is nil was not said.
type groupSpec struct {
	LaunchTemplate                   *templateRef
	MixedInstancesPolicy             *mixedPolicy
	MinSize                          *int
	MaxSize                          *int
	DesiredCapacity                  *int
	DefaultCooldown                  *int
	AvailabilityZones                []string `xml:"AvailabilityZones>member"`
	HealthCheckType                  *string
	HealthCheckGracePeriod           *int
	PlacementGroup                   *string
	VPCZoneIdentifier                *string
	TerminationPolicies              []string `xml:"TerminationPolicies>member"`
	NewInstancesProtectedFromScaleIn *bool
	ServiceLinkedRoleARN             *string
	MaxInstanceLifetime              *int
	CapacityRebalance                *bool
	DesiredCapacityType              *string
	DefaultInstanceWarmup            *int
	InstanceMaintenancePolicy        *maintenancePolicy
}

type mixedPolicy struct {
	LaunchTemplate        *mixedTemplate
	InstancesDistribution *distribution
}

type mixedTemplate struct {
	LaunchTemplateSpecification *templateRef
	Overrides                   []override `xml:"Overrides>member"`
}

type override struct {
	InstanceType                string `xml:",omitempty"`
	WeightedCapacity            string `xml:",omitempty"`
	LaunchTemplateSpecification *templateRef
}

type distribution struct {
	OnDemandAllocationStrategy          string `xml:",omitempty"`
	OnDemandBaseCapacity                *int
	OnDemandPercentageAboveBaseCapacity *int
	SpotAllocationStrategy              string `xml:",omitempty"`
	SpotInstancePools                   *int
	SpotMaxPrice                        string `xml:",omitempty"`
}

type maintenancePolicy struct {
	MinHealthyPercentage *int
	MaxHealthyPercentage *int
}

// group is an Auto Scaling group.
type group struct {
	name, arn   string
	created     time.Time
	spec        groupSpec
	members     []*member
	attachments []*attachment
	suspended   []string
	hooks       []*hook
	refreshes   []*refresh // oldest first
	policies    map[string]*policy
	schedule    map[string]*scheduledAction
	tags        []groupTag
	metrics     []string
	deleting    bool
	forced      bool
	blockedTill time.Time // no launch before this, after one was refused
	launches    int
	spots       int
}

// member is an instance as its group sees it.
type member struct {
	InstanceId           string
	InstanceType         string
	AvailabilityZone     string
	LifecycleState       string
	HealthStatus         string
	LaunchTemplate       *templateRef
	ProtectedFromScaleIn bool
	grace                time.Time // health checks do not count before this
	served               time.Time // when it went into service
	launched             time.Time
	version              int
	activity             string // id of the one in progress
	waiting              *wait
}

// Life cycle states and health of members.
const (
	statePending     = "Pending"
	stateInService   = "InService"
	stateTerminating = "Terminating"
	stateStandby     = "Standby"

	healthy   = "Healthy"
	unhealthy = "Unhealthy"
)

func (m *member) active() bool {
	return strings.HasPrefix(m.LifecycleState, statePending) || m.LifecycleState == stateInService
}

// Processes that can be suspended.
const (
	launchProcess    = "Launch"
	terminateProcess = "Terminate"
	addProcess       = "AddToLoadBalancer"
	checkProcess     = "HealthCheck"
	replaceProcess   = "ReplaceUnhealthy"
	alarmProcess     = "AlarmNotification"
	rebalanceProcess = "AZRebalance"
	scheduleProcess  = "ScheduledActions"
	refreshProcess   = "InstanceRefresh"
)

var processes = []string{launchProcess, terminateProcess, addProcess, alarmProcess, rebalanceProcess, checkProcess,
	refreshProcess, replaceProcess, scheduleProcess}

func (g *group) runs(process string) bool { return !slices.Contains(g.suspended, process) }

func (g *group) active() int {
	n := 0
	for _, m := range g.members {
		if m.active() {
			n++
		}
	}
	return n
}

func (g *group) member(id string) *member {
	for _, m := range g.members {
		if m.InstanceId == id {
			return m
		}
	}
	return nil
}

// memberOf finds an instance's group.
func (p *Place) memberOf(id string) (*group, *member) {
	for _, g := range p.groups {
		if m := g.member(id); m != nil {
			return g, m
		}
	}
	return nil, nil
}

// template is what the group's instances are made of, and the version's
// reference as they show it.
func (p *Place) templateOf(g *group) (templateData, *templateRef, error) {
	ref, _ := g.wanted().template()
	t, err := p.template(ref.LaunchTemplateId, ref.LaunchTemplateName)
	if err != nil {
		return templateData{}, nil, err
	}
	v, ok := t.version(ref.Version)
	if !ok {
		return templateData{}, nil, noVersion(ref.Version)
	}
	return v.Data, &templateRef{t.ID, t.Name, itoa(v.Number)}, nil
}

func (s groupSpec) template() (templateRef, bool) {
	switch m := s.MixedInstancesPolicy; {
	case s.LaunchTemplate != nil:
		return *s.LaunchTemplate, true
	case m != nil && m.LaunchTemplate != nil && m.LaunchTemplate.LaunchTemplateSpecification != nil:
		return *m.LaunchTemplate.LaunchTemplateSpecification, true
	}
	return templateRef{}, false
}

// subnetsOf are where the group's instances go.
func (p *Place) subnetsOf(g *group) []*subnet {
	var list []*subnet
	if g.spec.VPCZoneIdentifier != nil && *g.spec.VPCZoneIdentifier != "" {
		for id := range strings.SplitSeq(*g.spec.VPCZoneIdentifier, ",") {
			if s := p.subnets[strings.TrimSpace(id)]; s != nil {
				list = append(list, s)
			}
		}
		return list
	}
	for _, s := range values(p.subnets) {
		if s.DefaultForAZ && slices.Contains(g.spec.AvailabilityZones, s.Zone) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *subnet) int { return cmp.Compare(a.Zone, b.Zone) })
	return list
}
