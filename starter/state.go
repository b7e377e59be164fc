package starter

import (
	"context"
	"errors"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// workerPatience is how long a worker may take to answer for an execution.
const workerPatience = 5 * time.Second

// view is what is known of an execution.
type view struct {
	gennaker.Execution
	// NoWorker says why the stages are not known: no worker answered.
	NoWorker string `json:"noWorker,omitempty"`
	// Progress is how far the cluster operations are, by workflow id.
	Progress map[string][]gennaker.Progress `json:"-"`
}

// state returns an execution as it is now, or as it ended. That needs a
// worker only while it runs.
func (s *session) state(ctx context.Context, r ref) (view, error) {
	d, err := s.DescribeWorkflowExecution(ctx, r.id, r.runID)
	if err != nil {
		return view{}, err
	}
	info := d.GetWorkflowExecutionInfo()
	if info.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		e, err := s.outcome(ctx, r, info)
		return view{Execution: e}, err
	}
	e, err := s.query(ctx, r)
	if err == nil {
		return view{Execution: e}, nil
	}
	if ctx.Err() != nil {
		return view{}, ctx.Err()
	}
	return view{Execution: outline(info), NoWorker: noWorkerText(err)}, nil
}

func (s *session) query(ctx context.Context, r ref) (gennaker.Execution, error) {
	var e gennaker.Execution
	ctx, cancel := context.WithTimeout(ctx, workerPatience)
	defer cancel()
	answer, err := s.QueryWorkflow(ctx, r.id, r.runID, gennaker.QueryState)
	if err != nil {
		return e, err
	}
	return e, answer.Get(&e)
}

// outcome returns an execution that has ended: its result, or what its
// failure or cancellation carries.
func (s *session) outcome(ctx context.Context, r ref, info *workflowpb.WorkflowExecutionInfo) (gennaker.Execution, error) {
	var e gennaker.Execution
	err := s.GetWorkflow(ctx, r.id, r.runID).Get(ctx, &e)
	if err == nil {
		return e, nil
	}
	var failed *temporal.ApplicationError
	var canceled *temporal.CanceledError
	switch {
	case errors.As(err, &failed) && failed.HasDetails() && failed.Details(&e) == nil:
		return e, nil
	case errors.As(err, &canceled) && canceled.HasDetails() && canceled.Details(&e) == nil:
		return e, nil
	case isA[*temporal.WorkflowExecutionError](err):
		e = outline(info)
		e.Notices = []gennaker.Notice{{At: e.EndTime, Text: "ended without its results: " + sentence(err)}}
		return e, nil
	}
	return e, err
}

// outline is what Temporal knows of an execution without a worker.
func outline(info *workflowpb.WorkflowExecutionInfo) gennaker.Execution {
	r := runOf(info)
	return gennaker.Execution{
		ID: r.ID, Application: r.Application, Name: r.Pipeline, Status: r.Status,
		Trigger: gennaker.Trigger{User: r.User}, StartTime: r.StartTime, EndTime: r.EndTime,
	}
}

func noWorkerText(err error) string {
	if isLate(err) {
		return "no worker answers"
	}
	return "no worker answers: " + lastSentence(err)
}

// input decodes what a run was started with.
func (s *session) input(ctx context.Context, r ref, into any) error {
	events := s.GetWorkflowHistory(ctx, r.id, r.runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return notFoundf("%s: its history is gone: Temporal keeps it for the namespace's retention only", r.id)
	}
	first, err := events.Next()
	if err != nil {
		return err
	}
	return s.decode(first.GetWorkflowExecutionStartedEventAttributes().GetInput(), into)
}

func (s *session) decode(payloads *commonpb.Payloads, into any) error {
	return s.data.FromPayloads(payloads, into)
}

// summaryOf is the line that the author of an event wrote for people.
func (s *session) summaryOf(event *historypb.HistoryEvent) string {
	var text string
	if p := event.GetUserMetadata().GetSummary(); p != nil {
		_ = s.data.FromPayload(p, &text) // one that cannot be read is as none
	}
	return text
}
