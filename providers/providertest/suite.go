package providertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// suite is one test's view of the cloud.
type suite struct {
	testing.TB
	Harness
	t        *testing.T
	ctx      context.Context
	provider providers.Provider
	groups   providers.ServerGroups
	before   gennaker.ServerGroup // as the test found it
	image    gennaker.Image       // that it is about
	revision int                  // that it goes back to
	others   []*suite             // see another
	swept    sync.Once
}

// open opens an empty account for a case, which is empty again when the case
// is over; what fails is told to.
func open(t *testing.T, to testing.TB, h Harness) *suite {
	t.Helper()
	s := openOne(t, to, h)
	t.Cleanup(func() { s.swept.Do(s.sweep) })
	return s
}

func openOne(t *testing.T, to testing.TB, h Harness) *suite {
	t.Helper()
	p := h.Open(t)
	groups, ok := p.(providers.ServerGroups)
	if !ok {
		t.Fatalf("%s has no ServerGroups", p.Name())
	}
	if h.RegionOf != nil {
		h.Region = h.RegionOf(p)
	}
	return &suite{TB: to, t: t, Harness: h, ctx: t.Context(), provider: p, groups: groups}
}

// another is the same case on another account, which is empty.
func (s *suite) another() *suite {
	s.Helper()
	a := openOne(s.t, s.TB, s.Harness)
	s.others = append(s.others, a)
	s.t.Cleanup(func() { s.swept.Do(s.sweep) }) // before the account is closed
	return a
}

// sweep leaves nothing behind, whatever the test did.
func (s *suite) sweep() {
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	for _, account := range append(s.others, s) {
		left, err := account.groups.List(ctx, gennaker.Scope{})
		if err != nil {
			s.Errorf("List after the test: %v", err)
		}
		for _, g := range left {
			all.Go(func() {
				err := account.groups.Destroy(ctx, g.Ref())
				for ; errors.Is(err, gennaker.ErrUnavailable) && ctx.Err() == nil; err = account.groups.Destroy(ctx, g.Ref()) {
					time.Sleep(50 * time.Millisecond) // a slow cloud wants to be asked again
				}
				if err != nil {
					s.Errorf("Destroy %s after the test: %v", g.Name, err)
				}
			})
		}
	}
}

func (s *suite) location() gennaker.Location {
	return gennaker.Location{Account: "test", Region: s.Region}
}

// request asks for a server group of the cluster conform-it.
func (s *suite) request(sequence int, token string, desired int) gennaker.CreateServerGroup {
	m := gennaker.Moniker{App: "conform", Stack: "it", Sequence: sequence}
	return gennaker.CreateServerGroup{
		Location: s.location(),
		Name:     m.Name(), Moniker: m,
		Capacity: gennaker.Capacity{Min: 0, Desired: desired, Max: 3},
		Marks: map[string]string{gennaker.MarkExecution: "conform/it/1", gennaker.MarkStage: "1",
			gennaker.MarkToken: token},
		Spec: s.Spec,
	}
}

func (s *suite) create(c gennaker.CreateServerGroup) gennaker.ServerGroup {
	s.Helper()
	if err := s.groups.Create(s.ctx, c); err != nil {
		s.Fatalf("Create(%s) = %v", c.Name, err)
	}
	return s.get(c.Ref())
}

// have makes a server group and waits until all its instances are up.
func (s *suite) have(sequence, desired int) gennaker.ServerGroup {
	s.Helper()
	c := s.request(sequence, "a", desired)
	s.create(c)
	return s.eventually(c.Ref(), "up", up(desired))
}

func (s *suite) get(ref gennaker.ServerGroupRef) gennaker.ServerGroup {
	s.Helper()
	g, err := s.groups.Get(s.ctx, ref)
	if err != nil {
		s.Fatalf("Get(%s) = %v", ref.Name, err)
	}
	return g
}

// eventually reads the server group until it is as wanted.
func (s *suite) eventually(ref gennaker.ServerGroupRef, want string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	s.Helper()
	var g gennaker.ServerGroup
	s.until(func() bool { g = s.get(ref); return ok(g) }, func() { s.Fatalf("%s never was %s: %+v", ref.Name, want, g) })
	return g
}

// until looks again and again; if what it looks for never comes, it says so.
func (s *suite) until(ok func() bool, never func()) {
	s.Helper()
	for deadline := time.Now().Add(s.Patience); !ok(); s.Pause() {
		if time.Now().After(deadline) {
			never()
			return
		}
	}
}

func up(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool { return len(g.Instances) == n && g.Count(gennaker.Up) == n }
}
