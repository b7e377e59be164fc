package gennaker

import (
	"fmt"
	"slices"
)

// Artifacts are what the execution's stages put out, the latest first, and
// then what it was started with. The stage with the refId except is left out.
func (e *Execution) Artifacts(except string) ([]Artifact, error) {
	var all []Artifact
	for _, s := range e.inOrder() {
		if s.RefID == except {
			continue
		}
		made, err := ArtifactsOf(s.Outputs["artifacts"])
		if err != nil {
			return nil, fmt.Errorf("stage %s of %s: %w", s.RefID, e.ID, err)
		}
		all = append(all, made...)
	}
	slices.Reverse(all)
	return append(all, e.Trigger.Artifacts...), nil
}

// inOrder are the stages, each after its requisites.
func (e *Execution) inOrder() []*StageExecution {
	var ordered []*StageExecution
	placed := map[string]bool{}
	for grown := true; grown; {
		grown = false
		var next []*StageExecution
		for i := range e.Stages {
			s := &e.Stages[i]
			waits := slices.ContainsFunc(s.Requisites, func(ref string) bool { return !placed[ref] })
			if !waits && !placed[s.RefID] {
				next = append(next, s)
			}
		}
		for _, s := range next {
			placed[s.RefID], grown = true, true
			ordered = append(ordered, s)
		}
	}
	return ordered
}
