package providertest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Faults break what is between the provider that Open opened last and its
// cloud.
type Faults struct {
	// Lose has the answer to the nth request from now on lost: the cloud has
	// done what was asked. What it returns says whether that has happened.
	Lose func(n int) (lost func() bool)
	// Fail has every request from now on fail with an error of that kind, and
	// without an effect. One that is nil mends it.
	Fail func(kind error)
	// Effects, if the cloud can tell, counts what requests have changed in it,
	// by what they did.
	Effects func() map[string]int
}

// losesAnswers loses the answer to each of the requests that the call is made
// of in turn, on an empty account each time, and makes the call again.
func losesAnswers(s *suite, c change) {
	want := s.another().effectsOf(c, 0)
	for n := 1; ; n++ {
		s := s.another()
		got := s.effectsOf(c, n)
		if got == nil {
			return
		}
		if !maps.Equal(got, want) {
			s.Errorf("%s that has lost answer %d, and is made again, changes %v, want %v", c.name, n, got, want)
		}
	}
}

// effectsOf makes the call, with the nth answer lost, and then again, and
// counts what it changed; nil if it was over before its nth answer.
func (s *suite) effectsOf(c change, n int) map[string]int {
	s.Helper()
	c.prepare(s)
	before := s.effects()
	lost := s.Faults.Lose(n)
	err := c.call(s.ctx, s)
	was := lost()
	s.Faults.Lose(0)
	switch {
	case n == 1 && !was:
		s.Fatalf("%s made no request", c.name)
	case n > 0 && !was:
		return nil
	case err != nil && !errors.Is(err, gennaker.ErrUnavailable) && !errors.Is(err, gennaker.ErrThrottled):
		s.Errorf("%s that has lost answer %d = %v, want none or ErrUnavailable", c.name, n, err)
	}
	s.does(c)
	once := s.settled(c)
	changed := map[string]int{}
	for what, count := range s.effects() {
		if count -= before[what]; count > 0 {
			changed[what] = count
		}
	}
	s.does(c)
	if twice := s.settled(c); twice != once {
		s.Errorf("%s, made again, makes of\n%s\nthis:\n%s", c.name, once, twice)
	}
	return changed
}

func (s *suite) effects() map[string]int {
	if s.Faults.Effects == nil {
		return nil
	}
	return s.Faults.Effects()
}

// outages are the kinds of error that say nothing about what is there.
var outages = []error{gennaker.ErrUnavailable, gennaker.ErrThrottled, gennaker.ErrDenied}

// tellsOutages makes every call to a cloud that refuses all: no call may say
// that it was done, that there is nothing, or that there is something.
func tellsOutages(s *suite) {
	instances(1)(s)
	if is[providers.Images](s.Harness, s.provider) {
		image(s)
	}
	for _, kind := range outages {
		s.Faults.Fail(kind)
		for name, err := range s.answers() {
			if !errors.Is(err, kind) {
				s.Errorf("%s of a cloud that says %v = %v", name, kind, err)
			}
		}
		s.Faults.Fail(nil)
	}
	s.eventually(s.ref(), "as it was", up(1))
}

// answers are what each call that the provider has is answered with.
func (s *suite) answers() map[string]error {
	ref := s.ref()
	answers := map[string]error{
		"List": only(s.groups.List(s.ctx, gennaker.Scope{})),
		"Get":  only(s.groups.Get(s.ctx, ref)),
	}
	for _, c := range slices.Concat(changes, manifestChanges) {
		if c.asked(s.Harness, s.provider) {
			answers[c.name] = c.call(s.ctx, s)
		}
	}
	if jobs, ok := s.provider.(providers.Jobs); ok {
		answers["GetJob"] = only(jobs.GetJob(s.ctx, s.job("a").Ref()))
	}
	if balancers, ok := s.provider.(providers.LoadBalancers); ok {
		answers["ListLoadBalancers"] = only(balancers.ListLoadBalancers(s.ctx, s.Region))
	}
	if specs, ok := s.provider.(providers.Specs); ok {
		answers["Spec"] = only(specs.Spec(s.ctx, ref))
	}
	if quotas, ok := s.provider.(providers.Quotas); ok {
		answers["GetQuota"] = only(quotas.GetQuota(s.ctx, s.quota()))
	}
	return answers
}

// Refusal is an error of the kind as an imitated cloud may word it.
func Refusal(kind error) error { return fmt.Errorf("the cloud is told to refuse: %w", kind) }
