package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/activities"
)

// The words of the activity.
type (
	PastArtifacts  = activities.PastArtifacts
	FoundArtifacts = activities.FoundArtifacts
)

// FindArtifacts reads the artifacts of the newest execution of a pipeline that
// fits, as far as something expected matches them. That there is no such
// execution is no error.
func FindArtifacts(ctx workflow.Context, q PastArtifacts) (FoundArtifacts, error) {
	var f FoundArtifacts
	err := run(ctx, reading, "find artifacts of "+q.Application+"/"+q.Pipeline, executions.FindArtifacts, q, &f)
	return f, err
}
