package workflows

import (
	"reflect"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// queue is the queue of one pipeline at work.
type queue struct {
	gennaker.Queue
	told    map[string]gennaker.Turn // what each that waits was told last, by run
	changed bool
}

// Queue lets the executions of one pipeline run, not more at a time than their
// documents allow. It ends when nothing runs and nothing waits.
func Queue(ctx workflow.Context, in gennaker.Queue) (gennaker.Queue, error) {
	q := &queue{Queue: in, told: map[string]gennaker.Turn{}, changed: true}
	err := workflow.SetQueryHandlerWithOptions(ctx, gennaker.QueryQueue, func() (gennaker.Queue, error) { return q.Queue, nil },
		workflow.QueryHandlerOptions{Description: "what runs, and what waits"})
	if err != nil {
		return q.Queue, err
	}
	for _, e := range q.All() {
		q.follow(ctx, e)
	}
	entries := workflow.GetSignalChannel(ctx, gennaker.SignalEnqueue)
	workflow.GoNamed(ctx, "enter", func(ctx workflow.Context) {
		for q.enter(ctx, entries.Receive) {
		}
	})
	for {
		if err := workflow.Await(ctx, func() bool { return q.changed }); err != nil {
			return q.Queue, err
		}
		q.changed = false
		q.admit(ctx)
		empty := len(q.All()) == 0
		if !empty && !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			continue
		}
		if q.enter(ctx, func(_ workflow.Context, e any) bool { return entries.ReceiveAsync(e) }) {
			continue
		}
		if empty {
			return q.Queue, nil
		}
		return q.Queue, workflow.NewContinueAsNewError(ctx, gennaker.QueueWorkflow, q.Queue)
	}
}

// enter takes one execution in, if there is one to receive.
func (q *queue) enter(ctx workflow.Context, receive func(workflow.Context, any) bool) bool {
	var e gennaker.QueueEntry
	if !receive(ctx, &e) {
		return false
	}
	before := len(q.All())
	q.Enter(e)
	if len(q.All()) > before {
		q.follow(ctx, e)
	}
	delete(q.told, e.RunID) // it asks, so it is told
	q.changed = true
	return true
}

// follow takes an execution out when it has ended.
func (q *queue) follow(ctx workflow.Context, e gennaker.QueueEntry) {
	workflow.GoNamed(ctx, "follow "+e.Execution, func(ctx workflow.Context) {
		if err := ops.AwaitLeave(ctx, e); err != nil {
			workflow.GetLogger(ctx).Warn("an execution in the queue cannot be followed", "execution", e.Execution, "error", err)
		}
		q.Leave(e)
		delete(q.told, e.RunID)
		q.changed = true
	})
}

// admit lets run what may, and tells all that wait how they stand.
func (q *queue) admit(ctx workflow.Context) {
	admitted, superseded := q.Admit()
	for _, e := range admitted {
		q.tell(ctx, e, gennaker.Turn{Go: true})
	}
	for _, e := range superseded {
		q.tell(ctx, e, gennaker.Turn{SupersededBy: admitted[len(admitted)-1].Execution})
	}
	var running []string
	for _, e := range q.Running {
		running = append(running, e.Execution)
		if _, ok := q.told[e.RunID]; !ok {
			q.tell(ctx, e, gennaker.Turn{Go: true}) // it asked again
		}
	}
	for _, e := range q.Waiting {
		q.tell(ctx, e, gennaker.Turn{Ahead: q.Ahead(e), Running: running})
	}
}

// tell tells an execution how it stands, unless it knows. One that cannot hear
// it has ended, which the queue will learn.
func (q *queue) tell(ctx workflow.Context, e gennaker.QueueEntry, t gennaker.Turn) {
	if last, ok := q.told[e.RunID]; ok && reflect.DeepEqual(last, t) {
		return
	}
	q.told[e.RunID] = t
	workflow.SignalExternalWorkflow(ctx, e.Execution, "", gennaker.SignalTurn, t)
}
