package workflows

import (
	"fmt"

	"github.com/gennaker/gennaker"
)

// resolvedArtifacts are the artifacts that the stages put out.
func resolvedArtifacts(sc *scope, _ []any) (any, error) {
	list := []any{}
	for i := range sc.r.e.Stages {
		list = append(list, artifactsWithin(&sc.r.e.Stages[i])...)
	}
	return list, nil
}

// artifactsWithin are those of a stage and of the stages that ran within it.
func artifactsWithin(s *gennaker.StageExecution) []any {
	list := asList(s.Outputs["artifacts"])
	for _, within := range s.Synthetic {
		list = append(list, artifactsWithin(within)...)
	}
	return list
}

// asList is a list as JSON has it; anything else is empty.
func asList(v any) []any {
	list, _ := plainJSON(v).([]any)
	return append([]any{}, list...)
}

// triggerArtifact finds what the trigger bound to an expected artifact, by a
// field of it.
func triggerArtifact(field string, of func(gennaker.Artifact) string) func(*scope, []any) (any, error) {
	return func(sc *scope, args []any) (any, error) {
		for _, expected := range sc.r.e.Trigger.ResolvedExpectedArtifacts {
			if bound := expected.Bound; bound != nil && of(*bound) == args[0] {
				return plainJSON(bound), nil
			}
		}
		return nil, fmt.Errorf("'%v': %w: the trigger has no artifact of that %s", args[0], gennaker.ErrNotFound, field)
	}
}

func artifactName(a gennaker.Artifact) string { return a.Name }
func artifactType(a gennaker.Artifact) string { return a.Type }
