package starter

import (
	"context"
	"errors"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"

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
	// WaysBack are what the cluster operations will do if they do not go well,
	// by workflow id.
	WaysBack map[string]string `json:"waysBack,omitempty"`
	// Jobs are what the jobs that are waited for wrote last, by name.
	Jobs map[string]string `json:"-"`
	// Rollouts are how far the objects are that are waited for.
	Rollouts []gennaker.RolloutProgress `json:"-"`
}

// state returns an execution as it is now, or as it ended. That needs a
// worker only while it runs.
func (s *session) state(ctx context.Context, r ref) (view, error) {
	now, err := s.executions.State(ctx, r.whole())
	v := view{Execution: now.Execution}
	if now.Silence != nil {
		v.NoWorker = noWorkerText(now.Silence)
	}
	return v, err
}

func noWorkerText(err error) string {
	if isLate(err) {
		return "no worker answers"
	}
	return "no worker answers: " + lastSentence(err)
}

// input decodes what a run was started with.
func (s *session) input(ctx context.Context, r ref, into any) error {
	err := s.executions.Input(ctx, r.whole(), into)
	if errors.Is(err, gennaker.ErrNotFound) {
		return notFoundf("%s: its history is gone: Temporal keeps it for the namespace's retention only", r.id)
	}
	return err
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
