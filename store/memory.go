package store

import (
	"context"
	"slices"

	"github.com/gennaker/gennaker"
)

// Memory is pipelines that are nowhere but here, for tests.
type Memory []gennaker.Pipeline

// Get returns the pipeline that a reference means, as Store's does.
func (m Memory) Get(_ context.Context, ref gennaker.PipelineRef) (gennaker.SavedPipeline, error) {
	all, list := m.all()
	chosen, err := gennaker.ChoosePipeline(list, ref)
	if err != nil {
		return gennaker.SavedPipeline{}, err
	}
	return all[slices.Index(list, chosen)], nil
}

// Named returns the pipeline of that name, as Store's does.
func (m Memory) Named(_ context.Context, ref gennaker.PipelineRef) (gennaker.ListedPipeline, error) {
	_, list := m.all()
	return gennaker.NamedPipeline(list, ref)
}

func (m Memory) all() (all []gennaker.SavedPipeline, list []gennaker.ListedPipeline) {
	for _, p := range m {
		p.ID = p.StoredID()
		saved := gennaker.SavedPipeline{Pipeline: p, Revision: gennaker.Revision{Version: 1}}
		all, list = append(all, saved), append(list, saved.Listing())
	}
	return all, list
}
