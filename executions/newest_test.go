package executions

import (
	"fmt"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/gennaker/gennaker"
)

func TestExecutionsAreListedNewestFirst(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 25, hour, 0, 0, 0, time.UTC) }
	run := func(id, run string, hour int, status enums.WorkflowExecutionStatus) *workflowpb.WorkflowExecutionInfo {
		return &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: run},
			StartTime: timestamppb.New(at(hour)), Status: status}
	}
	list := newestFirst([]*workflowpb.WorkflowExecutionInfo{
		run("restarted", "second", 9, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED),
		run("old", "1", 1, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED),
		run("new", "1", 5, enums.WORKFLOW_EXECUTION_STATUS_FAILED),
		run("restarted", "first", 2, enums.WORKFLOW_EXECUTION_STATUS_FAILED),
		run("continued", "first", 3, enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW),
		run("continued", "third", 8, enums.WORKFLOW_EXECUTION_STATUS_CANCELED),
		run("continued", "second", 7, enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW),
	})
	var got []string
	for _, l := range list {
		got = append(got, fmt.Sprintf("%s/%s since %d %s", l.id, l.run, l.begun.Hour(), l.status))
	}
	want := "new/1 since 5 TERMINAL, continued/third since 3 CANCELED, restarted/second since 2 SUCCEEDED, old/1 since 1 SUCCEEDED"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("newestFirst = %s, want %s", text, want)
	}
}

func TestASearchSaysWhatItDidNotFind(t *testing.T) {
	s := Search{Application: "shop", Pipeline: "bake", Statuses: []gennaker.Status{gennaker.Succeeded, gennaker.Terminal}, Except: "shop/bake/1"}
	if got := s.none().Error(); got != "pipeline shop/bake: not found: there is no execution that is SUCCEEDED or TERMINAL" {
		t.Errorf("none = %s", got)
	}
	if s.fits("shop/bake/1", gennaker.Succeeded) || s.fits("shop/bake/2", gennaker.Running) || !s.fits("shop/bake/2", gennaker.Terminal) {
		t.Error("fits: want the statuses alone, and not the exception")
	}
	if got := Quote(`it's \ a`); got != `'it\'s \\ a'` {
		t.Errorf("Quote = %s", got)
	}
}
