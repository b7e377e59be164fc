package gennaker_test

import (
	"fmt"
	"testing"

	"github.com/gennaker/gennaker"
)

func names(list []gennaker.QueueEntry) string {
	text := ""
	for _, e := range list {
		text += e.Execution
	}
	return text
}

func TestAQueueAdmitsInOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int
		keep  bool
		want  []string // after each end of the first that runs: running, superseded
	}{
		{"one at a time, the newest first and the others go", 1, false, []string{"a ", "d bc", " "}},
		{"one at a time, the oldest first and the others wait", 1, true, []string{"a ", "b ", "c ", "d ", " "}},
		{"two at a time, the newest first", 2, false, []string{"ab ", "bd c", "d ", " "}},
		{"two at a time, the oldest first", 2, true, []string{"ab ", "bc ", "cd ", "d ", " "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var q gennaker.Queue
			var gone string
			for _, name := range []string{"a", "b", "b", "c", "d"} {
				q.Enter(gennaker.QueueEntry{Execution: name, Limit: c.limit, KeepWaiting: c.keep})
				q.Admit()
			}
			for i, want := range c.want {
				if got := fmt.Sprintf("%s %s", names(q.Running), gone); got != want {
					t.Fatalf("after %d have ended, running and superseded are %q, want %q", i, got, want)
				}
				if len(q.Running) > 0 {
					q.Leave(q.Running[0])
				}
				_, superseded := q.Admit()
				gone = names(superseded)
			}
		})
	}
}

func TestAnExecutionKnowsHowManyAreAhead(t *testing.T) {
	for keep, want := range map[bool][]int{true: {0, 1, 2}, false: {2, 1, 0}} {
		var q gennaker.Queue
		for _, name := range []string{"a", "b", "c"} {
			q.Enter(gennaker.QueueEntry{Execution: name, Limit: 1, KeepWaiting: keep})
		}
		for i, e := range q.Waiting {
			if got := q.Ahead(e); got != want[i] {
				t.Errorf("keepWaiting %t: %d are ahead of %s, want %d", keep, got, e.Execution, want[i])
			}
		}
	}
}
