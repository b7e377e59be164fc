package activities

import (
	"context"

	"github.com/gennaker/gennaker"
)

// Pipelines finds stored pipelines.
type Pipelines struct {
	store PipelineStore
}

// PipelineStore is where pipelines are stored. Its errors are of the kinds of
// package gennaker, or those of Temporal's client.
type PipelineStore interface {
	Get(context.Context, gennaker.PipelineRef) (gennaker.SavedPipeline, error)
	Named(context.Context, gennaker.PipelineRef) (gennaker.ListedPipeline, error)
}

// FindPipeline returns the stored pipeline, with its id, that an application
// and a name mean, or else an id.
func (p *Pipelines) FindPipeline(ctx context.Context, ref gennaker.PipelineRef) (gennaker.Pipeline, error) {
	saved, err := p.store.Get(ctx, ref)
	return saved.Pipeline, translate(err)
}

// PipelineID returns the id of the stored pipeline with that name.
func (p *Pipelines) PipelineID(ctx context.Context, ref gennaker.PipelineRef) (string, error) {
	listed, err := p.store.Named(ctx, ref)
	return listed.ID, translate(err)
}
