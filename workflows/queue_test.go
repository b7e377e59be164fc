package workflows_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// The queue itself: a runs, and b, c and d have come in that order. As soon as
// one runs alone it ends.
func TestQueueOrderWithThreeWaitingExecutions(t *testing.T) {
	for _, c := range []struct {
		name string
		keep bool
		runs string
		gone []string
	}{
		{"keepWaitingPipelines: the oldest is next", true, "a b c d", nil},
		{"otherwise the newest is next and the others are cancelled", false, "a d", []string{"b for d", "c for d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			var told sync.Mutex // guards runs and gone: signals go out at the same time
			var runs, gone []string
			end := func(id string) { _ = w.others.Cancel(context.Background(), executions.Ref{ID: id}, gennaker.Command{}) }
			w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", gennaker.SignalTurn, mock.Anything).Return(
				func(_, id, _, _ string, arg any) error {
					turn := arg.(gennaker.Turn)
					told.Lock()
					defer told.Unlock()
					switch {
					case turn.Go:
						runs = append(runs, id)
						if id != "a" {
							end(id)
						}
					case turn.SupersededBy != "":
						gone = append(gone, id+" for "+turn.SupersededBy)
						end(id)
					case id == "d" && slices.Equal(turn.Running, []string{"a"}):
						end("a")
					}
					return nil
				})
			for i, id := range []string{"a", "b", "c", "d"} {
				w.others.Put(gennaker.Execution{ID: id, Status: gennaker.Running})
				w.env.RegisterDelayedCallback(func() {
					entry := gennaker.QueueEntry{Execution: id, RunID: id, Limit: 1, KeepWaiting: c.keep}
					w.env.SignalWorkflow(gennaker.SignalEnqueue, entry)
					w.env.SignalWorkflow(gennaker.SignalEnqueue, entry) // asking twice is asking once
				}, time.Duration(i)*time.Millisecond)
			}
			w.env.ExecuteWorkflow(gennaker.QueueWorkflow, gennaker.Queue{})
			var left gennaker.Queue
			if err := w.env.GetWorkflowResult(&left); err != nil || len(left.All()) != 0 {
				t.Fatalf("the queue ended with %+v, %v", left, err)
			}
			// A signal may still be on its way to what has ended.
			for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
				told.Lock()
				enough := len(gone) >= len(c.gone)
				told.Unlock()
				if enough {
					break
				}
			}
			told.Lock()
			defer told.Unlock()
			// What asks twice is told twice.
			if got := strings.Join(slices.Compact(runs), " "); got != c.runs || !slices.Equal(slices.Sorted(slices.Values(gone)), c.gone) {
				t.Errorf("%s ran and %v went, want %s and %v", got, gone, c.runs, c.gone)
			}
		})
	}
}

func TestAQueueOutlivesExecutionsThatAreGone(t *testing.T) {
	w := newWorld(t)
	w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", gennaker.SignalTurn, mock.Anything).Return(fmt.Errorf("no such workflow"))
	w.env.ExecuteWorkflow(gennaker.QueueWorkflow, gennaker.Queue{Waiting: []gennaker.QueueEntry{{Execution: "gone", RunID: "1", Limit: 1}}})
	if err := w.env.GetWorkflowError(); err != nil {
		t.Errorf("the queue ended with %v", err)
	}
}

const oneAtATime = `{"application": "shop", "name": "Deploy it", "limitConcurrent": true, "startTimeExpiry": "%d", "stages": [
	{"refId": "1", "type": "wait", "waitTime": 60}]}`

// turn makes the queue tell the execution how it stands.
func (w *world) turn(after time.Duration, t gennaker.Turn) {
	w.env.RegisterDelayedCallback(func() { w.env.SignalWorkflow(gennaker.SignalTurn, t) }, after)
}

func TestAnExecutionWaitsForItsTurnWhereEveryoneSeesIt(t *testing.T) {
	w := newWorld(t)
	w.turn(time.Minute, gennaker.Turn{Ahead: 2, Running: []string{"shop/Deploy-it/0"}})
	w.view(2*time.Minute, func(e gennaker.Execution) {
		want := "it waits until shop/Deploy-it/0 has ended; 2 newer ones come before it, and then it is cancelled"
		if e.Status != gennaker.NotStarted || e.Queued == nil || e.Queued.Reason != want || e.Queued.Queue != "queue/shop/deploy-it" {
			t.Errorf("while it waits it is %s, queued %+v", e.Status, e.Queued)
		}
	})
	w.turn(3*time.Hour, gennaker.Turn{Running: []string{"shop/Deploy-it/0"}})
	w.view(4*time.Hour, func(e gennaker.Execution) {
		if want := "it waits until shop/Deploy-it/0 has ended; it is next"; e.Queued == nil || e.Queued.Reason != want {
			t.Errorf("queued %+v, want %s", e.Queued, want)
		}
	})
	w.turn(5*time.Hour, gennaker.Turn{Go: true})
	e := w.run(fmt.Sprintf(oneAtATime, w.begun.Add(24*time.Hour).UnixMilli()), nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || e.Queued != nil || took != time.Minute || e.StartTime.Sub(w.begun) != 5*time.Hour {
		t.Errorf("ended %s (%s) after %s, queued %+v", e.Status, e.Error, took, e.Queued)
	}
	// It asked again every hour, in case that the queue had gone.
	if n := len(w.others.Enqueued); n < 4 || n > 6 {
		t.Errorf("it asked %d times in five hours", n)
	}
}

func TestWhatWaitsForItsTurnCanEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		tell   func(*world)
		expiry time.Duration
		by     string
	}{
		{"it is superseded", func(w *world) { w.turn(time.Minute, gennaker.Turn{SupersededBy: "shop/Deploy-it/2"}) }, time.Hour, "gennaker: superseded by shop/Deploy-it/2"},
		{"it is cancelled", func(w *world) {
			w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada", Reason: "no"})
		}, time.Hour, "ada: no"},
		{"it is cancelled in Temporal", func(w *world) { w.env.RegisterDelayedCallback(w.env.CancelWorkflow, time.Minute) }, time.Hour,
			"temporal: cancelled in Temporal"},
		{"its turn comes too late", func(w *world) { w.turn(2*time.Hour, gennaker.Turn{Go: true}) }, time.Hour, "gennaker: its startTimeExpiry had passed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.tell(w)
			e := w.run(fmt.Sprintf(oneAtATime, w.begun.Add(c.expiry).UnixMilli()), nil)
			if e.Status != gennaker.Canceled || e.Cancel.User+": "+e.Cancel.Reason != c.by || e.Stages[0].Status != gennaker.NotStarted {
				t.Errorf("ended %s, cancelled by %+v, stage %s", e.Status, e.Cancel, e.Stages[0].Status)
			}
		})
	}
}

func TestAPipelineWithoutALimitAsksNobody(t *testing.T) {
	w := newWorld(t)
	e := w.run(`{"application": "shop", "name": "deploy", "keepWaitingPipelines": true, "stages": [{"type": "noop"}]}`, nil)
	if e.Status != gennaker.Succeeded || len(w.others.Enqueued) != 0 {
		t.Errorf("ended %s and entered %v", e.Status, w.others.Enqueued)
	}
}
