package examples_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// api is the Deployment that manifests.yaml makes, in words.
func (s *shop) api() string {
	s.Helper()
	manifests, err := providers.Find[providers.Manifests](s.registry, "kube")
	if err != nil {
		s.Fatal(err)
	}
	m, err := manifests.GetManifest(s.Context(), gennaker.ManifestRef{Namespace: "shop", Kind: "deployment", Name: "api"})
	if err != nil {
		s.Fatal(err)
	}
	var refers []string
	for _, a := range m.Artifacts {
		refers = append(refers, a.Reference)
	}
	return fmt.Sprintf("%d/%d of %s", m.Rollout.Ready, m.Rollout.Total, strings.Join(refers, ", "))
}

func TestManifestsAreDeployedScaledAndTakenBack(t *testing.T) {
	s := start(t)
	for _, c := range []struct {
		parameters map[string]any
		status     gennaker.Status
		error      string
		want       string
	}{
		{map[string]any{"image": "shop:1"}, gennaker.Succeeded, "", "2/2 of shop:1, settings-v000"},
		{map[string]any{"image": "shop:2", "color": "blue"}, gennaker.Succeeded, "", "2/2 of shop:2, settings-v001"},
		{map[string]any{"image": "shop:3", "color": "red", "good": "false"}, gennaker.Succeeded, "", "2/2 of shop:2, settings-v001"},
		{map[string]any{"image": "shop-sick:4", "color": "red"}, gennaker.Terminal, "ProgressDeadlineExceeded", ""},
	} {
		e := s.execute(s.document("manifests.yaml"), c.parameters)
		failed := ""
		for _, stage := range e.Stages {
			failed += stage.Error
		}
		if e.Status != c.status || !strings.Contains(failed, c.error) {
			t.Fatalf("with %v it is %s: %s; want %s, and %q", c.parameters, e.Status, failed, c.status, c.error)
		}
		if got := s.api(); c.want != "" && got != c.want {
			t.Errorf("with %v there is %s, want %s", c.parameters, got, c.want)
		}
	}
}
