package starter

import (
	"context"
	"sync"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
)

// timeline gathers the steps of one execution from its history and those of
// the cluster operations that it started.
type timeline struct {
	*session
	execution ref
	only      string // a stage's refId; empty for all

	mu   sync.Mutex // guards what is below
	view view       // to tell whose step it was
	sink func(entry) error
}

// read reads all histories, waiting for more if asked to follow.
func (l *timeline) read(ctx context.Context, follow bool) error {
	group, ctx := errgroup.WithContext(ctx)
	var start func(r ref, stage string)
	start = func(r ref, stage string) {
		group.Go(func() error {
			h := history{session: l.session, stage: stage, child: start, tell: func(e entry) error { return l.tell(ctx, e, follow) }}
			events := l.GetWorkflowHistory(ctx, r.id, r.runID, follow, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
			for events.HasNext() {
				event, err := events.Next()
				if err != nil {
					return err
				}
				if err := h.event(event); err != nil {
					return err
				}
			}
			if follow {
				return nil
			}
			return h.pending(ctx, r)
		})
	}
	start(l.execution, "")
	return group.Wait()
}

// tell passes an entry on if it belongs to the stage that was asked for.
func (l *timeline) tell(ctx context.Context, e entry, follow bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Stage == "" && e.step {
		if follow {
			l.refresh(ctx)
		}
		e.Stage = stageAt(l.view.Stages, e.At.Add(-time.Duration(e.Took*float64(time.Second))))
	}
	if stage := l.view.Stage(e.Stage); stage != nil {
		e.Stage = stage.RefID // people may have given its name
	}
	if l.only != "" && e.Stage != l.only {
		return nil
	}
	return l.sink(e)
}

// refresh reads the stages again; without a worker those known must do.
func (l *timeline) refresh(ctx context.Context) {
	if v, err := l.state(ctx, l.execution); err == nil && v.NoWorker == "" {
		l.view = v
	}
}

// stageAt is the stage that ran at a moment, if it was the only one.
func stageAt(stages []gennaker.StageExecution, at time.Time) string {
	const slack = 10 * time.Millisecond // between a workflow's clock and its events
	found := ""
	for _, s := range stages {
		if s.StartTime.IsZero() || s.StartTime.After(at.Add(slack)) || (!s.EndTime.IsZero() && s.EndTime.Before(at)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = s.RefID
	}
	return found
}
