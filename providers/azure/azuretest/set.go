package azuretest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

const typeSet = "Microsoft.Compute/virtualMachineScaleSets"

// set is a scale set.
type set struct {
	model    armcompute.VirtualMachineScaleSet // as it was asked for
	group    string
	state    string
	etag     int
	created  time.Time
	under    *operation // the one that is under way, or was last
	machines []*machine
	next     int // number of the next machine
}

// machine is one of its instances.
type machine struct {
	number  int
	name    string
	id      string
	created time.Time
	ready   time.Time // when it runs
	healthy time.Time // when it passes its health checks
	gone    time.Time // when it is no more; zero if it stays
	pools   []string
	coming  []string  // pools that it gets
	applied time.Time // when it gets them; zero if that is not under way
	failed  bool
	ill     bool
}

func (s *set) name() string { return value(s.model.Name) }

func (s *set) id() string { return value(s.model.ID) }

func (s *set) flexible() bool {
	return value(s.model.Properties.OrchestrationMode) == armcompute.OrchestrationModeFlexible
}

func (s *set) automatic() bool {
	return value(value(s.model.Properties.UpgradePolicy).Mode) == armcompute.UpgradeModeAutomatic
}

func (s *set) wanted() int { return int(value(value(s.model.SKU).Capacity)) }

// staying are the machines that are not being deleted.
func (s *set) staying() []*machine {
	return slices.DeleteFunc(slices.Clone(s.machines), func(m *machine) bool { return !m.gone.IsZero() })
}

// pools are the backend pools of the model.
func (s *set) pools() []string {
	var all []string
	for _, card := range value(value(s.model.Properties.VirtualMachineProfile).NetworkProfile).NetworkInterfaceConfigurations {
		for _, ip := range value(card.Properties).IPConfigurations {
			p := value(ip.Properties)
			for _, pool := range slices.Concat(p.LoadBalancerBackendAddressPools, p.ApplicationGatewayBackendAddressPools) {
				all = append(all, value(pool.ID))
			}
		}
	}
	return all
}

// settle makes of the cloud what time has made of it.
func (c *Cloud) settle() {
	now := c.now()
	for key, s := range c.sets {
		s.machines = slices.DeleteFunc(s.machines, func(m *machine) bool { return !m.gone.IsZero() && !now.Before(m.gone) })
		for _, m := range s.machines {
			if !m.applied.IsZero() && !now.Before(m.applied) {
				m.pools, m.applied = m.coming, time.Time{}
			}
		}
		if s.under == nil || now.Before(s.under.ends) {
			continue
		}
		switch {
		case s.state == "Deleting":
			delete(c.sets, key)
		case s.under.code != "" && s.under.code != "OperationPreempted":
			s.state = "Failed"
		default:
			s.state = "Succeeded"
		}
	}
}

// scale launches or deletes machines until there are as many as are wanted.
func (c *Cloud) scale(s *set) {
	now, staying := c.now(), s.staying()
	for n := len(staying); n < s.wanted(); n++ {
		c.launch(s, now)
	}
	for n := len(staying); n > s.wanted(); n-- {
		c.remove(staying[n-1], now) // the newest
	}
}

func (c *Cloud) launch(s *set, now time.Time) {
	m := &machine{number: s.next, created: now, ready: now.Add(c.config.Delays.Provision), pools: s.pools()}
	m.healthy = m.ready.Add(c.config.Delays.Warm)
	m.name = fmt.Sprintf("%s_%d", s.name(), m.number)
	m.id = s.id() + fmt.Sprintf("/virtualMachines/%d", m.number)
	if s.flexible() {
		m.name = fmt.Sprintf("%s_%08x", s.name(), c.number())
		m.id = id(s.group, "Microsoft.Compute/virtualMachines", m.name)
	}
	m.failed, m.ill = c.broken[s.name()] != "", c.sick(s)
	s.next++
	s.machines = append(s.machines, m)
	c.effects["instances launched"]++
}

func (c *Cloud) remove(m *machine, now time.Time) {
	m.gone = now.Add(c.config.Delays.Delete)
	c.effects["instances deleted"]++
}

// view is the scale set as it is read.
func (s *set) view(withUserData bool) armcompute.VirtualMachineScaleSet {
	v := s.model
	properties := *s.model.Properties
	profile := *properties.VirtualMachineProfile
	if !withUserData {
		profile.UserData = nil
	}
	system := value(profile.OSProfile)
	system.AdminPassword, system.CustomData = nil, nil // Azure tells nobody
	profile.OSProfile = &system
	properties.VirtualMachineProfile = &profile
	properties.ProvisioningState, properties.TimeCreated = to.Ptr(s.state), to.Ptr(s.created)
	v.Properties = &properties
	v.Etag = to.Ptr(fmt.Sprintf(`"%d"`, s.etag))
	return v
}

// lookup finds a scale set.
func (c *Cloud) lookup(group, name string) (*set, bool) {
	s, ok := c.sets[strings.ToLower(id(group, typeSet, name))]
	return s, ok
}

// sorted are the scale sets of which that holds, by id.
func (c *Cloud) sorted(ok func(*set) bool) []*set {
	var list []*set
	for _, s := range c.sets {
		if ok(s) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *set) int { return strings.Compare(a.id(), b.id()) })
	return list
}
