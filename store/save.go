package store

import (
	"context"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// Save stores a document. A worker must answer, and may refuse it; a caller
// that gives up does not know whether it was taken.
func (s Store) Save(ctx context.Context, save gennaker.SavePipeline) (gennaker.PipelineSaved, error) {
	var saved gennaker.PipelineSaved
	ref := save.Pipeline.Ref()
	handle, err := s.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: s.Temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
			ID:                       ref.WorkflowID(),
			TaskQueue:                s.TaskQueue,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			StaticSummary:            fmt.Sprintf("pipeline %.80s", ref),
		}, gennaker.PipelineDocumentWorkflow, gennaker.SavedPipeline{}),
		UpdateOptions: client.UpdateWorkflowOptions{UpdateName: gennaker.UpdateSave, Args: []any{save},
			WaitForStage: client.WorkflowUpdateStageCompleted},
	})
	if err != nil {
		return saved, err
	}
	return saved, handle.Get(ctx, &saved)
}

// Delete deletes the pipeline that a reference means, and returns its last
// version. A worker must answer.
func (s Store) Delete(ctx context.Context, ref gennaker.PipelineRef, by gennaker.Command) (last gennaker.ListedPipeline, err error) {
	err = s.onThe(ctx, ref, func(workflowID string) error {
		handle, err := s.Temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: workflowID, UpdateName: gennaker.UpdateDelete, Args: []any{by},
			WaitForStage: client.WorkflowUpdateStageCompleted})
		if err != nil {
			return err
		}
		return handle.Get(ctx, &last)
	})
	return last, err
}

// listedEvery is the pause between two looks at Temporal's list.
const listedEvery = 100 * time.Millisecond

// AwaitListed returns when that version, or a newer one, is listed: from then
// on the pipeline is found by its id.
func (s Store) AwaitListed(ctx context.Context, l gennaker.ListedPipeline) error {
	return s.awaitList(ctx, l.Ref(), func(version int) bool { return version >= l.Version })
}

// AwaitUnlisted returns when the pipeline of that name is listed no longer.
func (s Store) AwaitUnlisted(ctx context.Context, ref gennaker.PipelineRef) error {
	return s.awaitList(ctx, ref, func(version int) bool { return version == 0 })
}

func (s Store) awaitList(ctx context.Context, ref gennaker.PipelineRef, enough func(version int) bool) error {
	for {
		list, err := s.list(ctx, fmt.Sprintf("WorkflowId = '%s'", ref.WorkflowID()))
		if err != nil {
			return err
		}
		version := 0
		for _, l := range list {
			version = max(version, l.Version)
		}
		if enough(version) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(listedEvery):
		}
	}
}
