package workflows_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// deployingArtifacts deploys by a block that names artifacts.
func deployingArtifacts(t *testing.T, block string, artifacts ...gennaker.Artifact) (*world, gennaker.Execution) {
	t.Helper()
	w := newWorld(t)
	document := `{"application": "shop", "name": "deploy",
		"expectedArtifacts": [{"id": "app", "matchArtifact": {"name": "shop"}}, {"id": "file", "matchArtifact": {"name": "manifest.yml"}}],
		"stages": [{"refId": "1", "type": "deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web"` + block + `}]}]}`
	return w, w.start(gennaker.Start{Pipeline: decode(t, document), Trigger: gennaker.Trigger{Type: "manual", User: "ada", Artifacts: artifacts}})
}

func TestAServerGroupIsMadeOfTheArtifactsThatWereExpected(t *testing.T) {
	app := gennaker.Artifact{Type: "http/file", Name: "shop", Version: "7", Reference: "https://files.example.com/shop.zip"}
	text := "applications:\n- name: shop\n  instances: 3\n  memory: 1G\n"
	file := gennaker.Artifact{Type: "embedded/base64", Name: "manifest.yml", Reference: base64.StdEncoding.EncodeToString([]byte(text))}
	const whole = `{"name":"shop","reference":"https://files.example.com/shop.zip","type":"http/file","version":"7"}`
	const manifest = `{"applications":[{"instances":3,"memory":"1G","name":"shop"}]}`
	for _, c := range []struct{ name, block, want string }{
		{"in a field", `, "applicationArtifact": {"artifactId": "app"}, "manifest": {"artifactId": "file"}`, `{"applicationArtifact":{"artifact":` + whole + `},"manifest":` + manifest + `}`},
		{"by the field's older name", `, "applicationArtifactId": "app", "manifest": {"artifactId": "file"}`, `{"applicationArtifact":` + whole + `,"manifest":` + manifest + `}`},
	} {
		w, e := deployingArtifacts(t, c.block, app, file)
		if e.Status != gennaker.Succeeded {
			t.Fatalf("%s: ended %s: %s", c.name, e.Status, e.Error)
		}
		spec, err := w.cloud.Spec(t.Context(), webRef("shop-web-v000"))
		got, _ := json.Marshal(spec)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: it is made of %s, %v; want %s", c.name, got, err, c.want)
		}
		if got := w.capacity("shop-web-v000"); got != "3/3/3" {
			t.Errorf("%s: it is of the size %s, want that of its manifest", c.name, got)
		}
	}
}

func TestAServerGroupWhoseArtifactsAreMissing(t *testing.T) {
	for block, want := range map[string]string{
		`, "applicationArtifact": {"artifactId": "other"}`:                                   "applicationArtifact: expected artifact other: not found",
		`, "manifest": {"artifact": {"type": "s3/object", "reference": "s3://shop/it.yml"}}`: "manifest: artifact s3/object s3://shop/it.yml: invalid: content is read of the types",
		`, "manifest": {"artifact": {"type": "embedded/base64", "reference": "Ww=="}}`:       "manifest: artifact embedded/base64: ",
	} {
		if _, e := deployingArtifacts(t, block); e.Status != gennaker.Terminal || !strings.Contains(e.Error, want) {
			t.Errorf("%s: ended %s: %s; want %s", block, e.Status, e.Error, want)
		}
	}
}
