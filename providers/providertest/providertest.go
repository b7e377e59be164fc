// Package providertest is the suite that every provider passes: the contract
// of package providers, put to a real or a simulated cloud.
package providertest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Harness says how to reach the cloud under test.
type Harness struct {
	// Open returns a provider of an account that holds no server groups.
	Open func(t *testing.T) providers.Provider
	// Region is where server groups are made.
	Region string
	// Spec is the cloud's part of a cluster block whose instances become
	// healthy.
	Spec map[string]any
	// Jobs are needed if the provider has jobs.
	Jobs *JobSpecs
	// Patience bounds each wait for the cloud; default a minute.
	Patience time.Duration
}

// Run puts the whole contract to the provider.
func Run(t *testing.T, h Harness) {
	if h.Patience == 0 {
		h.Patience = time.Minute
	}
	for _, c := range []struct {
		name string
		test func(*suite)
	}{
		{"a created server group is listed with its marks and becomes healthy", creates},
		{"creating again with the same token changes nothing", createsOnce},
		{"a name taken by another is refused", refusesTakenName},
		{"server groups are listed oldest first and within scope", listsInOrder},
		{"a resized server group gets and loses instances", resizes},
		{"a disabled server group keeps its instances and can be enabled again", disables},
		{"a part of a server group leaves the traffic, and comes back when it is enabled", disablesPart},
		{"a destroyed server group goes away, and destroying it again is no error", destroys},
		{"a server group that is not there is not found", notFound},
		{"a capacity that cannot be is invalid", refusesCapacity},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(open(t, h)) })
	}
	for _, c := range jobTests {
		t.Run(c.name, func(t *testing.T) {
			if s, ok := withJobs(open(t, h)); ok {
				c.test(s)
			}
		})
	}
}

// suite is one test's view of the cloud.
type suite struct {
	*testing.T
	Harness
	ctx      context.Context
	provider providers.Provider
	groups   providers.ServerGroups
}

func open(t *testing.T, h Harness) *suite {
	t.Helper()
	p := h.Open(t)
	groups, ok := p.(providers.ServerGroups)
	if !ok {
		t.Fatalf("%s has no ServerGroups", p.Name())
	}
	s := &suite{T: t, Harness: h, ctx: t.Context(), provider: p, groups: groups}
	t.Cleanup(s.sweep)
	return s
}

// sweep leaves nothing behind, whatever the test did.
func (s *suite) sweep() {
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	left, err := s.groups.List(ctx, gennaker.Scope{})
	if err != nil {
		s.Errorf("List after the test: %v", err)
	}
	for _, g := range left {
		if err := s.groups.Destroy(ctx, g.Ref()); err != nil {
			s.Errorf("Destroy %s after the test: %v", g.Name, err)
		}
	}
}

func (s *suite) request(sequence int, token string, desired int) gennaker.CreateServerGroup {
	m := gennaker.Moniker{App: "conform", Stack: "it", Sequence: sequence}
	return gennaker.CreateServerGroup{
		Location: gennaker.Location{Account: "test", Region: s.Region},
		Name:     m.Name(), Moniker: m,
		Capacity: gennaker.Capacity{Min: 0, Desired: desired, Max: 3},
		Marks: map[string]string{gennaker.MarkExecution: "conform/it/1", gennaker.MarkStage: "1",
			gennaker.MarkToken: token},
		Spec: s.Spec,
	}
}

func (s *suite) create(c gennaker.CreateServerGroup) gennaker.ServerGroup {
	s.Helper()
	if err := s.groups.Create(s.ctx, c); err != nil {
		s.Fatalf("Create(%s) = %v", c.Name, err)
	}
	return s.get(c.Ref())
}

func (s *suite) get(ref gennaker.ServerGroupRef) gennaker.ServerGroup {
	s.Helper()
	g, err := s.groups.Get(s.ctx, ref)
	if err != nil {
		s.Fatalf("Get(%s) = %v", ref.Name, err)
	}
	return g
}

// eventually reads the server group until it is as wanted.
func (s *suite) eventually(ref gennaker.ServerGroupRef, want string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	s.Helper()
	deadline := time.Now().Add(s.Patience)
	for {
		g := s.get(ref)
		if ok(g) {
			return g
		}
		if time.Now().After(deadline) {
			s.Fatalf("%s never was %s: %+v", ref.Name, want, g)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func up(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool { return len(g.Instances) == n && g.Count(gennaker.Up) == n }
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

func createsOnce(s *suite) {
	c := s.request(0, "a", 1)
	first := s.create(c)
	second := s.create(c)
	if !first.Created.Equal(second.Created) {
		s.Errorf("created at %s, then at %s: it was made twice", first.Created, second.Created)
	}
	s.eventually(c.Ref(), "up with 1 instance", up(1))
}

func refusesTakenName(s *suite) {
	s.create(s.request(0, "a", 1))
	if err := s.groups.Create(s.ctx, s.request(0, "b", 1)); !errors.Is(err, gennaker.ErrExists) {
		s.Errorf("Create of a taken name = %v, want ErrExists", err)
	}
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
	if len(g.Instances) != 1 {
		s.Errorf("a disabled server group has %d instances, want 1", len(g.Instances))
	}
	for range 2 {
		if err := s.groups.Enable(s.ctx, c.Ref()); err != nil {
			s.Fatalf("Enable = %v", err)
		}
	}
	s.eventually(c.Ref(), "up and enabled again", func(g gennaker.ServerGroup) bool { return g.Enabled && up(1)(g) })
}

func disablesPart(s *suite) {
	part, ok := s.groups.(providers.PartialTraffic)
	if !ok {
		return
	}
	c := s.request(0, "a", 3)
	s.create(c)
	s.eventually(c.Ref(), "up", up(3))
	for _, step := range []struct{ percent, up int }{{50, 2}, {50, 2}, {67, 1}, {10, 3}, {40, 2}} {
		if err := part.DisablePart(s.ctx, c.Ref(), step.percent); err != nil {
			s.Fatalf("DisablePart %d %% = %v", step.percent, err)
		}
		g := s.eventually(c.Ref(), "partly out of service", func(g gennaker.ServerGroup) bool { return g.Count(gennaker.Up) == step.up })
		if !g.Enabled || len(g.Instances) != 3 {
			s.Errorf("with %d %% out of traffic it is enabled: %t, with %d instances; want true, 3", step.percent, g.Enabled, len(g.Instances))
		}
	}
	if err := s.groups.Enable(s.ctx, c.Ref()); err != nil {
		s.Fatalf("Enable = %v", err)
	}
	s.eventually(c.Ref(), "up again", up(3))
	gone := s.request(9, "a", 1)
	if err := part.DisablePart(s.ctx, gone.Ref(), 50); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("DisablePart of one that is not there = %v, want ErrNotFound", err)
	}
}

func destroys(s *suite) {
	c := s.request(0, "a", 1)
	s.create(c)
	for range 2 {
		if err := s.groups.Destroy(s.ctx, c.Ref()); err != nil {
			s.Fatalf("Destroy = %v", err)
		}
	}
	deadline := time.Now().Add(s.Patience)
	for {
		_, err := s.groups.Get(s.ctx, c.Ref())
		if errors.Is(err, gennaker.ErrNotFound) {
			break
		}
		if err != nil || time.Now().After(deadline) {
			s.Fatalf("Get after Destroy = %v, want ErrNotFound", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := s.groups.Destroy(s.ctx, c.Ref()); err != nil {
		s.Errorf("Destroy of what is gone = %v", err)
	}
}

func notFound(s *suite) {
	ref := s.request(9, "a", 0).Ref()
	for name, err := range map[string]error{
		"Get":     second(s.groups.Get(s.ctx, ref)),
		"Resize":  s.groups.Resize(s.ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref}),
		"Enable":  s.groups.Enable(s.ctx, ref),
		"Disable": s.groups.Disable(s.ctx, ref),
	} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
}

func second(_ gennaker.ServerGroup, err error) error { return err }

func refusesCapacity(s *suite) {
	c := s.request(0, "a", 1)
	c.Capacity = gennaker.Capacity{Min: 2, Desired: 1, Max: 1}
	if err := s.groups.Create(s.ctx, c); !errors.Is(err, gennaker.ErrInvalid) {
		s.Errorf("Create with capacity %s = %v, want ErrInvalid", c.Capacity, err)
	}
}
