package providertest

import (
	"context"
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// trafficSplitCases are the contract of providers.TrafficSplits.
var trafficSplitCases = []testCase{
	{"server groups share the traffic as they are told, whatever their capacities", splitsTraffic},
	{"who is named with nothing, or not named, is disabled; who is named is enabled", splitEnablesAndDisables},
	{"who is enabled after a split gets a part by its capacity, and the others keep their proportions", splitHolds},
	{"a split that cannot be is refused, and changes nothing", refusesSplits},
}

func (s *suite) split(percents map[string]int) gennaker.SplitTraffic {
	return gennaker.SplitTraffic{ClusterRef: s.ref().Cluster(), Percents: percents}
}

// named is the name of a server group of the cluster.
func (s *suite) named(sequence int) string { return s.request(sequence, "", 0).Name }

// sharing reports whether the traffic is shared so now.
func (s *suite) sharing(percents map[string]int) bool {
	got, err := as[providers.TrafficSplits](s).GetTraffic(s.ctx, s.ref().Cluster())
	return err == nil && s.split(percents).Is(got)
}

func (s *suite) shares(what string, percents map[string]int) {
	s.Helper()
	s.until(func() bool { return s.sharing(percents) }, func() {
		got, err := as[providers.TrafficSplits](s).GetTraffic(s.ctx, s.ref().Cluster())
		s.Errorf("%s the traffic is %v, %v, want %v", what, got, err, percents)
	})
}

func (s *suite) splits(percents map[string]int) {
	s.Helper()
	if err := as[providers.TrafficSplits](s).SplitTraffic(s.ctx, s.split(percents)); err != nil {
		s.Fatalf("SplitTraffic %v = %v", percents, err)
	}
	s.shares("after a split", percents)
}

func splitsTraffic(s *suite) {
	s.have(0, 1)
	s.have(1, 3)
	s.shares("by capacity", map[string]int{s.named(0): 25, s.named(1): 75})
	for _, first := range []int{90, 90, 1, 50} {
		s.splits(map[string]int{s.named(0): first, s.named(1): 100 - first})
	}
	for sequence, desired := range []int{1, 3} {
		if g := s.get(s.request(sequence, "", 0).Ref()); g.Capacity.Desired != desired || !g.Enabled || g.Count(gennaker.Up) != desired {
			s.Errorf("after splits %s is %+v, want its %d instances up", g.Name, g, desired)
		}
	}
}

func splitEnablesAndDisables(s *suite) {
	disabled(2)(s)
	s.have(1, 2)
	s.have(2, 2)
	s.splits(map[string]int{s.named(0): 100, s.named(1): 0})
	s.eventually(s.ref(), "up", up(2))
	for _, sequence := range []int{1, 2} {
		s.eventually(s.request(sequence, "", 0).Ref(), "out of traffic", out(2))
	}
}

func splitHolds(s *suite) {
	s.have(0, 1)
	s.have(1, 1)
	s.splits(map[string]int{s.named(0): 90, s.named(1): 10})
	s.have(2, 2)
	s.shares("with a third server group", map[string]int{s.named(0): 45, s.named(1): 5, s.named(2): 50})
	for _, c := range []struct {
		what string
		do   func(context.Context, gennaker.ServerGroupRef) error
		of   int
		want map[string]int
	}{
		{"with the third out", s.groups.Disable, 2, map[string]int{s.named(0): 90, s.named(1): 10}},
		{"with the first out", s.groups.Disable, 0, map[string]int{s.named(1): 100}},
		{"with the first in again", s.groups.Enable, 0, map[string]int{s.named(0): 50, s.named(1): 50}},
	} {
		if err := c.do(s.ctx, s.request(c.of, "", 0).Ref()); err != nil {
			s.Fatalf("%s: %v", c.what, err)
		}
		s.shares(c.what, c.want)
	}
}

func refusesSplits(s *suite) {
	s.have(0, 2)
	s.create(s.request(1, "a", 0))
	splits := as[providers.TrafficSplits](s)
	for _, c := range []struct {
		percents map[string]int
		want     error
	}{
		{map[string]int{s.named(0): 90}, gennaker.ErrInvalid},
		{map[string]int{s.named(0): 110, s.named(1): -10}, gennaker.ErrInvalid},
		{map[string]int{s.named(0): 90, s.named(1): 10}, gennaker.ErrInvalid},
		{map[string]int{s.named(0): 90, s.named(9): 10}, gennaker.ErrNotFound},
	} {
		if err := splits.SplitTraffic(s.ctx, s.split(c.percents)); !errors.Is(err, c.want) {
			s.Errorf("SplitTraffic %v = %v, want %v", c.percents, err, c.want)
		}
	}
	s.shares("after refused splits", map[string]int{s.named(0): 100})
	nowhere := gennaker.ClusterRef{Location: s.location(), Name: "conform-none"}
	if _, err := splits.GetTraffic(s.ctx, nowhere); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("GetTraffic of what is not there = %v, want ErrNotFound", err)
	}
}

// The change: of two that share by their sizes.

func haveTwo(s *suite) {
	instances(1)(s)
	s.have(1, 1)
}

func splitTwo(ctx context.Context, s *suite) error {
	return as[providers.TrafficSplits](s).SplitTraffic(ctx, s.split(s.ninety()))
}

func (s *suite) ninety() map[string]int { return map[string]int{s.named(0): 90, s.named(1): 10} }
