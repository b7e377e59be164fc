package providertest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// repeatCases are that a call which is made again is done once.
var repeatCases = []testCase{
	{"creating again with the same token changes nothing", createsOnce},
	{"a name taken by another is refused", refusesTakenName},
}

// raceCases are what holds of calls at the same time.
var raceCases = []testCase{
	{"of those who create one name at the same time, one does", createsOneOfMany},
	{"who creates one name twice at the same time creates it once", createsOneAtOnce},
}

// changeCases are what holds of every call that changes something.
func changeCases(c change) []testCase {
	return []testCase{
		{c.name + " again changes nothing", func(s *suite) { repeats(s, c) }},
	}
}

func givenUpCases(c change) []testCase {
	return []testCase{
		{c.name + " that is given up in the middle can be made again", func(s *suite) { isGivenUp(s, c) }},
	}
}

func lossCases(c change) []testCase {
	return []testCase{{c.name + " whose answer is lost is done once", func(s *suite) { losesAnswers(s, c) }}}
}

func createsOnce(s *suite) {
	c := s.request(0, "a", 1)
	first := s.create(c)
	second := s.create(c)
	if !first.Created.Equal(second.Created) {
		s.Errorf("created at %s, then at %s: it was made twice", first.Created, second.Created)
	}
	s.eventually(c.Ref(), "up with 1 instance", up(1))
}

func refusesTakenName(s *suite) {
	s.create(s.request(0, "a", 1))
	if err := s.groups.Create(s.ctx, s.request(0, "b", 1)); !errors.Is(err, gennaker.ErrExists) {
		s.Errorf("Create of a taken name = %v, want ErrExists", err)
	}
}

func createsOneOfMany(s *suite) {
	tokens := []string{"a", "b", "c", "d"}
	var won []string
	for i, err := range s.createAtOnce(tokens) {
		switch {
		case err == nil:
			won = append(won, tokens[i])
		case !errors.Is(err, gennaker.ErrExists):
			s.Errorf("Create with token %s = %v, want ErrExists or none", tokens[i], err)
		}
	}
	g := s.eventually(s.ref(), "up with 1 instance", up(1))
	if len(won) != 1 || g.Marks[gennaker.MarkToken] != won[0] {
		s.Errorf("the creates with tokens %v say that they made it, and it has token %s", won, g.Marks[gennaker.MarkToken])
	}
}

func createsOneAtOnce(s *suite) {
	for _, err := range s.createAtOnce([]string{"a", "a", "a", "a"}) {
		if err != nil {
			s.Errorf("Create with the same token = %v", err)
		}
	}
	s.eventually(s.ref(), "up with 1 instance", up(1))
}

// createAtOnce creates one server group with each of the tokens.
func (s *suite) createAtOnce(tokens []string) []error {
	errs := make([]error, len(tokens))
	var all sync.WaitGroup
	for i, token := range tokens {
		all.Go(func() { errs[i] = s.groups.Create(s.ctx, s.request(0, token, 1)) })
	}
	all.Wait()
	return errs
}

func repeats(s *suite, c change) {
	c.prepare(s)
	s.does(c)
	once := s.settled(c)
	for range 2 {
		s.does(c)
	}
	if twice := s.settled(c); twice != once {
		s.Errorf("%s again makes of\n%s\nthis:\n%s", c.name, once, twice)
	}
}

// isGivenUp makes the call again and again, on an empty account each time, and
// each time with a context that ends later in it. Who makes it then has what the
// one before has noted.
func isGivenUp(s *suite, c change) {
	for looks := 1; ; looks *= 4 {
		s := s.another()
		c.prepare(s)
		ctx := newTrap(s.ctx, looks)
		var note string
		err := c.call(providers.Noting(ctx, "", func(text string) { note = text }), s)
		if err != nil && !errors.Is(err, context.Canceled) {
			s.Fatalf("%s whose context has ended = %v, want context.Canceled", c.name, err)
		}
		s.ctx = providers.Noting(s.ctx, note, func(string) {})
		s.does(c)
		once := s.settled(c)
		s.does(c)
		if twice := s.settled(c); twice != once {
			s.Errorf("%s, given up, and then made twice, makes of\n%s\nthis:\n%s", c.name, once, twice)
		}
		if ctx.left.Load() > 0 || looks > 1<<12 {
			return
		}
	}
}

// trap is a context that ends when it has been looked at so often.
type trap struct {
	context.Context
	end  context.CancelFunc
	left atomic.Int64
}

func newTrap(ctx context.Context, looks int) *trap {
	t := &trap{}
	t.Context, t.end = context.WithCancel(ctx)
	t.left.Store(int64(looks))
	return t
}

func (t *trap) look() {
	if t.left.Add(-1) == 0 {
		t.end()
	}
}

func (t *trap) Done() <-chan struct{} {
	t.look()
	return t.Context.Done()
}

func (t *trap) Err() error {
	t.look()
	return t.Context.Err()
}
