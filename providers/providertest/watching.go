package providertest

import (
	"errors"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// watchingCases are the contract of providers.Watching.
var watchingCases = []testCase{
	{"who looks whenever a watch tells it to misses nothing", watchTells},
}

func watchTells(s *suite) {
	c := s.request(0, "a", 1)
	told := as[providers.Watching](s).WatchServerGroup(s.ctx, c.Ref())
	s.create(c)
	s.told(told, "up", up(1))
	if err := s.groups.Resize(s.ctx, gennaker.ResizeServerGroup{ServerGroupRef: c.Ref(), Capacity: gennaker.Capacity{Desired: 2, Max: 2}}); err != nil {
		s.Fatalf("Resize = %v", err)
	}
	s.told(told, "resized", up(2))
	if err := s.groups.Destroy(s.ctx, c.Ref()); err != nil {
		s.Fatalf("Destroy = %v", err)
	}
	for {
		s.heed(told, "gone")
		if _, err := s.groups.Get(s.ctx, c.Ref()); errors.Is(err, gennaker.ErrNotFound) {
			return
		}
	}
}

// told looks at the server group of the case whenever it is told to.
func (s *suite) told(told <-chan struct{}, what string, ok func(gennaker.ServerGroup) bool) {
	s.Helper()
	for s.heed(told, what); !ok(s.get(s.ref())); s.heed(told, what) {
	}
}

// heed waits until it is told to look.
func (s *suite) heed(told <-chan struct{}, what string) {
	s.Helper()
	select {
	case <-told:
	case <-time.After(s.Patience):
		s.Fatalf("nobody is told when %s is %s", s.ref().Name, what)
	}
}
