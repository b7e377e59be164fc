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
func (s Store) Get(ctx context.Context, ref gennaker.PipelineRef) (saved gennaker.SavedPipeline, err error) {
	err = s.onThe(ctx, ref, func(workflowID string) (err error) {
		saved, err = s.document(ctx, workflowID)
		return err
	})
	return saved, err
}

// onThe acts on the workflow of the pipeline with that name or, if there is
// none, of the one with that id.
func (s Store) onThe(ctx context.Context, ref gennaker.PipelineRef, act func(workflowID string) error) error {
	err := act(ref.WorkflowID())
	if !isNotFound(err) {
		return err
	}
	list, err := s.List(ctx, "")
	if err != nil {
		return err
	}
	listed, err := gennaker.ChoosePipeline(list, ref)
	if err != nil {
		return err
	}
	err = act(listed.Ref().WorkflowID())
	if isNotFound(err) { // it was deleted, and is still listed
		_, err = gennaker.ChoosePipeline(nil, ref)
	}
	return err
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
