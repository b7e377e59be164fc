package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// stopCases are the contract of providers.Stops.
var stopCases = []testCase{
	{"a server group that is stopped rests with its capacity, and has its traffic again when it is started", stopsAndStarts},
	{"stopping and starting what is not there is not found", stopsNone},
}

// resting is a server group without instances that keeps its size.
func resting(g gennaker.ServerGroup) bool {
	return g.Resting && !g.Enabled && len(g.Instances) == 0
}

// stopped has a server group with that many instances to be.
func stopped(n int) func(*suite) {
	return func(s *suite) {
		instances(n)(s)
		if err := as[providers.Stops](s).StopServerGroup(s.ctx, s.ref()); err != nil {
			s.Fatalf("StopServerGroup = %v", err)
		}
		s.eventually(s.ref(), "at rest", resting)
	}
}

func stopsAndStarts(s *suite) {
	stopped(2)(s)
	if g := s.get(s.ref()); g.Capacity != s.before.Capacity {
		s.Errorf("a stopped server group has capacity %s, want %s", g.Capacity, s.before.Capacity)
	}
	if err := as[providers.Stops](s).StartServerGroup(s.ctx, s.ref()); err != nil {
		s.Fatalf("StartServerGroup = %v", err)
	}
	s.eventually(s.ref(), "up and in traffic", func(g gennaker.ServerGroup) bool { return g.Enabled && up(2)(g) })
}

func stopsNone(s *suite) {
	cloud, gone := as[providers.Stops](s), s.request(9, "a", 0).Ref()
	for name, err := range map[string]error{"StopServerGroup": cloud.StopServerGroup(s.ctx, gone), "StartServerGroup": cloud.StartServerGroup(s.ctx, gone)} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
}
