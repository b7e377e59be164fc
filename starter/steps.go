package starter

import (
	"cmp"
	"context"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/gennaker/gennaker"
)

// step is an activity, a timer or a cluster operation.
type step struct {
	text     string
	stage    string
	activity string // its id, if it is one
	begin    time.Time
	tries    int
}

func (h *history) scheduled(e *historypb.HistoryEvent) error {
	a := e.GetActivityTaskScheduledEventAttributes()
	h.begun[e.GetEventId()] = &step{text: cmp.Or(h.summaryOf(e), a.GetActivityType().GetName()), stage: h.stage,
		activity: a.GetActivityId(), begin: e.GetEventTime().AsTime()}
	return nil
}

func (h *history) tried(e *historypb.HistoryEvent) error {
	a := e.GetActivityTaskStartedEventAttributes()
	if s := h.begun[a.GetScheduledEventId()]; s != nil {
		s.tries = int(a.GetAttempt())
	}
	return nil
}

func (h *history) timerStarted(e *historypb.HistoryEvent) error {
	text := "waited"
	if summary := h.summaryOf(e); summary != "" {
		text += ": " + summary
	}
	h.begun[e.GetEventId()] = &step{text: text, stage: h.stage, begin: e.GetEventTime().AsTime()}
	return nil
}

func (h *history) childInitiated(e *historypb.HistoryEvent) error {
	a := e.GetStartChildWorkflowExecutionInitiatedEventAttributes()
	var op gennaker.Operation
	if err := h.decode(a.GetInput(), &op); err != nil {
		return err
	}
	h.begun[e.GetEventId()] = &step{text: op.Kind + " in cluster " + op.Cluster.String(), stage: op.Stage, begin: e.GetEventTime().AsTime()}
	return nil
}

func (h *history) childStarted(e *historypb.HistoryEvent) error {
	a := e.GetChildWorkflowExecutionStartedEventAttributes()
	if s := h.begun[a.GetInitiatedEventId()]; s != nil {
		h.child(ref{a.GetWorkflowExecution().GetWorkflowId(), a.GetWorkflowExecution().GetRunId()}, s.stage)
		return h.tell(entry{At: e.GetEventTime().AsTime(), Stage: s.stage, Text: "began " + s.text})
	}
	return nil
}

// stepEnded tells of a step that has ended, well or not.
func (h *history) stepEnded(e *historypb.HistoryEvent) error {
	id, failure := endOf(e)
	s := h.begun[id]
	if s == nil {
		return nil
	}
	delete(h.begun, id)
	at := e.GetEventTime().AsTime()
	return h.tell(entry{At: at, Stage: s.stage, Text: s.text, Tries: s.tries, Took: at.Sub(s.begin).Seconds(), Failure: failure, step: true})
}

// pending tells of the activities that have not ended.
func (h *history) pending(ctx context.Context, r ref) error {
	if len(h.begun) == 0 {
		return nil
	}
	d, err := h.DescribeWorkflowExecution(ctx, r.id, r.runID)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, a := range d.GetPendingActivities() {
		for _, s := range h.begun {
			if s.activity != a.GetActivityId() {
				continue
			}
			err := h.tell(entry{At: now, Stage: s.stage, Text: s.text, Tries: int(a.GetAttempt()), Took: now.Sub(s.begin).Seconds(),
				Failure: failureText(a.GetLastFailure()), Running: true, step: true})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// endOf says which step an event ended, by the event that began it, and why
// if it did not end well.
func endOf(e *historypb.HistoryEvent) (begunBy int64, failure string) {
	switch e.GetEventType() {
	case enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		return e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId(), ""
	case enums.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		a := e.GetActivityTaskFailedEventAttributes()
		return a.GetScheduledEventId(), failureText(a.GetFailure())
	case enums.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		a := e.GetActivityTaskTimedOutEventAttributes()
		return a.GetScheduledEventId(), failureText(a.GetFailure())
	case enums.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
		return e.GetActivityTaskCanceledEventAttributes().GetScheduledEventId(), "cancelled"
	case enums.EVENT_TYPE_TIMER_FIRED:
		return e.GetTimerFiredEventAttributes().GetStartedEventId(), ""
	case enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
		return e.GetStartChildWorkflowExecutionFailedEventAttributes().GetInitiatedEventId(), "somebody else is changing the cluster"
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
		return e.GetChildWorkflowExecutionCompletedEventAttributes().GetInitiatedEventId(), ""
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
		a := e.GetChildWorkflowExecutionFailedEventAttributes()
		return a.GetInitiatedEventId(), failureText(a.GetFailure())
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
		return e.GetChildWorkflowExecutionCanceledEventAttributes().GetInitiatedEventId(), "cancelled"
	case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
		return e.GetChildWorkflowExecutionTerminatedEventAttributes().GetInitiatedEventId(), "terminated"
	}
	return 0, ""
}

// failureText is a failure's own words and those of its causes, without
// Temporal's around them.
func failureText(f *failurepb.Failure) string {
	switch {
	case f == nil:
		return ""
	case f.GetApplicationFailureInfo() != nil || f.GetCause() == nil:
		return f.GetMessage()
	case f.GetTimeoutFailureInfo() != nil:
		return fmt.Sprintf("no answer in time: %s", failureText(f.GetCause()))
	}
	return failureText(f.GetCause())
}
