package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

const pageSize = 1000

// List returns the pipelines of an application, or all of them, by
// application and name. It needs no worker; what was saved or deleted a moment
// ago may not show yet.
func (s Store) List(ctx context.Context, application string) ([]gennaker.ListedPipeline, error) {
	return s.list(ctx, fmt.Sprintf("WorkflowId STARTS_WITH '%s'", prefix(application)))
}

// prefix begins the workflow ids of an application's pipelines, or of all.
// Nothing in an id needs quoting.
func prefix(application string) string {
	if application == "" {
		return "pipeline/"
	}
	return gennaker.PipelineRef{Application: application}.WorkflowID()
}

func (s Store) list(ctx context.Context, which string) ([]gennaker.ListedPipeline, error) {
	query := fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running' AND %s", gennaker.PipelineDocumentWorkflow, which)
	list := []gennaker.ListedPipeline{}
	var next []byte
	for {
		page, err := s.Temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Query: query, PageSize: pageSize, NextPageToken: next})
		if err != nil {
			return nil, err
		}
		for _, info := range page.GetExecutions() {
			if l, ok := s.listing(info); ok {
				list = append(list, l)
			}
		}
		next = page.GetNextPageToken()
		if len(next) == 0 {
			slices.SortFunc(list, byName)
			return list, nil
		}
	}
}

// Named returns the pipeline of that name without its document, also one that
// was saved a moment ago. It needs no worker. The error of one that is not
// there is gennaker.ErrNotFound.
func (s Store) Named(ctx context.Context, ref gennaker.PipelineRef) (gennaker.ListedPipeline, error) {
	d, err := s.Temporal.DescribeWorkflowExecution(ctx, ref.WorkflowID(), "")
	info := d.GetWorkflowExecutionInfo()
	if err == nil && info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		if l, ok := s.listing(info); ok {
			return l, nil
		}
	}
	if err != nil && !isNotFound(err) {
		return gennaker.ListedPipeline{}, err
	}
	list, err := s.List(ctx, "")
	if err != nil {
		return gennaker.ListedPipeline{}, err
	}
	return gennaker.NamedPipeline(list, ref)
}

func byName(a, b gennaker.ListedPipeline) int {
	return cmp.Compare(a.Ref().WorkflowID(), b.Ref().WorkflowID())
}

// listing reads a workflow's memo; there is none before the first save.
func (s Store) listing(info *workflowpb.WorkflowExecutionInfo) (gennaker.ListedPipeline, bool) {
	var l gennaker.ListedPipeline
	memo, ok := info.GetMemo().GetFields()[gennaker.MemoPipeline]
	return l, ok && s.decode(memo, &l) == nil
}

func (s Store) decode(memo *commonpb.Payload, into any) error {
	data := s.Data
	if data == nil {
		data = converter.GetDefaultDataConverter()
	}
	return data.FromPayload(memo, into)
}
