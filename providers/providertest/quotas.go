package providertest

import (
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// quotaCases are the contract of providers.Quotas.
var quotaCases = []testCase{
	{"a quota is what an account may have beside what it has", leavesTheRest},
	{"an account that has more than it may has nothing left", leavesNothing},
}

func leavesTheRest(s *suite) {
	s.Limit(s.TB, s.provider, 3)
	s.left(3)
	g := s.have(0, 1)
	s.left(2)
	if err := s.groups.Destroy(s.ctx, g.Ref()); err != nil {
		s.Fatalf("Destroy = %v", err)
	}
	s.left(3)
}

func leavesNothing(s *suite) {
	s.have(0, 2)
	s.Limit(s.TB, s.provider, 1)
	s.left(0)
}

// left waits until so many more instances are allowed, and the cloud says by
// what.
func (s *suite) left(want int) {
	s.Helper()
	var got string
	s.until(func() bool {
		q, err := as[providers.Quotas](s).GetQuota(s.ctx, s.quota())
		if err != nil {
			s.Fatalf("GetQuota = %v", err)
		}
		left := "any number"
		if q.Left != nil {
			left = fmt.Sprint(*q.Left)
		}
		got = fmt.Sprintf("%s more by %q", left, q.Limit)
		return q.Left != nil && *q.Left == want && q.Limit != ""
	}, func() { s.Fatalf("GetQuota = %s, want %d more", got, want) })
}

// quota asks for what the suite makes.
func (s *suite) quota() gennaker.QuotaQuery {
	return gennaker.QuotaQuery{Location: s.location(), Spec: s.Spec}
}
