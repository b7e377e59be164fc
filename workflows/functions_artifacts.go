package workflows

import (
	"fmt"

	"github.com/gennaker/gennaker"
)

// resolvedArtifacts are the artifacts that the trigger brought and that the
// stages put out.
func resolvedArtifacts(sc *scope, _ []any) (any, error) {
	list := asList(sc.r.e.Trigger.Extra["artifacts"])
	for _, s := range sc.r.e.Stages {
		list = append(list, asList(s.Outputs["artifacts"])...)
	}
	return list, nil
}

// asList is a list as JSON has it; anything else is empty.
func asList(v any) []any {
	list, _ := plainJSON(v).([]any)
	return append([]any{}, list...)
}

// triggerArtifact finds what the trigger bound to an expected artifact, by a
// field of it.
func triggerArtifact(field string) func(*scope, []any) (any, error) {
	return func(sc *scope, args []any) (any, error) {
		for _, expected := range asList(sc.r.e.Trigger.Extra["resolvedExpectedArtifacts"]) {
			fields, _ := expected.(map[string]any)
			bound, _ := fields["boundArtifact"].(map[string]any)
			if bound != nil && bound[field] == args[0] {
				return bound, nil
			}
		}
		return nil, fmt.Errorf("'%v': %w: the trigger has no artifact of that %s", args[0], gennaker.ErrNotFound, field)
	}
}
