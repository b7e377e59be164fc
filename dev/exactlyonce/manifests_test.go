package exactlyonce

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows/ops"
)

// The calls about manifests, and the ReplicaSet and the Deployment that are
// there before them.

func (s *scene) object(kind, name string) gennaker.ManifestRef {
	return gennaker.ManifestRef{Account: s.location.Account, Namespace: s.location.Region, Kind: kind, Name: name}
}

func (s *scene) web() gennaker.ManifestRef { return s.object("replicaSet", "web-v000") }
func (s *scene) api() gennaker.ManifestRef { return s.object("deployment", "api") }

// manifests ask for a ReplicaSet that a service sends traffic to, for a
// Deployment, and for settings.
func (s *scene) manifests() gennaker.ApplyManifests {
	service := "web"
	if len(s.loadBalancers) > 0 {
		service = s.loadBalancers[0]
	}
	return gennaker.ApplyManifests{Account: s.location.Account, Namespace: s.location.Region, Moniker: gennaker.Moniker{App: "shop", Sequence: -1},
		Services: []string{"service " + service}, EnableTraffic: true, Marks: map[string]string{gennaker.MarkToken: "t1"},
		Manifests: []map[string]any{pods("ReplicaSet", "web"), pods("Deployment", "api"),
			{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "settings"}, "data": map[string]any{"color": "red"}}}}
}

func pods(kind, name string) map[string]any {
	labels := map[string]any{"app": name}
	return map[string]any{"apiVersion": "apps/v1", "kind": kind, "metadata": map[string]any{"name": name}, "spec": map[string]any{
		"replicas": 1.0, "selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": template("1")}}}
}

func template(version string) map[string]any {
	return map[string]any{"terminationGracePeriodSeconds": 0.0, "containers": []any{map[string]any{"name": "a", "image": "shop:" + version}}}
}

func (s *scene) provider() providers.Manifests { return s.sound.(providers.Manifests) }

func haveManifests(s *scene) error {
	if _, err := s.provider().ApplyManifests(context.Background(), s.manifests()); err != nil {
		return err
	}
	return s.stable()
}

// stable waits until both are.
func (s *scene) stable() error {
	for _, ref := range []gennaker.ManifestRef{s.web(), s.api()} {
		for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			m, err := s.provider().GetManifest(context.Background(), ref)
			if err == nil && m.Rollout.State != gennaker.RolloutRuns {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s is not stable: %+v, %w", ref, m.Rollout, cmp.Or(err, gennaker.ErrUnavailable))
			}
		}
	}
	return nil
}

// patched is a patch that gives the Deployment another version.
func (s *scene) patched() gennaker.PatchManifest {
	return gennaker.PatchManifest{ManifestRef: s.api(), Strategy: "merge", Token: "p1",
		Patch: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": template("2")}}}}
}

func haveRevision(s *scene) error {
	if err := haveManifests(s); err != nil {
		return err
	}
	if err := s.provider().PatchManifest(context.Background(), s.patched()); err != nil {
		return err
	}
	return s.stable()
}

// havePaused is a rollout that stands still.
func havePaused(s *scene) error {
	if err := haveManifests(s); err != nil {
		return err
	}
	if err := s.sound.(providers.Rollouts).PauseRollout(context.Background(), gennaker.PauseRollout{ManifestRef: s.api(), Paused: true}); err != nil {
		return err
	}
	return s.provider().PatchManifest(context.Background(), s.patched())
}

func applyManifests(ctx workflow.Context, s *scene) error {
	_, err := ops.ApplyManifests(ctx, s.manifests())
	return err
}

func patchManifest(ctx workflow.Context, s *scene) error {
	return ops.PatchManifest(ctx, s.patched())
}

func scaleManifest(ctx workflow.Context, s *scene) error { return ops.ScaleManifest(ctx, s.web(), 3) }

func deleteManifest(ctx workflow.Context, s *scene) error {
	return ops.DeleteManifest(ctx, gennaker.DeleteManifest{ManifestRef: s.web()})
}

func disableManifest(ctx workflow.Context, s *scene) error {
	return ops.SetManifestTraffic(ctx, s.web(), false)
}

func undoRollout(ctx workflow.Context, s *scene) error {
	return ops.UndoRollout(ctx, gennaker.UndoRollout{ManifestRef: s.api(), Revision: 1, Token: "u1"})
}

func restartRollout(ctx workflow.Context, s *scene) error { return ops.RestartRollout(ctx, s.api()) }
func resumeRollout(ctx workflow.Context, s *scene) error {
	return ops.PauseRollout(ctx, s.api(), false)
}
