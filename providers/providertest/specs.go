package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// specCases are the contract of providers.Specs.
var specCases = []testCase{
	{"a server group's spec makes another like it", clonesBySpec},
}

func clonesBySpec(s *suite) {
	specs := as[providers.Specs](s)
	c := s.request(0, "a", 1)
	first := s.create(c)
	spec, err := specs.Spec(s.ctx, c.Ref())
	if err != nil {
		s.Fatalf("Spec = %v", err)
	}
	twin := s.request(1, "b", 1)
	twin.Spec, twin.Source = spec, c.Name
	s.create(twin)
	second := s.eventually(twin.Ref(), "up", up(1))
	if second.Image != first.Image {
		s.Errorf("the twin runs %q, want %q", second.Image, first.Image)
	}
	if err := only(specs.Spec(s.ctx, s.request(9, "a", 0).Ref())); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("Spec of what is not there = %v, want ErrNotFound", err)
	}
}
