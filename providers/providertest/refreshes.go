package providertest

import (
	"errors"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// refreshCases are the contract of providers.Refreshes.
var refreshCases = []testCase{
	{"a refresh replaces every instance, and keeps most in service", withRefreshes(refreshes)},
	{"a refresh of one instance leaves no gap", withRefreshes(refreshesOne)},
	{"starting a refresh again with the same token starts no other", withRefreshes(refreshesOnce)},
	{"a refresh that is cancelled stops, and so does none", withRefreshes(cancelsRefresh)},
	{"a refresh of what is not there, or was never begun, is not found", withRefreshes(noRefresh)},
}

// refreshSuite is one test's view of the cloud's refreshes.
type refreshSuite struct {
	*suite
	refreshes providers.Refreshes
}

// withRefreshes puts a test to the cloud's refreshes.
func withRefreshes(test func(*refreshSuite)) func(*suite) {
	return func(s *suite) { test(&refreshSuite{suite: s, refreshes: as[providers.Refreshes](s)}) }
}

func (s *refreshSuite) start(g gennaker.ServerGroup, token string, least int) {
	s.Helper()
	r := gennaker.StartRefresh{ServerGroupRef: g.Ref(), MinHealthy: least, Token: token}
	if err := s.refreshes.StartRefresh(s.ctx, r); err != nil {
		s.Fatalf("StartRefresh %s = %v", token, err)
	}
}

// over waits until the refresh of that token is over, and returns it with the
// fewest instances that were seen up meanwhile.
func (s *refreshSuite) over(g gennaker.ServerGroup, token string) (gennaker.Refresh, int) {
	s.Helper()
	fewest := len(g.Instances)
	for deadline := time.Now().Add(s.Patience); ; {
		r, err := s.refreshes.GetRefresh(s.ctx, g.Ref())
		if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
			s.Fatalf("GetRefresh = %v", err)
		}
		fewest = min(fewest, s.get(g.Ref()).Count(gennaker.Up))
		if err == nil && r.Token == token && r.State.Over() {
			return r, fewest
		}
		if time.Now().After(deadline) {
			s.Fatalf("the refresh never was over: %+v, %v", r, err)
		}
		s.Pause()
	}
}

// renewed waits until the server group is up without any of the instances
// that it had.
func (s *refreshSuite) renewed(g gennaker.ServerGroup) {
	s.Helper()
	s.eventually(g.Ref(), "up with new instances", func(now gennaker.ServerGroup) bool {
		for _, i := range g.Instances {
			if has(now, i.ID) {
				return false
			}
		}
		return up(len(g.Instances))(now)
	})
}

func refreshes(s *refreshSuite) {
	g := s.have(0, 3)
	s.start(g, "first", 60)
	r, fewest := s.over(g, "first")
	if r.State != gennaker.RefreshSucceeded || r.Percent != 100 || r.Started.IsZero() {
		s.Errorf("it ended as %+v", r)
	}
	if fewest < 2 {
		s.Errorf("%d instances were up meanwhile, want two of three", fewest)
	}
	s.renewed(g)
}

func refreshesOne(s *refreshSuite) {
	g := s.have(0, 1)
	s.start(g, "first", 100)
	if r, fewest := s.over(g, "first"); r.State != gennaker.RefreshSucceeded || fewest < 1 {
		s.Errorf("it ended as %+v, and %d instances were up meanwhile, want one", r, fewest)
	}
	s.renewed(g)
}

func refreshesOnce(s *refreshSuite) {
	g := s.have(0, 2)
	s.start(g, "first", 50)
	s.start(g, "first", 50)
	s.over(g, "first")
	s.renewed(g)
	renewed := s.get(g.Ref())
	s.start(g, "first", 50)
	if r, _ := s.over(g, "first"); r.State != gennaker.RefreshSucceeded {
		s.Errorf("asked again when it is over, it is %+v", r)
	}
	for _, i := range renewed.Instances {
		if !has(s.get(g.Ref()), i.ID) {
			s.Errorf("instance %s was replaced by the second call", i.ID)
		}
	}
	s.start(renewed, "second", 50)
	s.over(renewed, "second")
	s.renewed(renewed)
}

func cancelsRefresh(s *refreshSuite) {
	g := s.have(0, 2)
	s.start(g, "first", 50)
	for range 2 { // each may run twice
		if err := s.refreshes.CancelRefresh(s.ctx, g.Ref()); err != nil {
			s.Fatalf("CancelRefresh = %v", err)
		}
	}
	s.over(g, "first") // it may have been faster
	s.eventually(g.Ref(), "whole", up(2))
}

func noRefresh(s *refreshSuite) {
	g := s.have(0, 0)
	if _, err := s.refreshes.GetRefresh(s.ctx, g.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("GetRefresh of none = %v, want ErrNotFound", err)
	}
	gone := gennaker.StartRefresh{ServerGroupRef: s.request(9, "a", 0).Ref(), MinHealthy: 50, Token: "first"}
	if err := s.refreshes.StartRefresh(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("StartRefresh of what is not there = %v, want ErrNotFound", err)
	}
}
