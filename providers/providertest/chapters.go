package providertest

import (
	"slices"

	"github.com/gennaker/gennaker/providers"
)

// chapter is what the suite asks about one capability.
type chapter struct {
	asked func(Harness, providers.Provider) bool
	cases []testCase
}

// testCase is one sentence of the contract, put to an empty account.
type testCase struct {
	sentence string
	test     func(*suite)
}

// chapters are the contract; that of every change, see changes.go, comes after
// them.
var chapters = []chapter{
	about[providers.ServerGroups](lifeCycleCases),
	about[providers.ServerGroups](repeatCases),
	{canRace, raceCases},
	about[providers.ServerGroups](errorCases),
	{canFail, outageCases},
	{canSicken, healthCases},
	about[providers.Watching](watchingCases),
	about[providers.PartialTraffic](partialTrafficCases),
	about[providers.TrafficSplits](trafficSplitCases),
	about[providers.Specs](specCases),
	about[providers.Quotas](quotaCases),
	about[providers.Images](imageCases),
	about[providers.Instances](instanceCases),
	about[providers.Reboots](rebootCases),
	{canRefresh, refreshCases},
	{canStep, stepCases},
	about[providers.Stops](stopCases),
	about[providers.Attachments](attachmentCases),
	about[providers.Services](serviceCases),
	about[providers.Processes](processCases),
	about[providers.LoadBalancers](loadBalancerCases),
	about[providers.Jobs](jobCases),
	about[providers.Manifests](manifestCases),
	about[providers.Rollouts](rolloutCases),
}

// contract is all of it.
func contract() []chapter {
	all := slices.Clone(chapters)
	for _, c := range slices.Concat(changes, manifestChanges) {
		all = append(all, chapter{c.asked, changeCases(c)}, chapter{both(c.asked, canRace), givenUpCases(c)},
			chapter{both(c.asked, canFail), lossCases(c)})
	}
	return all
}

func about[T any](cases []testCase) chapter { return chapter{is[T], cases} }

// is reports whether the provider has the capability.
func is[T any](_ Harness, p providers.Provider) bool {
	_, ok := p.(T)
	return ok
}

// What a target cannot do, it is not asked to.
func canSicken(h Harness, _ providers.Provider) bool { return h.Sicken != nil }
func canFail(h Harness, _ providers.Provider) bool   { return h.Faults != nil }
func canRace(h Harness, _ providers.Provider) bool   { return !h.Single }

func canRefresh(h Harness, p providers.Provider) bool {
	return is[providers.Refreshes](h, p) && h.NoRefreshes == ""
}

func canStep(h Harness, p providers.Provider) bool {
	return canRefresh(h, p) && is[providers.SteppedRefreshes](h, p)
}

func both(a, b func(Harness, providers.Provider) bool) func(Harness, providers.Provider) bool {
	return func(h Harness, p providers.Provider) bool { return a(h, p) && b(h, p) }
}

// as is the provider as a capability that it has.
func as[T any](s *suite) T {
	s.Helper()
	capability, ok := s.provider.(T)
	if !ok {
		s.Fatalf("%s does not have the capability that this case is about", s.provider.Name())
	}
	return capability
}
