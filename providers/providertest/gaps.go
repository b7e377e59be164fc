package providertest

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// gapPatience bounds the waits in a case that is expected to fail.
const gapPatience = 3 * time.Second

// checkGaps refuses a gap in a case that there is not.
func (h Harness) checkGaps(t *testing.T) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range contract() {
		for _, one := range c.cases {
			known[one.sentence] = true
		}
	}
	for sentence := range h.Gaps {
		if !known[sentence] {
			t.Errorf("the harness has a gap in %q, and there is no such case", sentence)
		}
	}
}

// expectFailure runs a case that the target cannot show.
func (h Harness) expectFailure(t *testing.T, c testCase, why string) {
	t.Helper()
	h.Patience = min(h.Patience, gapPatience)
	g := &gap{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.test(open(t, g, h))
	}()
	<-done
	if g.failure == "" {
		t.Errorf("this is said to be a gap of the target (%s), and it passes: take it out of Gaps", why)
		return
	}
	t.Logf("a gap of the target, %s: %s", why, g.failure)
}

// gap is a test whose failure is expected.
type gap struct {
	testing.TB
	failure string // the first
}

func (g *gap) Errorf(format string, args ...any) {
	if g.failure == "" {
		g.failure = fmt.Sprintf(format, args...)
	}
}

func (g *gap) Fatalf(format string, args ...any) {
	g.Errorf(format, args...)
	runtime.Goexit()
}
