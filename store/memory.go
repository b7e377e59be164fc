package store

import (
	"context"

	"github.com/gennaker/gennaker"
)

// Memory is pipelines that are nowhere but here, for tests.
type Memory []gennaker.Pipeline

// Get returns the pipeline that a reference means, as Store's does.
func (m Memory) Get(_ context.Context, ref gennaker.PipelineRef) (gennaker.SavedPipeline, error) {
	var all []gennaker.SavedPipeline
	var list []gennaker.ListedPipeline
	for _, p := range m {
		p.ID = p.StoredID()
		saved := gennaker.SavedPipeline{Pipeline: p, Revision: gennaker.Revision{Version: 1}}
		all, list = append(all, saved), append(list, saved.Listing())
	}
	chosen, err := gennaker.ChoosePipeline(list, ref)
	if err != nil {
		return gennaker.SavedPipeline{}, err
	}
	for _, saved := range all {
		if saved.Listing() == chosen {
			return saved, nil
		}
	}
	return gennaker.SavedPipeline{}, gennaker.ErrNotFound
}
