package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// stepCases are the contract of providers.SteppedRefreshes.
var stepCases = []testCase{
	{"a refresh with steps pauses at each, with what is old beside what is new", withSteps(pausesAtSteps)},
	{"going on from a step again skips none", withSteps(skipsNoStep)},
	{"a refresh that is cancelled at a step brings the old instances back", withSteps(goesBackFromStep)},
	{"going on with a refresh that was never begun is not found", withSteps(noStep)},
}

// stepSuite is one test's view of the cloud's refreshes in steps.
type stepSuite struct {
	*refreshSuite
	steps providers.SteppedRefreshes
}

func withSteps(test func(*stepSuite)) func(*suite) {
	return withRefreshes(func(s *refreshSuite) { test(&stepSuite{s, as[providers.SteppedRefreshes](s.suite)}) })
}

// pauses begins a refresh in these steps, and waits until it pauses at the
// first.
func (s *stepSuite) pauses(g gennaker.ServerGroup, token string, steps ...int) gennaker.Refresh {
	s.Helper()
	r := gennaker.StartRefresh{ServerGroupRef: g.Ref(), MinHealthy: 50, Steps: steps, Token: token}
	for range 2 { // each may run twice
		if err := s.steps.StartRefresh(s.ctx, r); err != nil {
			s.Fatalf("StartRefresh %s = %v", token, err)
		}
	}
	return s.at(g, 1)
}

// at waits until the refresh pauses at a step.
func (s *stepSuite) at(g gennaker.ServerGroup, step int) gennaker.Refresh {
	s.Helper()
	var r gennaker.Refresh
	var err error
	s.until(func() bool {
		r, err = s.steps.GetRefresh(s.ctx, g.Ref())
		return err == nil && r.State == gennaker.RefreshPaused && r.Step == step
	}, func() { s.Fatalf("the refresh never paused at step %d: %+v, %v", step, r, err) })
	return r
}

func (s *stepSuite) goOn(g gennaker.ServerGroup, token string, step int) {
	s.Helper()
	if err := s.steps.ContinueRefresh(s.ctx, gennaker.RefreshStep{ServerGroupRef: g.Ref(), Token: token, Step: step}); err != nil {
		s.Fatalf("ContinueRefresh from step %d = %v", step, err)
	}
}

func pausesAtSteps(s *stepSuite) {
	g := s.have(0, 2)
	if r := s.pauses(g, "first", 50, 100); r.Percent != 50 || r.Token != "first" {
		s.Errorf("at step 1 it is %+v, want half replaced", r)
	}
	for range 3 {
		s.Pause()
	}
	now := s.get(g.Ref())
	if len(now.Having(ids(g))) == 0 || len(now.Without(ids(g)).Instances) != 1 || now.Count(gennaker.Up) < 2 {
		s.Errorf("at step 1 there is %+v, want one new instance beside the old, and two up", now)
	}
	s.goOn(g, "first", 1)
	if r := s.at(g, 2); r.Percent != 100 {
		s.Errorf("at step 2 it is %+v, want all replaced", r)
	}
	s.goOn(g, "first", 2)
	if r, _ := s.over(g, "first"); r.State != gennaker.RefreshSucceeded || r.Percent != 100 {
		s.Errorf("it ended as %+v", r)
	}
	s.renewed(g)
}

func skipsNoStep(s *stepSuite) {
	g := s.have(0, 2)
	s.pauses(g, "first", 50, 100)
	for range 2 {
		s.goOn(g, "first", 1)
	}
	s.at(g, 2)
	s.goOn(g, "first", 1)
	for range 3 {
		s.Pause()
	}
	s.at(g, 2)
	for range 2 {
		s.goOn(g, "first", 2)
	}
	s.over(g, "first")
	s.goOn(g, "first", 2)
	s.renewed(g)
}

func goesBackFromStep(s *stepSuite) {
	g := s.have(0, 2)
	s.pauses(g, "first", 50)
	fresh := ids(s.get(g.Ref()).Without(ids(g)))
	for range 2 { // each may run twice
		if err := s.steps.CancelRefresh(s.ctx, g.Ref()); err != nil {
			s.Fatalf("CancelRefresh = %v", err)
		}
	}
	if r, fewest := s.over(g, "first"); r.State != gennaker.RefreshCancelled || fewest < 1 {
		s.Errorf("it ended as %+v, and %d instances were up meanwhile", r, fewest)
	}
	s.eventually(g.Ref(), "without what was new", func(now gennaker.ServerGroup) bool { return up(2)(now) && len(now.Having(fresh)) == 0 })
}

func noStep(s *stepSuite) {
	g := s.have(0, 1)
	s.start(g, "first", 100)
	s.over(g, "first")
	none := gennaker.RefreshStep{ServerGroupRef: g.Ref(), Token: "second", Step: 1}
	if err := s.steps.ContinueRefresh(s.ctx, none); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("ContinueRefresh of none = %v, want ErrNotFound", err)
	}
}

// pausing has a server group whose refresh pauses at its only step.
func pausing(s *suite) {
	instances(2)(s)
	withSteps(func(s *stepSuite) { s.pauses(s.before, "a", 50) })(s)
}

// ids are those of all instances.
func ids(g gennaker.ServerGroup) []string {
	var all []string
	for _, i := range g.Instances {
		all = append(all, i.ID)
	}
	return all
}
