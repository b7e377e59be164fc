package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
)

// errorCases are the kinds of error.
var errorCases = []testCase{
	{"a server group that is not there is not found", notFound},
	{"a capacity that cannot be is invalid", refusesCapacity},
}

// outageCases are for targets that can be told to refuse.
var outageCases = []testCase{
	{"a cloud that refuses everything is never mistaken for an empty one", tellsOutages},
}

func notFound(s *suite) {
	ref := s.request(9, "a", 0).Ref()
	for name, err := range map[string]error{
		"Get":     only(s.groups.Get(s.ctx, ref)),
		"Resize":  s.groups.Resize(s.ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref}),
		"Enable":  s.groups.Enable(s.ctx, ref),
		"Disable": s.groups.Disable(s.ctx, ref),
	} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
}

func refusesCapacity(s *suite) {
	c := s.request(0, "a", 1)
	c.Capacity = gennaker.Capacity{Min: 2, Desired: 1, Max: 1}
	if err := s.groups.Create(s.ctx, c); !errors.Is(err, gennaker.ErrInvalid) {
		s.Errorf("Create with capacity %s = %v, want ErrInvalid", c.Capacity, err)
	}
}

// only is the error of a call that answers.
func only[T any](_ T, err error) error { return err }
