package providertest

import (
	"errors"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// instanceCases are the contract of providers.Instances.
var instanceCases = []testCase{
	{"an instance that is terminated is replaced", withInstances(replacesTerminated)},
	{"a server group shrinks by the instances that are terminated, once", withInstances(shrinksByTerminated)},
	{"terminating instances of another or of none is no error", withInstances(terminatesGone)},
	{"terminating an instance that never was changes nothing", withInstances(terminatesNone)},
}

// rebootCases are the contract of providers.Reboots.
var rebootCases = []testCase{
	{"an instance that is rebooted is the same, and comes up again", reboots},
	{"instances of what is not there are not found", noInstances},
}

// instanceSuite is one test's view of the cloud's instances.
type instanceSuite struct {
	*suite
	instances providers.Instances
}

// withInstances puts a test to the cloud's instances.
func withInstances(test func(*instanceSuite)) func(*suite) {
	return func(s *suite) { test(&instanceSuite{suite: s, instances: as[providers.Instances](s)}) }
}

func (s *instanceSuite) terminate(g gennaker.ServerGroup, shrink bool, ids ...string) {
	s.Helper()
	t := gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: ids}, Shrink: shrink}
	if err := s.instances.TerminateInstances(s.ctx, t); err != nil {
		s.Fatalf("TerminateInstances(%v) = %v", ids, err)
	}
}

// has reports whether one of the instances has that id.
func has(g gennaker.ServerGroup, id string) bool {
	return slices.ContainsFunc(g.Instances, func(i gennaker.Instance) bool { return i.ID == id })
}

func replacesTerminated(s *instanceSuite) {
	g := s.have(0, 2)
	going, staying := g.Instances[0].ID, g.Instances[1].ID
	for range 2 { // each may run twice
		s.terminate(g, false, going)
	}
	after := s.eventually(g.Ref(), "whole again without "+going, func(g gennaker.ServerGroup) bool { return up(2)(g) && !has(g, going) })
	if !has(after, staying) || after.Capacity != g.Capacity {
		s.Errorf("afterwards it is %+v, want %s in it and capacity %s", after, staying, g.Capacity)
	}
}

func shrinksByTerminated(s *instanceSuite) {
	g := s.have(0, 3)
	going := g.Instances[1].ID
	for range 2 { // each may run twice
		s.terminate(g, true, going)
	}
	after := s.eventually(g.Ref(), "smaller by "+going, func(g gennaker.ServerGroup) bool { return up(2)(g) && !has(g, going) })
	want := gennaker.Capacity{Min: g.Capacity.Min, Desired: 2, Max: g.Capacity.Max}
	if after.Capacity != want {
		s.Errorf("capacity = %s, want %s", after.Capacity, want)
	}
}

func terminatesGone(s *instanceSuite) {
	g := s.have(0, 1)
	other := s.request(1, "b", 1)
	s.create(other)
	theirs := s.eventually(other.Ref(), "up", up(1)).Instances[0].ID
	s.terminate(g, true, theirs)
	for _, ref := range []gennaker.ServerGroupRef{g.Ref(), other.Ref()} {
		if now := s.get(ref); !up(1)(now) || now.Capacity.Desired != 1 {
			s.Errorf("afterwards %s is %+v, want it as it was", ref.Name, now)
		}
	}
}

func terminatesNone(s *instanceSuite) {
	g := s.have(0, 1)
	s.terminate(g, true, s.NoInstance)
	if now := s.get(g.Ref()); now.Capacity.Desired != 1 {
		s.Errorf("capacity = %s after nothing was terminated, want 1 desired", now.Capacity)
	}
}

func reboots(s *suite) {
	g := s.have(0, 2)
	first := gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: []string{g.Instances[0].ID}}
	if err := as[providers.Reboots](s).RebootInstances(s.ctx, first); err != nil {
		s.Fatalf("RebootInstances = %v", err)
	}
	s.eventually(g.Ref(), "up with the same instances", func(now gennaker.ServerGroup) bool {
		return up(2)(now) && has(now, g.Instances[0].ID) && has(now, g.Instances[1].ID)
	})
}

func noInstances(s *suite) {
	cloud := as[providers.Reboots](s)
	gone := gennaker.InstancesRef{ServerGroupRef: s.request(9, "a", 0).Ref(), IDs: []string{s.NoInstance}}
	if err := cloud.RebootInstances(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("RebootInstances of what is not there = %v, want ErrNotFound", err)
	}
	gone.ServerGroupRef = s.have(0, 1).Ref()
	if err := cloud.RebootInstances(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("RebootInstances of one that is not there = %v, want ErrNotFound", err)
	}
}
