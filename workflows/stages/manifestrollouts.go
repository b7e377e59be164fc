package stages

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type undoRolloutConfig struct {
	manifestCoordinates
	RevisionsBack int `json:"numRevisionsBack,omitempty" jsonschema:"minimum=1" jsonschema_description:"Default 1: the revision before the one that is now."`
	Revision      int `json:"revision,omitempty" jsonschema:"minimum=1" jsonschema_description:"The revision itself, by its number; it goes before numRevisionsBack."`
}

// UndoRolloutManifest takes an object back to an older revision, and waits
// until that is stable. Which one it is is found once.
func UndoRolloutManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[undoRolloutConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.RevisionsBack < 0 || c.Revision < 0 {
		return nil, fmt.Errorf("numRevisionsBack, revision: %w: a number from 1 is wanted", gennaker.ErrInvalid)
	}
	revision := c.Revision
	outputs, err := in.changeManifest(ctx, c.manifestCoordinates, true, func(ref gennaker.ManifestRef) (err error) {
		if revision == 0 {
			revision, err = ops.FindRevision(ctx, ref, max(c.RevisionsBack, 1))
		}
		if err != nil {
			return err
		}
		return ops.UndoRollout(ctx, gennaker.UndoRollout{ManifestRef: ref, Revision: revision, Token: in.token(ctx, "undo")})
	})
	if revision > 0 && outputs != nil {
		outputs["revision"] = revision
	}
	return outputs, err
}

type rolloutConfig struct {
	manifestCoordinates
}

// RollingRestartManifest replaces an object's pods by new ones, and waits until
// they are ready.
func RollingRestartManifest(ctx workflow.Context, in Input) (Outputs, error) {
	return in.onRollout(ctx, true, ops.RestartRollout)
}

// PauseRolloutManifest stops a rollout where it is.
func PauseRolloutManifest(ctx workflow.Context, in Input) (Outputs, error) {
	return in.pauseRollout(ctx, true)
}

// ResumeRolloutManifest lets a rollout go on, and waits until it is over.
func ResumeRolloutManifest(ctx workflow.Context, in Input) (Outputs, error) {
	return in.pauseRollout(ctx, false)
}

// pauseRollout is about the rollout that is under way, so it does not wait for
// its turn: whoever awaits the end of the rollout has that.
func (in Input) pauseRollout(ctx workflow.Context, paused bool) (Outputs, error) {
	c, err := config.Decode[rolloutConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.manifest(ctx, c.manifestCoordinates)
	if err != nil {
		return nil, err
	}
	return manifestOutputs(ref), in.changeOne(ctx, ref, !paused, func(ref gennaker.ManifestRef) error { return ops.PauseRollout(ctx, ref, paused) })
}

// EnableManifest puts an object's pods into traffic.
func EnableManifest(ctx workflow.Context, in Input) (Outputs, error) {
	return in.onRollout(ctx, false, func(ctx workflow.Context, ref gennaker.ManifestRef) error {
		return ops.SetManifestTraffic(ctx, ref, true)
	})
}

// DisableManifest takes an object's pods out of traffic; they stay.
func DisableManifest(ctx workflow.Context, in Input) (Outputs, error) {
	return in.onRollout(ctx, false, func(ctx workflow.Context, ref gennaker.ManifestRef) error {
		return ops.SetManifestTraffic(ctx, ref, false)
	})
}

func (in Input) onRollout(ctx workflow.Context, wait bool, change func(workflow.Context, gennaker.ManifestRef) error) (Outputs, error) {
	c, err := config.Decode[rolloutConfig](in.Config)
	if err != nil {
		return nil, err
	}
	return in.changeManifest(ctx, c.manifestCoordinates, wait, func(ref gennaker.ManifestRef) error { return change(ctx, ref) })
}

// ResolveTargetManifest finds the object that the coordinates mean, for later
// stages.
func ResolveTargetManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[rolloutConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.manifest(ctx, c.manifestCoordinates)
	if err != nil {
		return nil, err
	}
	if _, err := ops.Manifest(ctx, ref); err != nil {
		return nil, err
	}
	outputs := manifestOutputs(ref)
	outputs["account"] = ref.Account
	return outputs, nil
}
