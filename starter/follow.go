package starter

import (
	"context"
	"time"

	enums "go.temporal.io/api/enums/v1"

	"github.com/gennaker/gennaker"
)

const (
	// beat is how often elapsed times move on and instances are counted.
	beat = time.Second
	// respite is how long a follower leaves a Temporal or a worker alone that
	// did not answer.
	respite = 2 * time.Second
	// doubt is how old a view may be: news of an execution can get lost under
	// load, and the server repeats it only much later.
	doubt = 5 * time.Second
)

// viewer is shown an execution each time it changed, and each beat. Lost
// tells it that Temporal does not answer for now.
type viewer interface {
	show(v view) error
	lost(err error) error
}

// follow shows an execution until it has ended, and returns how. It waits for
// news with a long poll, and outlives a Temporal that is away for a while.
func (s *session) follow(ctx context.Context, r ref, to viewer) (gennaker.Execution, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	news := make(chan struct{}, 1)
	go s.listen(ctx, r, news)
	tick := time.NewTicker(beat)
	defer tick.Stop()

	var v view
	var seen time.Time
	for fresh := false; ; {
		var err error
		if !fresh || time.Since(seen) > doubt {
			seen = time.Now()
			v, err = s.state(ctx, r)
			if fresh = err == nil && v.NoWorker == ""; fresh {
				v.WaysBack = s.waysBack(ctx, v.Execution)
			}
		}
		if err = s.present(ctx, &v, err, to); err != nil || v.Status.Complete() {
			return v.Execution, err
		}
		pause := tick.C
		if !fresh {
			pause = time.After(respite)
		}
		select {
		case <-ctx.Done():
			return v.Execution, ctx.Err()
		case <-news:
			fresh = false
		case <-pause:
		}
	}
}

// present shows a view, or that there is none. Only what waiting cannot mend
// is returned as an error.
func (s *session) present(ctx context.Context, v *view, err error, to viewer) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if explain(err, s.address).code == exitUnreachable {
			return to.lost(err)
		}
		return err
	}
	v.Progress, v.Jobs = s.progress(ctx, v.Execution), s.jobs(ctx, v.Execution)
	v.Rollouts = s.rollouts(ctx, v.Execution)
	return to.show(*v)
}

// listen sends news whenever the execution's history has grown, until it is
// complete. Where it is continued in another run, that one is listened to.
func (s *session) listen(ctx context.Context, r ref, news chan<- struct{}) {
	for ctx.Err() == nil {
		next, err := s.hear(ctx, r, news)
		if err == nil && next == "" {
			return
		}
		if err == nil {
			r.runID = next
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(respite):
		}
		tell(news)
	}
}

// hear sends news of one run, and returns the run that it is continued in.
func (s *session) hear(ctx context.Context, r ref, news chan<- struct{}) (next string, err error) {
	events := s.GetWorkflowHistory(ctx, r.id, r.runID, true, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return "", err
		}
		next = e.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		tell(news)
	}
	return next, nil
}

func tell(news chan<- struct{}) {
	select {
	case news <- struct{}{}:
	default: // there is news already
	}
}

// progress asks the cluster operations of the running stages how many
// instances are up.
func (s *session) progress(ctx context.Context, e gennaker.Execution) map[string][]gennaker.Progress {
	found := map[string][]gennaker.Progress{}
	for _, stage := range e.Stages {
		if stage.Status != gennaker.Running {
			continue
		}
		for _, id := range stage.Operations {
			for _, p := range heartbeats[gennaker.Progress](ctx, s, id) {
				if p.ServerGroup != "" {
					found[id] = append(found[id], p)
				}
			}
		}
	}
	return found
}

// waysBack asks the cluster operations of the running stages what they will do
// if they do not go well. One that does not answer has nothing to say.
func (s *session) waysBack(ctx context.Context, e gennaker.Execution) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, workerPatience)
	defer cancel()
	found := map[string]string{}
	for _, stage := range e.Stages {
		if stage.Status != gennaker.Running {
			continue
		}
		for _, id := range stage.Operations {
			var text string
			if value, err := s.QueryWorkflow(ctx, id, "", gennaker.QueryWayBack); err == nil && value.Get(&text) == nil {
				found[id] = text
			}
		}
	}
	return found
}

// heartbeats are what the running activities of a workflow last reported, each
// as a T. It is nothing if the workflow cannot be read: the stage tells its own
// end.
func heartbeats[T any](ctx context.Context, s *session, id string) []T {
	d, err := s.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return nil
	}
	var found []T
	for _, a := range d.GetPendingActivities() {
		var one T
		if a.GetHeartbeatDetails() != nil && s.decode(a.GetHeartbeatDetails(), &one) == nil {
			found = append(found, one)
		}
	}
	return found
}
