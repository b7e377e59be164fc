package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var pipelines *activities.Pipelines // for its names alone

// FindPipeline returns the newest document of a stored pipeline, with its id.
// The error of one that is not there is gennaker.ErrNotFound and says what may
// have been meant.
func FindPipeline(ctx workflow.Context, ref gennaker.PipelineRef) (gennaker.Pipeline, error) {
	var p gennaker.Pipeline
	err := run(ctx, reading, "find pipeline "+ref.String(), pipelines.FindPipeline, ref, &p)
	return p, err
}

// PipelineID returns the id of the stored pipeline with that name, without
// reading its document. Its errors are FindPipeline's.
func PipelineID(ctx workflow.Context, ref gennaker.PipelineRef) (string, error) {
	var id string
	err := run(ctx, reading, "find the id of pipeline "+ref.String(), pipelines.PipelineID, ref, &id)
	return id, err
}
