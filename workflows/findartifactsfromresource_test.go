package workflows_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// illustrated knows the artifacts of its objects.
type illustrated struct {
	*memory.Cloud
	artifacts []gennaker.Artifact
}

func (c illustrated) GetManifest(ctx context.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error) {
	m, err := c.Cloud.GetManifest(ctx, ref)
	m.Artifacts = c.artifacts
	return m, err
}

func TestTheArtifactsOfAnObjectAreFound(t *testing.T) {
	image := gennaker.Artifact{Type: "docker/image", Name: "shop/web", Version: "7", Reference: "shop/web:7"}
	deploy := `{"refId": "1", "account": "cloud", "location": "prod", "type": "deployManifest", "manifests": [{"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"note": "NOTE"}}]}`
	find := `{"refId": "2", "requisiteStageRefIds": ["1"], "account": "cloud", "location": "prod", "type": "findArtifactsFromResource", "manifestName": "NAME",
		"expectedArtifacts": [{"id": "image", "matchArtifact": {"type": "docker/image", "name": "shop/web"}}]}`
	run := func(t *testing.T, name, note string) gennaker.StageExecution {
		t.Helper()
		w := worldOn(t, activities.Config{}, func(w *world) providers.Provider { return illustrated{w.cloud, []gennaker.Artifact{image}} })
		stages := strings.NewReplacer("NAME", name, "NOTE", note).Replace(deploy + "," + find)
		return w.run(`{"application": "shop", "name": "find", "stages": [`+stages+`]}`, nil).Stages[1]
	}
	s := run(t, "deployment web", "short")
	made, err := gennaker.ArtifactsOf(s.Outputs["artifacts"])
	m, _ := s.Outputs["manifest"].(map[string]any)
	if err != nil || len(made) != 1 || !made[0].Equal(image) || m["kind"] != "Deployment" || s.Outputs["resolvedExpectedArtifacts"] == nil {
		t.Errorf("ended %s with %v: %s", s.Status, s.Outputs, s.Error)
	}
	s = run(t, "deployment web", strings.Repeat("long ", 5000))
	if s.Status != gennaker.Succeeded || s.Outputs["manifest"] != nil || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "too long for the outputs") {
		t.Errorf("of a long manifest it ended %s with the warnings %q", s.Status, s.Warnings)
	}
	if s = run(t, "deployment other", "short"); s.Status != gennaker.Terminal || !strings.Contains(s.Error, "not found") {
		t.Errorf("of what is not there it ended %s: %s", s.Status, s.Error)
	}
}
