package awstest

import "maps"

// state is everything that a place holds: data alone, named by ids, so that it
// can be copied for answers that lag.
type state struct {
	vpcs           map[string]*vpc
	subnets        map[string]*subnet
	securityGroups map[string]*securityGroup
	images         map[string]*image
	keyPairs       map[string]*keyPair
	templates      map[string]*template // by id
	instances      map[string]*instance
	groups         map[string]*group // by name
	activities     []*activity       // oldest first
	targetGroups   map[string]*targetGroup
	loadBalancers  map[string]*loadBalancer
	listeners      map[string]*listener
	rules          map[string]*rule
	classics       map[string]*classic // by name
	refused        string              // why no instance can be launched, if so
	sick           map[string]bool     // instances that fail their health checks
}

func newState() *state {
	return &state{vpcs: map[string]*vpc{}, subnets: map[string]*subnet{}, securityGroups: map[string]*securityGroup{},
		images: map[string]*image{}, keyPairs: map[string]*keyPair{}, templates: map[string]*template{},
		instances: map[string]*instance{}, groups: map[string]*group{}, targetGroups: map[string]*targetGroup{},
		loadBalancers: map[string]*loadBalancer{}, listeners: map[string]*listener{}, rules: map[string]*rule{}, sick: map[string]bool{}, classics: map[string]*classic{}}
}

func (s *state) clone() *state {
	c := *s
	c.vpcs, c.subnets, c.securityGroups = copies(s.vpcs), copies(s.subnets), copies(s.securityGroups)
	c.images, c.keyPairs, c.templates = copies(s.images), copies(s.keyPairs), copies(s.templates)
	c.instances, c.loadBalancers, c.listeners, c.rules = copies(s.instances), copies(s.loadBalancers), copies(s.listeners), copies(s.rules)
	c.groups, c.targetGroups, c.classics = copies(s.groups), copies(s.targetGroups), copies(s.classics)
	for _, g := range c.groups {
		g.members = copiesOf(g.members)
		g.attachments = copiesOf(g.attachments)
		g.hooks = copiesOf(g.hooks)
		g.refreshes = copiesOf(g.refreshes)
		g.policies, g.schedule = maps.Clone(g.policies), maps.Clone(g.schedule)
	}
	for _, g := range c.targetGroups {
		g.targets = copies(g.targets)
		g.attributes = maps.Clone(g.attributes)
	}
	c.activities = copiesOf(s.activities)
	c.sick = maps.Clone(s.sick)
	return &c
}

// copies copies a map and what it points to, one level deep: the slices in
// there are replaced when they change, never written to.
func copies[T any](m map[string]*T) map[string]*T {
	c := make(map[string]*T, len(m))
	for key, value := range m {
		copied := *value
		c[key] = &copied
	}
	return c
}

func copiesOf[T any](list []*T) []*T {
	c := make([]*T, len(list))
	for i, value := range list {
		copied := *value
		c[i] = &copied
	}
	return c
}
