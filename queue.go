package gennaker

import (
	"slices"
	"strings"
	"time"
)

// Queue is the executions of one pipeline that run and that wait, each as it
// came. The rules are Spinnaker's.
type Queue struct {
	Running []QueueEntry `json:"running,omitempty"`
	Waiting []QueueEntry `json:"waiting,omitempty"`
}

// QueueEntry is one execution in a queue, with what its own document says.
type QueueEntry struct {
	Execution   string    `json:"execution"` // its id
	RunID       string    `json:"runId"`
	Limit       int       `json:"limit"` // how many may run, itself among them
	KeepWaiting bool      `json:"keepWaiting,omitempty"`
	At          time.Time `json:"at"`
}

// Turn is what a queue tells an execution that waits.
type Turn struct {
	Go           bool     `json:"go,omitempty"`           // it may run
	SupersededBy string   `json:"supersededBy,omitempty"` // it never will: this one runs instead
	Ahead        int      `json:"ahead,omitempty"`        // how many that wait come first
	Running      []string `json:"running,omitempty"`      // the ids of those that run
}

// Concurrency is how many executions of the pipeline may run at a time; 0 is
// as many as start.
func (p Pipeline) Concurrency() int {
	if p.LimitConcurrent {
		return 1
	}
	return p.MaxConcurrentExecutions
}

// QueueID is the id of the workflow that keeps the pipeline's queue.
func (p Pipeline) QueueID() string {
	name := p.ID
	if name == "" {
		name = p.Name
	}
	return "queue/" + IDPart(p.Application) + "/" + strings.ToLower(IDPart(name))
}

// Enter puts an execution at the end. One that is there already stays where
// it is.
func (q *Queue) Enter(e QueueEntry) {
	if !slices.ContainsFunc(q.All(), e.is) {
		q.Waiting = append(q.Waiting, e)
	}
}

// Leave takes an execution out.
func (q *Queue) Leave(e QueueEntry) {
	q.Running = slices.DeleteFunc(q.Running, e.is)
	q.Waiting = slices.DeleteFunc(q.Waiting, e.is)
}

// All are the executions in the queue, those that run first.
func (q *Queue) All() []QueueEntry { return slices.Concat(q.Running, q.Waiting) }

func (e QueueEntry) is(other QueueEntry) bool {
	return e.Execution == other.Execution && e.RunID == other.RunID
}

// Admit lets run what may, and returns what it let run and what will never run
// because of that: the document that came last says whether the oldest is next
// and the others keep waiting, or the newest is and the others go.
func (q *Queue) Admit() (admitted, superseded []QueueEntry) {
	for len(q.Waiting) > 0 {
		newest := len(q.Waiting) - 1
		keep := q.Waiting[newest].KeepWaiting
		next := newest
		if keep {
			next = 0
		}
		e := q.Waiting[next]
		if len(q.Running) >= e.Limit {
			break
		}
		q.Running, admitted = append(q.Running, e), append(admitted, e)
		q.Waiting = slices.Delete(q.Waiting, next, next+1)
		if !keep {
			superseded = append(superseded, q.Waiting...)
			q.Waiting = nil
		}
	}
	return admitted, superseded
}

// Ahead is how many that wait come before an execution in the queue.
func (q *Queue) Ahead(e QueueEntry) int {
	at := slices.IndexFunc(q.Waiting, e.is)
	if newest := len(q.Waiting) - 1; newest >= 0 && !q.Waiting[newest].KeepWaiting {
		return newest - at
	}
	return at
}
