// Package store keeps pipeline documents in Temporal, each in a workflow of
// its own, so that there is no database to install. It is what the command
// and the workers share about them; it checks and decides nothing.
package store

import (
	"context"
	"errors"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

// Store is the pipeline documents of one Temporal namespace.
type Store struct {
	Temporal  client.Client
	Data      converter.DataConverter // nil is Temporal's default
	TaskQueue string                  // where new pipelines wait for a worker
}

// Get returns the pipeline that a reference means. A name finds what was saved
// a moment ago; an id finds what List lists. A worker must answer. The error
// of one that is not there is gennaker.ErrNotFound.
func (s Store) Get(ctx context.Context, ref gennaker.PipelineRef) (gennaker.SavedPipeline, error) {
	saved, err := s.document(ctx, ref.WorkflowID())
	if !isNotFound(err) {
		return saved, err
	}
	listed, err := s.choose(ctx, ref)
	if err != nil {
		return saved, err
	}
	saved, err = s.document(ctx, listed.Ref().WorkflowID())
	if isNotFound(err) { // it was deleted, and is still listed
		_, err = gennaker.ChoosePipeline(nil, ref)
	}
	return saved, err
}

func (s Store) choose(ctx context.Context, ref gennaker.PipelineRef) (gennaker.ListedPipeline, error) {
	list, err := s.List(ctx, "")
	if err != nil {
		return gennaker.ListedPipeline{}, err
	}
	return gennaker.ChoosePipeline(list, ref)
}

// document asks a workflow for what it keeps. One that has ended, or in which
// nothing was saved yet, counts as not found.
func (s Store) document(ctx context.Context, workflowID string) (gennaker.SavedPipeline, error) {
	var saved gennaker.SavedPipeline
	answer, err := s.Temporal.QueryWorkflowWithOptions(ctx, &client.QueryWorkflowWithOptionsRequest{
		WorkflowID: workflowID, QueryType: gennaker.QueryDocument, QueryRejectCondition: enums.QUERY_REJECT_CONDITION_NOT_OPEN})
	if err != nil {
		return saved, err
	}
	if answer.QueryRejected != nil {
		return saved, gennaker.ErrNotFound
	}
	if err := answer.QueryResult.Get(&saved); err != nil {
		return saved, err
	}
	if saved.Version == 0 {
		return saved, gennaker.ErrNotFound
	}
	return saved, nil
}

func isNotFound(err error) bool {
	var none *serviceerror.NotFound
	return errors.As(err, &none) || errors.Is(err, gennaker.ErrNotFound)
}
