package starter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	enums "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// ref names one run of an execution.
type ref struct{ id, runID string }

func refOf(r executions.Ref) ref { return ref{r.ID, r.RunID} }

// whole is the execution that the run belongs to.
func (r ref) whole() executions.Ref { return executions.Ref{ID: r.id, RunID: r.runID} }

const (
	// shortest is how much of an id's last part must be given.
	shortest = 6
	// searchLimit bounds how many executions are looked through for a short id.
	searchLimit = 20000
	pageSize    = 1000
)

// checkExecution says what is wrong with an EXECUTION argument by itself.
func checkExecution(arg string) error {
	if arg == "" {
		return usagef("EXECUTION is missing: give an id, the end of one, or application/pipeline: `gennaker list` shows them")
	}
	if !strings.Contains(arg, "/") && len(arg) < shortest {
		return usagef("execution %q: give at least %d characters of its id", arg, shortest)
	}
	return nil
}

// find turns an EXECUTION argument into the newest run of the execution that
// it names.
func (s *session) find(ctx context.Context, arg string) (ref, error) {
	if strings.Count(arg, "/") >= 2 {
		return s.exact(ctx, arg)
	}
	if strings.Contains(arg, "/") {
		return s.newest(ctx, arg)
	}
	runs, err := s.list(ctx, "", searchLimit)
	if err != nil {
		return ref{}, err
	}
	return pick(arg, runs)
}

func (s *session) exact(ctx context.Context, id string) (ref, error) {
	d, err := s.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		f := explain(err, s.address)
		if f.code == exitNotFound {
			return ref{}, noSuchExecution(id)
		}
		return ref{}, f
	}
	info := d.GetWorkflowExecutionInfo()
	if info.GetType().GetName() != gennaker.ExecutionWorkflow {
		return ref{}, notFoundf("%s: no such execution: it is a %s", id, info.GetType().GetName())
	}
	return ref{id, info.GetExecution().GetRunId()}, nil
}

// newest finds the execution of application/pipeline that was started last.
func (s *session) newest(ctx context.Context, arg string) (ref, error) {
	application, pipeline, _ := strings.Cut(arg, "/")
	prefix := executions.Prefix(application, pipeline)
	runs, err := s.list(ctx, "WorkflowId STARTS_WITH "+executions.Quote(prefix), searchLimit)
	if err != nil {
		return ref{}, err
	}
	if len(runs) == 0 {
		return ref{}, noSuchExecution(arg)
	}
	return runs[0].ref(), nil
}

// pick finds the one execution whose last part is, begins or ends with arg.
func pick(arg string, runs []run) (ref, error) {
	word := strings.ToLower(arg)
	var found []run
	for _, r := range runs {
		last := strings.ToLower(r.ID[strings.LastIndex(r.ID, "/")+1:])
		if last == word {
			return r.ref(), nil
		}
		if strings.HasPrefix(last, word) || strings.HasSuffix(last, word) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return ref{}, noSuchExecution(arg)
	case 1:
		return found[0].ref(), nil
	}
	return ref{}, ambiguous(arg, found)
}

func ambiguous(arg string, found []run) error {
	const most = 5
	var ids []string
	for _, r := range found[:min(len(found), most)] {
		ids = append(ids, r.ID)
	}
	if len(found) > most {
		ids = append(ids, fmt.Sprintf("%d more", len(found)-most))
	}
	return usagef("execution %q could be %s: give more of its id", arg, strings.Join(ids, ", "))
}

func noSuchExecution(arg string) error {
	return notFoundf("%s: no such execution: `gennaker list` shows those there are", arg)
}

// run is an execution as Temporal lists it.
type run struct {
	ID          string          `json:"id"`
	RunID       string          `json:"runId"`
	Application string          `json:"application"`
	Pipeline    string          `json:"pipeline"`
	User        string          `json:"user"`
	Status      gennaker.Status `json:"status"`
	StartTime   time.Time       `json:"startTime"`
	EndTime     time.Time       `json:"endTime,omitzero"`

	continued bool // in another run, of which it is the beginning
}

func (r run) ref() ref { return ref{r.ID, r.RunID} }

// list returns the newest run of each execution that matches a visibility
// query, the newest first. It reads at most limit runs, and an execution that
// began a moment ago may be missing.
func (s *session) list(ctx context.Context, query string, limit int) ([]run, error) {
	where := "WorkflowType = " + executions.Quote(gennaker.ExecutionWorkflow)
	if query != "" {
		where += " AND " + query
	}
	var runs []run
	var next []byte
	for {
		page, err := s.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: s.namespace, Query: where, NextPageToken: next, PageSize: int32(min(pageSize, limit)),
		})
		if err != nil {
			return nil, err
		}
		for _, info := range page.GetExecutions() {
			runs = append(runs, runOf(info))
		}
		next = page.GetNextPageToken()
		if len(next) == 0 || len(runs) >= limit {
			return newestRuns(runs), nil
		}
	}
}

// newestRuns sorts by start, the newest first, and drops earlier runs of an
// execution that was restarted. One that was continued in several runs began
// with the first.
func newestRuns(runs []run) []run {
	slices.SortStableFunc(runs, func(a, b run) int { return b.StartTime.Compare(a.StartTime) })
	var newest []run
	at := map[string]int{}       // the place of an execution in newest
	another := map[string]bool{} // that an older run of it is another execution
	for _, r := range runs {
		i, seen := at[r.ID]
		switch {
		case !seen:
			at[r.ID] = len(newest)
			newest = append(newest, r)
		case r.continued && !another[r.ID]:
			newest[i].StartTime = r.StartTime
		default:
			another[r.ID] = true
		}
	}
	slices.SortStableFunc(newest, func(a, b run) int { return b.StartTime.Compare(a.StartTime) })
	return newest
}

func runOf(info *workflowpb.WorkflowExecutionInfo) run {
	e := executions.Outline(info)
	return run{ID: e.ID, RunID: info.GetExecution().GetRunId(), continued: info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, Application: e.Application, Pipeline: e.Name,
		User: e.Trigger.User, Status: e.Status, StartTime: e.StartTime, EndTime: e.EndTime}
}
