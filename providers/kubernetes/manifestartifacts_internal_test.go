package kubernetes

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/gennaker/gennaker"
)

func manifestOf(t *testing.T, text string) map[string]any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestArtifactsTakeTheirPlaces(t *testing.T) {
	const manifest = `
spec:
  template:
    spec:
      initContainers: [{name: a, image: shop/web}]
      containers:
      - {name: b, image: shop/web, env: [{name: image, value: shop/web}, {name: c, valueFrom: {configMapKeyRef: {name: settings, key: c}}}]}
      - {name: c, image: "shop/web:1", envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: settings}}]}
      volumes: [{name: d, configMap: {name: settings}}, {name: e, secret: {secretName: keys}}, {name: f, projected: {sources: [{secret: {name: keys}}]}}]
`
	image := gennaker.Artifact{Type: "docker/image", Name: "shop/web", Reference: "shop/web:7"}
	older := gennaker.Artifact{Type: "docker/image", Name: "shop/web", Reference: "shop/web:6"}
	settings := gennaker.Artifact{Type: "kubernetes/configMap", Name: "settings", Reference: "settings-v003"}
	keys := gennaker.Artifact{Type: "kubernetes/secret", Name: "keys", Reference: "keys-v001"}
	want := manifestOf(t, strings.NewReplacer("image: shop/web}", "image: shop/web:7}", "image: shop/web,", "image: shop/web:7,", "configMapKeyRef: {name: settings", "configMapKeyRef: {name: settings-v003",
		"configMapRef: {name: settings", "configMapRef: {name: settings-v003", "configMap: {name: settings", "configMap: {name: settings-v003", ": keys}", ": keys-v001}").Replace(manifest))
	got := manifestOf(t, manifest)
	other := gennaker.Artifact{Type: "docker/image", Name: "shop/db", Reference: "shop/db:1"}
	bound := bind(got, "shop", []gennaker.Artifact{settings, image, older, keys, other})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs (-want +got):\n%s", diff)
	}
	if err := unbound([]gennaker.Artifact{settings, image}, bound, "the manifest"); err != nil {
		t.Errorf("what has found its place: %v", err)
	}
	if err := unbound([]gennaker.Artifact{other}, bound, "the manifest"); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "shop/db") {
		t.Errorf("what must find a place is %v, want ErrInvalid with its name", err)
	}
}
