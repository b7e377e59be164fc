package activities

import (
	"context"
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// PastArtifacts asks for artifacts of the newest execution of a pipeline.
type PastArtifacts struct {
	Application  string                      `json:"application"`
	Pipeline     string                      `json:"pipeline"` // its name
	Statuses     []gennaker.Status           `json:"statuses,omitempty"`
	Except       string                      `json:"except,omitempty"`       // an execution that does not count
	WithoutStage string                      `json:"withoutStage,omitempty"` // refId of a stage whose artifacts do not count
	Expected     []gennaker.ExpectedArtifact `json:"expected"`
}

// FoundArtifacts are those that something expected matches, the latest first.
type FoundArtifacts struct {
	Execution string              `json:"execution,omitempty"` // where they are from; empty if there is no such execution
	Artifacts []gennaker.Artifact `json:"artifacts,omitempty"`
}

// FindArtifacts reads the artifacts of the newest execution that fits. That
// there is none is no error.
func (a *Executions) FindArtifacts(ctx context.Context, q PastArtifacts) (f FoundArtifacts, err error) {
	err = alive(ctx, func(ctx context.Context, _ *pulse) error {
		e, err := a.client.Newest(ctx, executions.Search{Application: q.Application, Pipeline: q.Pipeline, Statuses: q.Statuses, Except: q.Except})
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		all, err := e.Artifacts(q.WithoutStage)
		f = FoundArtifacts{Execution: e.ID, Artifacts: q.matching(all)}
		return err
	})
	return f, err
}

func (q PastArtifacts) matching(all []gennaker.Artifact) []gennaker.Artifact {
	var list []gennaker.Artifact
	for _, a := range all {
		for _, x := range q.Expected {
			if x.Matches(a) {
				list = gennaker.AddArtifacts(list, a)
			}
		}
	}
	return list
}
