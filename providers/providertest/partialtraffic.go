package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// partialTrafficCases are the contract of providers.PartialTraffic.
var partialTrafficCases = []testCase{
	{"a part of a server group leaves the traffic, and comes back when it is enabled", disablesPart},
}

func disablesPart(s *suite) {
	part := as[providers.PartialTraffic](s)
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
