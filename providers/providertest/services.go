package providertest

import (
	"context"
	"errors"
	"maps"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// serviceCases are the contract of providers.Services.
var serviceCases = []testCase{
	{"a service instance tells its marks, and one that is not there is not found", makesService},
	{"a key has the credentials that it had before", keepsKey},
	{"binding a service instance that is not there is invalid", bindsNone},
}

func (s *suite) service() gennaker.ServiceRef {
	return gennaker.ServiceRef{Location: s.location(), Name: "conform-db"}
}

func (s *suite) share() gennaker.ShareService {
	return gennaker.ShareService{ServiceRef: s.service(), Regions: []string{s.Elsewhere}}
}

func (s *suite) key() gennaker.ServiceKey {
	return gennaker.ServiceKey{ServiceRef: s.service(), Key: "conform-key"}
}

func (s *suite) binding() gennaker.BindServices {
	return gennaker.BindServices{ServerGroupRef: s.ref(), Services: []gennaker.ServiceBinding{{Name: s.service().Name}}}
}

func putService(ctx context.Context, s *suite) error {
	return as[providers.Services](s).PutService(ctx, gennaker.PutService{ServiceRef: s.service(), Spec: s.Service, Marks: map[string]string{gennaker.MarkToken: "a"}})
}

func shareService(ctx context.Context, s *suite) error {
	return as[providers.Services](s).ShareService(ctx, s.share())
}

func createKey(ctx context.Context, s *suite) error {
	return only(as[providers.Services](s).CreateServiceKey(ctx, s.key()))
}

func bindService(ctx context.Context, s *suite) error {
	return as[providers.Services](s).BindServices(ctx, s.binding())
}

// must makes a call that prepares a case.
func (s *suite) must(call func(context.Context, *suite) error) {
	s.Helper()
	if err := call(s.ctx, s); err != nil {
		s.Fatalf("what was to be there before: %v", err)
	}
}

func haveService(s *suite) {
	s.must(putService)
	ready := serviceIs(func(gennaker.Service) bool { return true })
	s.until(func() bool { return ready(s) }, func() { s.Fatalf("the service instance never is ready") })
}

func haveShared(s *suite)          { haveService(s); s.must(shareService) }
func haveKey(s *suite)             { haveService(s); s.must(createKey) }
func haveServiceAndGroup(s *suite) { haveService(s); instances(1)(s) }
func haveBound(s *suite)           { haveServiceAndGroup(s); s.must(bindService) }

// serviceIs looks at the service instance, which must be ready.
func serviceIs(ok func(gennaker.Service) bool) func(*suite) bool {
	return func(s *suite) bool {
		i, err := as[providers.Services](s).GetService(s.ctx, s.service())
		return err == nil && i.State == gennaker.ServiceReady && ok(i)
	}
}

func noService(s *suite) bool {
	return errors.Is(only(as[providers.Services](s).GetService(s.ctx, s.service())), gennaker.ErrNotFound)
}

func sharedElsewhere(wanted bool) func(*suite) bool {
	return func(s *suite) bool {
		return serviceIs(func(i gennaker.Service) bool { return i.SharedWith(s.Elsewhere) == wanted })(s)
	}
}

func keys(n int) func(*suite) bool {
	return serviceIs(func(i gennaker.Service) bool { return len(i.Keys) == n })
}

func bound(n int) func(*suite) bool {
	return serviceIs(func(i gennaker.Service) bool { return len(i.Bound) == n })
}

func makesService(s *suite) {
	if !noService(s) {
		s.Errorf("a service instance is there that nobody has made")
	}
	haveService(s)
	i, err := as[providers.Services](s).GetService(s.ctx, s.service())
	if err != nil || i.Name != "conform-db" || i.Region != s.Region || i.Marks[gennaker.MarkToken] != "a" {
		s.Errorf("GetService = %+v, %v", i, err)
	}
}

func keepsKey(s *suite) {
	haveService(s)
	var seen []map[string]any
	for range 2 {
		c, err := as[providers.Services](s).CreateServiceKey(s.ctx, s.key())
		if err != nil || len(c) == 0 {
			s.Fatalf("CreateServiceKey = %v, %v, want credentials", c, err)
		}
		seen = append(seen, c)
	}
	if !maps.Equal(seen[0], seen[1]) {
		s.Errorf("the credentials are %v, then %v", seen[0], seen[1])
	}
}

func bindsNone(s *suite) {
	instances(1)(s)
	if err := bindService(s.ctx, s); !errors.Is(err, gennaker.ErrInvalid) {
		s.Errorf("BindServices of none = %v, want ErrInvalid", err)
	}
}
