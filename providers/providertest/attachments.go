package providertest

import (
	"context"
	"errors"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// attachmentCases are the contract of providers.Attachments.
var attachmentCases = []testCase{
	{"a load balancer that is attached to a server group out of traffic leaves it there", attachesLater},
	{"attaching to what is not there is not found", attachesNone},
}

func (s *suite) balancers() gennaker.LoadBalancersOf {
	return gennaker.LoadBalancersOf{ServerGroupRef: s.ref(), LoadBalancers: []string{s.LoadBalancer}}
}

func attach(ctx context.Context, s *suite) error {
	return as[providers.Attachments](s).AttachLoadBalancers(ctx, s.balancers())
}

func attached(s *suite) {
	instances(1)(s)
	if err := attach(s.ctx, s); err != nil {
		s.Fatalf("AttachLoadBalancers = %v", err)
	}
}

func attachedTo(wanted bool) func(*suite) bool {
	return func(s *suite) bool {
		return s0(func(g gennaker.ServerGroup) bool { return slices.Contains(g.LoadBalancers, s.LoadBalancer) == wanted })(s)
	}
}

func attachesLater(s *suite) {
	disabled(1)(s)
	if err := attach(s.ctx, s); err != nil {
		s.Fatalf("AttachLoadBalancers = %v", err)
	}
	if g := s.get(s.ref()); g.Enabled || g.Count(gennaker.Up) > 0 {
		s.Errorf("it is %+v, want it out of traffic", g)
	}
	if err := s.groups.Enable(s.ctx, s.ref()); err != nil {
		s.Fatalf("Enable = %v", err)
	}
	s.eventually(s.ref(), "behind it", func(g gennaker.ServerGroup) bool {
		return g.Enabled && slices.Contains(g.LoadBalancers, s.LoadBalancer)
	})
}

func attachesNone(s *suite) {
	gone := s.balancers()
	for name, call := range map[string]func(context.Context, gennaker.LoadBalancersOf) error{
		"AttachLoadBalancers": as[providers.Attachments](s).AttachLoadBalancers, "DetachLoadBalancers": as[providers.Attachments](s).DetachLoadBalancers} {
		if err := call(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
}
