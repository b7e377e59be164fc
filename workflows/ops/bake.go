package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// BakeManifest is the words of the activity.
type BakeManifest = activities.BakeManifest

// Bake makes manifests of a chart or a kustomization.
func Bake(ctx workflow.Context, b BakeManifest) (gennaker.Artifact, error) {
	var made gennaker.Artifact
	options := fetching()
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout = 2*time.Minute, 5*time.Minute
	err := run(ctx, options, "bake "+b.Name, artifactStore.BakeManifest, b, &made)
	return made, err
}
