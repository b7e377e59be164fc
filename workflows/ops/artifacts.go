package ops

import (
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// The words of the activity.
type (
	PastArtifacts  = activities.PastArtifacts
	FoundArtifacts = activities.FoundArtifacts
)

var artifactStore *activities.Artifacts // for its names alone

// fetching is reading from a server that may be slow, and asking it four times
// where it is busy or cannot be reached.
func fetching() workflow.ActivityOptions {
	options := reading
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout = time.Minute, 3*time.Minute
	options.RetryPolicy = retries(time.Second, 10*time.Second)
	options.RetryPolicy.MaximumAttempts = 4
	return options
}

// ReadArtifact returns the text that an artifact is: the one that it carries,
// or what its reference leads to, of 256 KiB at most. What it carries is read
// here, and the history has it once.
func ReadArtifact(ctx workflow.Context, a gennaker.Artifact) (string, error) {
	content, ok, err := a.Content()
	if ok || err != nil {
		return strings.ToValidUTF8(string(content), "\uFFFD"), err
	}
	var text string
	err = run(ctx, fetching(), "read artifact "+a.String(), artifactStore.ReadArtifact, a, &text)
	return text, err
}

// FindArtifacts reads the artifacts of the newest execution of a pipeline that
// fits, as far as something expected matches them. That there is no such
// execution is no error.
func FindArtifacts(ctx workflow.Context, q PastArtifacts) (FoundArtifacts, error) {
	var f FoundArtifacts
	err := run(ctx, reading, "find artifacts of "+q.Application+"/"+q.Pipeline, executions.FindArtifacts, q, &f)
	return f, err
}
