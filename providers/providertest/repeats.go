package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
)

// repeatCases are that a call which is made again is done once.
var repeatCases = []testCase{
	{"creating again with the same token changes nothing", createsOnce},
	{"a name taken by another is refused", refusesTakenName},
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
