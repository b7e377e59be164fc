package starter

import (
	"cmp"

	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/gennaker/gennaker"
)

// history turns the events of one workflow into entries.
type history struct {
	*session
	stage string // that the workflow runs for; empty for the execution itself
	child func(r ref, stage string)
	tell  func(entry) error

	begun map[int64]*step // by the event that began it
}

// tellers are the events that a timeline shows.
var tellers = map[enums.EventType]func(*history, *historypb.HistoryEvent) error{
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:               (*history).started,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:             (*history).succeeded,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:                (*history).failed,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:              (*history).canceled,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:            (*history).terminated,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:      (*history).cancelRequested,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:              (*history).signaled,
	enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:       (*history).updated,
	enums.EVENT_TYPE_WORKFLOW_TASK_FAILED:                     (*history).taskFailed,
	enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:                  (*history).scheduled,
	enums.EVENT_TYPE_ACTIVITY_TASK_STARTED:                    (*history).tried,
	enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:                  (*history).stepEnded,
	enums.EVENT_TYPE_ACTIVITY_TASK_FAILED:                     (*history).stepEnded,
	enums.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:                  (*history).stepEnded,
	enums.EVENT_TYPE_ACTIVITY_TASK_CANCELED:                   (*history).stepEnded,
	enums.EVENT_TYPE_TIMER_STARTED:                            (*history).timerStarted,
	enums.EVENT_TYPE_TIMER_FIRED:                              (*history).stepEnded,
	enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: (*history).childInitiated,
	enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:    (*history).stepEnded,
	enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:         (*history).childStarted,
	enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:       (*history).stepEnded,
	enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:          (*history).stepEnded,
	enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:        (*history).stepEnded,
	enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:      (*history).stepEnded,
}

func (h *history) event(e *historypb.HistoryEvent) error {
	if h.begun == nil {
		h.begun = map[int64]*step{}
	}
	if teller := tellers[e.GetEventType()]; teller != nil {
		return teller(h, e)
	}
	return nil
}

// say tells what happened to the workflow as a whole. The operations that an
// execution started are told by the execution itself.
func (h *history) say(e *historypb.HistoryEvent, stage, text, failure string) error {
	if h.stage != "" {
		return nil
	}
	return h.tell(entry{At: e.GetEventTime().AsTime(), Stage: stage, Text: text, Failure: failure})
}

func (h *history) started(e *historypb.HistoryEvent) error {
	var start gennaker.Start
	if h.stage != "" || h.decode(e.GetWorkflowExecutionStartedEventAttributes().GetInput(), &start) != nil {
		return nil
	}
	if again := start.Restarted; again != nil {
		return h.say(e, again.Stage, "restarted by "+again.User, "")
	}
	return h.say(e, "", "started by "+start.Trigger.User, "")
}

func (h *history) succeeded(e *historypb.HistoryEvent) error {
	return h.say(e, "", string(gennaker.Succeeded), "")
}

func (h *history) failed(e *historypb.HistoryEvent) error {
	return h.say(e, "", string(gennaker.Terminal), failureText(e.GetWorkflowExecutionFailedEventAttributes().GetFailure()))
}

func (h *history) canceled(e *historypb.HistoryEvent) error {
	return h.say(e, "", string(gennaker.Canceled), "")
}

func (h *history) terminated(e *historypb.HistoryEvent) error {
	a := e.GetWorkflowExecutionTerminatedEventAttributes()
	return h.say(e, "", "terminated in Temporal by "+cmp.Or(a.GetIdentity(), "somebody"), a.GetReason())
}

func (h *history) cancelRequested(e *historypb.HistoryEvent) error {
	return h.say(e, "", "cancel requested in Temporal", e.GetWorkflowExecutionCancelRequestedEventAttributes().GetCause())
}

func (h *history) taskFailed(e *historypb.HistoryEvent) error {
	a := e.GetWorkflowTaskFailedEventAttributes()
	if a.GetCause() == enums.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND {
		return nil // news came in while it ran; it runs again
	}
	return h.tell(entry{At: e.GetEventTime().AsTime(), Stage: h.stage, Text: "a worker could not go on and will try again", Failure: failureText(a.GetFailure())})
}

func (h *history) signaled(e *historypb.HistoryEvent) error {
	a := e.GetWorkflowExecutionSignaledEventAttributes()
	if a.GetSignalName() != gennaker.SignalJudge {
		return h.say(e, "", "signal "+a.GetSignalName()+" from "+a.GetIdentity(), "")
	}
	var j gennaker.Judgment
	if err := h.decode(a.GetInput(), &j); err != nil {
		return h.say(e, "", "signal judge from "+a.GetIdentity(), err.Error())
	}
	return h.say(e, j.Stage, "signal: "+answered(j), "")
}

func (h *history) updated(e *historypb.HistoryEvent) error {
	in := e.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput()
	var j gennaker.Judgment
	var r gennaker.Restart
	var c gennaker.Command
	switch {
	case in.GetName() == gennaker.UpdateJudge && h.decode(in.GetArgs(), &j) == nil:
		return h.say(e, j.Stage, answered(j), "")
	case in.GetName() == gennaker.UpdateRestart && h.decode(in.GetArgs(), &r) == nil:
		return h.say(e, r.Stage, "restarted by "+r.User, "")
	case h.decode(in.GetArgs(), &c) == nil:
		return h.say(e, "", in.GetName()+" by "+word(c), "")
	}
	return h.say(e, "", in.GetName(), "")
}
