package exactlyonce

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows/ops"
)

// The calls about manifests, and the ReplicaSet that is there before them.

func (s *scene) web() gennaker.ManifestRef {
	return gennaker.ManifestRef{Account: s.location.Account, Namespace: s.location.Region, Kind: "replicaSet", Name: "web-v000"}
}

// manifests ask for a ReplicaSet that a service sends traffic to, and for
// settings.
func (s *scene) manifests() gennaker.ApplyManifests {
	labels := map[string]any{"app": "web"}
	return gennaker.ApplyManifests{Account: s.location.Account, Namespace: s.location.Region, Moniker: gennaker.Moniker{App: "shop", Sequence: -1},
		Services: []string{"service web"}, EnableTraffic: true, Marks: map[string]string{gennaker.MarkToken: "t1"},
		Manifests: []map[string]any{
			{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": map[string]any{"name": "web"}, "spec": map[string]any{
				"replicas": 1.0, "selector": map[string]any{"matchLabels": labels}, "template": map[string]any{"metadata": map[string]any{"labels": labels}}}},
			{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "settings"}, "data": map[string]any{"color": "red"}}}}
}

func haveManifest(s *scene) error {
	_, err := s.sound.(providers.Manifests).ApplyManifests(context.Background(), s.manifests())
	return err
}

func haveRevision(s *scene) error {
	if err := haveManifest(s); err != nil {
		return err
	}
	return s.sound.(providers.Manifests).ScaleManifest(context.Background(), gennaker.ScaleManifest{ManifestRef: s.web(), Replicas: 2})
}

func applyManifests(ctx workflow.Context, s *scene) error {
	_, err := ops.ApplyManifests(ctx, s.manifests())
	return err
}

func patchManifest(ctx workflow.Context, s *scene) error {
	return ops.PatchManifest(ctx, gennaker.PatchManifest{ManifestRef: s.web(), Strategy: "merge", Token: "p1",
		Patch: map[string]any{"spec": map[string]any{"replicas": 3.0}}})
}

func scaleManifest(ctx workflow.Context, s *scene) error { return ops.ScaleManifest(ctx, s.web(), 3) }

func deleteManifest(ctx workflow.Context, s *scene) error {
	return ops.DeleteManifest(ctx, gennaker.DeleteManifest{ManifestRef: s.web()})
}

func disableManifest(ctx workflow.Context, s *scene) error {
	return ops.SetManifestTraffic(ctx, s.web(), false)
}

func undoRollout(ctx workflow.Context, s *scene) error {
	return ops.UndoRollout(ctx, gennaker.UndoRollout{ManifestRef: s.web(), Revision: 1, Token: "u1"})
}

func restartRollout(ctx workflow.Context, s *scene) error { return ops.RestartRollout(ctx, s.web()) }

func pauseRollout(ctx workflow.Context, s *scene) error { return ops.PauseRollout(ctx, s.web(), true) }
