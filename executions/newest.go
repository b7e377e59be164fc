package executions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/gennaker/gennaker"
)

// Search says which execution of a pipeline is looked for.
type Search struct {
	Application, Pipeline string
	Statuses              []gennaker.Status // any if there are none
	Except                string            // the id of one that does not count
}

// The bounds of a search: how many runs are listed, and how many executions
// are read.
const (
	maxListed = 1000
	maxRead   = 20
)

// Newest returns the execution that began last of those that fit; one that
// never came to its stages does not. The error is ErrNotFound if there is none.
// Temporal forgets executions that ended longer ago than it keeps them, and
// one that began a moment ago may be missing.
func (c Client) Newest(ctx context.Context, s Search) (gennaker.Execution, error) {
	list, err := c.list(ctx, s)
	if err != nil {
		return gennaker.Execution{}, err
	}
	read := 0
	for _, l := range list {
		if !s.fits(l.id, l.status) || read == maxRead {
			continue
		}
		read++
		state, err := c.State(ctx, l.ref())
		var gone *serviceerror.NotFound
		switch {
		case errors.As(err, &gone):
			continue
		case err != nil:
			return gennaker.Execution{}, err
		case state.Silence != nil:
			return gennaker.Execution{}, fmt.Errorf("execution %s: %w: no worker says how it stands: %w", l.id, gennaker.ErrUnavailable, state.Silence)
		case len(state.Stages) > 0 && s.fits(l.id, state.Status): // it may have ended meanwhile
			return state.Execution, nil
		}
	}
	return gennaker.Execution{}, s.none()
}

func (s Search) fits(id string, status gennaker.Status) bool {
	return id != s.Except && (len(s.Statuses) == 0 || slices.Contains(s.Statuses, status))
}

func (s Search) none() error {
	which := "execution"
	if len(s.Statuses) > 0 {
		var words []string
		for _, status := range s.Statuses {
			words = append(words, string(status))
		}
		which += " that is " + strings.Join(words, " or ")
	}
	return fmt.Errorf("pipeline %s/%s: %w: there is no %s", s.Application, s.Pipeline, gennaker.ErrNotFound, which)
}

// listed is an execution in Temporal's list: when it began first, and the run
// that counts.
type listed struct {
	id, run string
	status  gennaker.Status
	begun   time.Time
	latest  time.Time // when the run began
}

func (l listed) ref() Ref { return Ref{ID: l.id, RunID: l.run} }

// list returns the pipeline's executions, the newest first.
func (c Client) list(ctx context.Context, s Search) ([]listed, error) {
	query := fmt.Sprintf("WorkflowType = %s AND %s = %s AND %s = %s", Quote(gennaker.ExecutionWorkflow),
		gennaker.SearchApplication, Quote(cut(s.Application, maxAttribute)), gennaker.SearchPipeline, Quote(cut(s.Pipeline, maxAttribute)))
	var runs []*workflowpb.WorkflowExecutionInfo
	var next []byte
	for {
		page, err := c.Temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, NextPageToken: next})
		if err != nil {
			return nil, err
		}
		runs = append(runs, page.GetExecutions()...)
		next = page.GetNextPageToken()
		if len(next) == 0 || len(runs) >= maxListed {
			return newestFirst(runs), nil
		}
	}
}

// newestFirst makes executions of runs. Of one that was restarted or continued
// the last run counts; it keeps its age.
func newestFirst(runs []*workflowpb.WorkflowExecutionInfo) []listed {
	at := map[string]int{}
	var list []listed
	for _, info := range runs {
		e := Outline(info)
		now := listed{id: e.ID, run: info.GetExecution().GetRunId(), status: e.Status, begun: e.StartTime, latest: e.StartTime}
		i, known := at[e.ID]
		if !known {
			at[e.ID] = len(list)
			list = append(list, now)
			continue
		}
		if list[i].latest.After(now.latest) {
			now, list[i] = list[i], now
		}
		if list[i].begun.Before(now.begun) {
			now.begun = list[i].begun
		}
		list[i] = now
	}
	slices.SortStableFunc(list, func(a, b listed) int { return b.begun.Compare(a.begun) })
	return list
}

// Quote writes a text as a visibility query's string.
func Quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
