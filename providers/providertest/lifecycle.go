package providertest

import (
	"errors"
	"maps"
	"slices"

	"github.com/gennaker/gennaker"
)

// lifeCycleCases are how a server group comes, changes and goes.
var lifeCycleCases = []testCase{
	{"a created server group is listed with its marks and becomes healthy", creates},
	{"server groups are listed oldest first and within scope", listsInOrder},
	{"every server group is listed, however many there are", listsAll},
	{"instances have ids of their own and the time of their launch", knowsInstances},
	{"a resized server group gets and loses instances", resizes},
	{"a disabled server group keeps its instances and can be enabled again", disables},
	{"a server group made out of traffic is out of it until it is enabled", createsDisabled},
	{"a destroyed server group goes away, and destroying it again is no error", destroys},
}

func creates(s *suite) {
	c := s.request(0, "a", 2)
	g := s.create(c)
	if g.Name != c.Name || g.Moniker != c.Moniker || g.Capacity != c.Capacity || !g.Enabled || g.Created.IsZero() {
		s.Errorf("Get(%s) = %+v, want what was asked for, enabled and dated", c.Name, g)
	}
	for mark, value := range c.Marks {
		if g.Marks[mark] != value {
			s.Errorf("mark %s = %q, want %q", mark, g.Marks[mark], value)
		}
	}
	s.eventually(c.Ref(), "up with 2 instances", up(2))
}

func listsInOrder(s *suite) {
	for _, sequence := range []int{7, 8, 2} {
		s.create(s.request(sequence, "a", 0))
	}
	other := s.request(0, "a", 0)
	other.Moniker.App, other.Name = "other", "other-it-v000"
	s.create(other)
	for _, scope := range []gennaker.Scope{{Application: "conform"}, {Cluster: "conform-it"}, {Region: s.Region, Cluster: "conform-it"}} {
		groups, err := s.groups.List(s.ctx, scope)
		if err != nil {
			s.Fatalf("List(%+v) = %v", scope, err)
		}
		var got []int
		for _, g := range groups {
			got = append(got, g.Moniker.Sequence)
		}
		if !slices.Equal(got, []int{7, 8, 2}) {
			s.Errorf("List(%+v) sequences = %v, want [7 8 2]", scope, got)
		}
	}
}

func listsAll(s *suite) {
	want := map[string]bool{}
	for sequence := range s.Page {
		c := s.request(sequence, "a", 0)
		s.create(c)
		want[c.Name] = true
	}
	for _, scope := range []gennaker.Scope{{}, {Cluster: "conform-it"}} {
		groups, err := s.groups.List(s.ctx, scope)
		if err != nil {
			s.Fatalf("List(%+v) = %v", scope, err)
		}
		got := map[string]bool{}
		for _, g := range groups {
			got[g.Name] = true
		}
		if len(groups) != len(want) || !maps.Equal(got, want) {
			s.Errorf("List(%+v) returned %d server groups of %d, %d of them different", scope, len(groups), len(want), len(got))
		}
	}
}

func resizes(s *suite) {
	c := s.request(0, "a", 1)
	s.create(c)
	for _, n := range []int{3, 1, 0} {
		r := gennaker.ResizeServerGroup{ServerGroupRef: c.Ref(), Capacity: gennaker.Capacity{Desired: n, Max: 3}}
		if err := s.groups.Resize(s.ctx, r); err != nil {
			s.Fatalf("Resize to %d = %v", n, err)
		}
		g := s.eventually(c.Ref(), "resized", up(n))
		if g.Capacity != r.Capacity {
			s.Errorf("capacity = %s, want %s", g.Capacity, r.Capacity)
		}
	}
}

func disables(s *suite) {
	c := s.request(0, "a", 1)
	s.create(c)
	s.eventually(c.Ref(), "up", up(1))
	for range 2 { // each may run twice
		if err := s.groups.Disable(s.ctx, c.Ref()); err != nil {
			s.Fatalf("Disable = %v", err)
		}
	}
	g := s.eventually(c.Ref(), "out of service", func(g gennaker.ServerGroup) bool {
		return !g.Enabled && g.Count(gennaker.Up) == 0
	})
	want := 1
	if g.Resting {
		want = 0
	}
	if len(g.Instances) != want || g.Capacity != c.Capacity {
		s.Errorf("a disabled server group has %d instances and capacity %s, want %d and %s", len(g.Instances), g.Capacity, want, c.Capacity)
	}
	for range 2 {
		if err := s.groups.Enable(s.ctx, c.Ref()); err != nil {
			s.Fatalf("Enable = %v", err)
		}
	}
	s.eventually(c.Ref(), "up and enabled again", func(g gennaker.ServerGroup) bool { return g.Enabled && up(1)(g) })
}

func createsDisabled(s *suite) {
	c := s.request(0, "a", 1)
	c.Disabled = true
	if g := s.create(c); g.Enabled {
		s.Errorf("it is enabled: %+v", g)
	}
	g := s.eventually(c.Ref(), "started", func(g gennaker.ServerGroup) bool {
		return g.Resting || len(g.Instances) == 1 && g.Count(gennaker.Starting) == 0
	})
	if g.Enabled || g.Count(gennaker.Up) > 0 {
		s.Errorf("with its instances started it is %+v, want it out of traffic", g)
	}
	if err := s.groups.Enable(s.ctx, c.Ref()); err != nil {
		s.Fatalf("Enable = %v", err)
	}
	s.eventually(c.Ref(), "up and enabled", func(g gennaker.ServerGroup) bool { return g.Enabled && up(1)(g) })
}

func destroys(s *suite) {
	c := s.request(0, "a", 1)
	s.create(c)
	for range 2 {
		if err := s.groups.Destroy(s.ctx, c.Ref()); err != nil {
			s.Fatalf("Destroy = %v", err)
		}
	}
	s.gone(c.Ref())
	if err := s.groups.Destroy(s.ctx, c.Ref()); err != nil {
		s.Errorf("Destroy of what is gone = %v", err)
	}
}

// gone waits until there is no such server group.
func (s *suite) gone(ref gennaker.ServerGroupRef) {
	s.Helper()
	var err error
	s.until(func() bool {
		_, err = s.groups.Get(s.ctx, ref)
		return errors.Is(err, gennaker.ErrNotFound)
	}, func() { s.Fatalf("Get(%s) after Destroy = %v, want ErrNotFound", ref.Name, err) })
}
