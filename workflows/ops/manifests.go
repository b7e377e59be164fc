package ops

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// ManifestsWait is what a wait for objects is for.
type ManifestsWait = activities.ManifestsWait

var manifests *activities.Manifests // for its names alone

// ApplyManifests has objects be as manifests say.
func ApplyManifests(ctx workflow.Context, m gennaker.ApplyManifests) (gennaker.AppliedManifests, error) {
	var applied gennaker.AppliedManifests
	err := run(ctx, changing, fmt.Sprintf("apply %d manifests", len(m.Manifests)), manifests.ApplyManifests, m, &applied)
	return applied, err
}

// Manifest returns one object.
func Manifest(ctx workflow.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error) {
	var m gennaker.Manifest
	err := run(ctx, reading, "look at "+ref.String(), manifests.GetManifest, ref, &m)
	return m, err
}

// Manifests returns the objects that fit, oldest first, without their
// documents.
func Manifests(ctx workflow.Context, q gennaker.ManifestQuery) ([]gennaker.Manifest, error) {
	var list []gennaker.Manifest
	err := run(ctx, reading, "look for manifests", manifests.ListManifests, q, &list)
	return list, err
}

// AwaitManifests waits until objects are stable. It has no limit but that of
// its stage.
func AwaitManifests(ctx workflow.Context, account string, refs []gennaker.ManifestRef) error {
	w := activities.ManifestsWait{Account: account, Objects: refs}
	return run(ctx, waiting, "wait until "+w.String()+" is stable", manifests.AwaitManifests, w, nil)
}

// UnstableManifests says how those of some objects are that are not stable.
func UnstableManifests(ctx workflow.Context, account string, refs []gennaker.ManifestRef) ([]gennaker.RolloutProgress, error) {
	var left []gennaker.RolloutProgress
	options := reading
	options.ScheduleToCloseTimeout = time.Minute
	err := run(ctx, options, "look how far it is", manifests.UnstableManifests, activities.ManifestsWait{Account: account, Objects: refs}, &left)
	return left, err
}

// PatchManifest changes an object.
func PatchManifest(ctx workflow.Context, p gennaker.PatchManifest) error {
	return run(ctx, changing, "patch "+p.String(), manifests.PatchManifest, p, nil)
}

// ScaleManifest sets an object's number of replicas.
func ScaleManifest(ctx workflow.Context, ref gennaker.ManifestRef, replicas int) error {
	return run(ctx, changing, fmt.Sprintf("scale %s to %d", ref, replicas), manifests.ScaleManifest,
		gennaker.ScaleManifest{ManifestRef: ref, Replicas: replicas}, nil)
}

// DeleteManifest deletes an object and waits until it is gone. It may be gone
// already.
func DeleteManifest(ctx workflow.Context, d gennaker.DeleteManifest) error {
	if err := run(ctx, changing, "delete "+d.String(), manifests.DeleteManifest, d, nil); err != nil {
		return err
	}
	options := waiting
	options.ScheduleToCloseTimeout = idleLimit
	w := activities.ManifestsWait{Account: d.Account, Objects: []gennaker.ManifestRef{d.ManifestRef}, Gone: true, UIDs: []string{d.UID}}
	return run(ctx, options, "wait until "+d.String()+" is gone", manifests.AwaitManifests, w, nil)
}

// SetManifestTraffic puts an object's pods into traffic, or takes them out.
func SetManifestTraffic(ctx workflow.Context, ref gennaker.ManifestRef, enabled bool) error {
	what := "disable "
	if enabled {
		what = "enable "
	}
	return run(ctx, changing, what+ref.String(), manifests.SetManifestTraffic, gennaker.SetManifestTraffic{ManifestRef: ref, Enabled: enabled}, nil)
}

// FindRevision is the number of the revision that is so many before the one
// that is now.
func FindRevision(ctx workflow.Context, ref gennaker.ManifestRef, back int) (int, error) {
	var revision int
	err := run(ctx, reading, fmt.Sprintf("look for the revision %d before that of %s", back, ref), manifests.FindRevision,
		activities.RevisionQuery{ManifestRef: ref, Back: back}, &revision)
	return revision, err
}

// UndoRollout has an object go back to a revision.
func UndoRollout(ctx workflow.Context, u gennaker.UndoRollout) error {
	return run(ctx, changing, fmt.Sprintf("take %s back to revision %d", u.ManifestRef, u.Revision), manifests.UndoRollout, u, nil)
}

// RestartRollout has an object's pods be replaced.
func RestartRollout(ctx workflow.Context, ref gennaker.ManifestRef) error {
	at := workflow.Now(ctx).UTC().Truncate(time.Second)
	return run(ctx, changing, "restart "+ref.String(), manifests.RestartRollout, gennaker.RestartRollout{ManifestRef: ref, At: at}, nil)
}

// PauseRollout stops a rollout where it is, or lets it go on.
func PauseRollout(ctx workflow.Context, ref gennaker.ManifestRef, paused bool) error {
	what := "resume "
	if paused {
		what = "pause "
	}
	return run(ctx, changing, what+ref.String(), manifests.PauseRollout, gennaker.PauseRollout{ManifestRef: ref, Paused: paused}, nil)
}
