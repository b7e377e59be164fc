package providertest

import "github.com/gennaker/gennaker/providers"

// chapter is what the suite asks about one capability.
type chapter struct {
	asked func(providers.Provider) bool // whether the provider has it
	cases []testCase
}

// testCase is one sentence of the contract, put to an empty account.
type testCase struct {
	sentence string
	test     func(*suite)
}

// chapters are the whole contract.
var chapters = []chapter{
	about[providers.ServerGroups](lifeCycleCases),
	about[providers.ServerGroups](repeatCases),
	about[providers.ServerGroups](errorCases),
	about[providers.PartialTraffic](partialTrafficCases),
	about[providers.Specs](specCases),
	about[providers.Images](imageCases),
	about[providers.Instances](instanceCases),
	about[providers.Processes](processCases),
	about[providers.Jobs](jobCases),
}

func about[T any](cases []testCase) chapter {
	return chapter{cases: cases, asked: func(p providers.Provider) bool {
		_, ok := p.(T)
		return ok
	}}
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
