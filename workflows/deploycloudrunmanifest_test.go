package workflows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

const manifestStage = "deployCloudrunManifest"

// theService is a manifest as Spinnaker's editor keeps it.
const theService = `{"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "shop", "labels": {"cloud.googleapis.com/location": "local"}},
	"spec": {"template": {"metadata": {"name": "shop-1", "annotations": {"autoscaling.knative.dev/minScale": "2", "autoscaling.knative.dev/maxScale": 9, "a": "b"}},
	"spec": {"containers": [{"image": "registry:5000/shop/web:1"}]}}}}`

// manifest is a stage of that manifest, as Spinnaker's editor writes it.
func manifest(document, more string) string {
	return `"account": "cloud", "cloudProvider": "memory", "source": "text", "skipExpressionEvaluation": false, "moniker": {"app": "shop"}, "stack": "web", "region": "elsewhere",
		"manifests": [` + document + `]` + more
}

// madeOf is what a server group was made of.
func (w *world) madeOf(name string) string {
	w.t.Helper()
	spec, err := w.cloud.Spec(w.t.Context(), webRef(name))
	if err != nil {
		w.t.Fatalf("Spec(%s) = %v", name, err)
	}
	files, _ := spec["configFiles"].([]any)
	if len(spec) != 1 || len(files) != 1 {
		w.t.Fatalf("%s is made of %v, want of one file", name, spec)
	}
	return fmt.Sprint(files[0])
}

func TestAServerGroupIsMadeOfAServicesManifest(t *testing.T) {
	w := newWorld(t)
	e := w.operate(manifestStage, manifest(theService, ""), gennaker.Succeeded)
	if got := w.capacity("shop-web-v000"); got != "2/2/9" {
		t.Errorf("it is of the size %s, want that of its annotations, 2/2/9", got)
	}
	if got := w.inService("shop-web-v000"); got != 2 {
		t.Errorf("%d instances are in service, want both: there is nothing else", got)
	}
	want := `{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{"labels":{"cloud.googleapis.com/location":"local"},"name":"shop"},` +
		`"spec":{"template":{"metadata":{"annotations":{"a":"b"},"name":"shop-1"},"spec":{"containers":[{"image":"registry:5000/shop/web:1"}]}}}}`
	if got := w.madeOf("shop-web-v000"); got != want {
		t.Errorf("it is made of\n%s\nwant\n%s", got, want)
	}
	groups, _ := json.Marshal(e.Outputs["deploy.server.groups"])
	if list, _ := e.Outputs["outputs.manifests"].([]any); string(groups) != `{"local":["shop-web-v000"]}` || len(list) != 1 {
		t.Errorf("outputs = %v, want the server group and the manifest", e.Outputs)
	}

	w = w.next()
	w.operate(manifestStage, manifest(theService, ""), gennaker.Succeeded)
	if got := w.percents(); got != "map[v000:100]" {
		t.Errorf("with another one the traffic is %s, want it as it was", got)
	}
	w = w.next()
	w.operate(splitStage, split(`{"cluster": "shop-web", "target": "current_asg_dynamic", "percent": 10}, {"cluster": "shop-web", "target": "ancestor_asg_dynamic", "percent": 90}`), gennaker.Succeeded)
	if got := w.percents(); got != "map[v000:90 v001:10]" {
		t.Errorf("after a split the traffic is %s, want 90 and 10", got)
	}
}

func TestAServicesManifestIsAFile(t *testing.T) {
	w := newWorld(t)
	file := base64.StdEncoding.EncodeToString([]byte("apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: {containers: [{image: \"web:${ 1 + 1 }\"}]}}}\n"))
	w.operate(manifestStage, `"source": "artifact", "application": "shop", "stack": "web", "region": "local", "manifestArtifact": {"type": "embedded/base64", "reference": "`+file+`"}`, gennaker.Succeeded)
	if got := w.madeOf("shop-web-v000"); !strings.Contains(got, `"image":"web:2"`) {
		t.Errorf("it is made of %s, want what the file says", got)
	}
	if got := w.capacity("shop-web-v000"); got != "0/1/100" {
		t.Errorf("it is of the size %s, want the cloud's own bounds", got)
	}
}

func TestImagesFindTheirPlaceInAServicesManifest(t *testing.T) {
	w := newWorld(t)
	w.operate(manifestStage, manifest(theService, `, "requiredArtifacts": [{"artifact": {"type": "docker/image", "name": "eu.gcr.io/shop/web", "reference": "eu.gcr.io/shop/web@sha256:1"}}]`), gennaker.Succeeded)
	if got := w.madeOf("shop-web-v000"); !strings.Contains(got, `"image":"eu.gcr.io/shop/web@sha256:1"`) {
		t.Errorf("it is made of %s, want the artifact's image", got)
	}
}

func TestAServicesManifestThatCannotBe(t *testing.T) {
	for fields, want := range map[string]string{
		manifest("", ""):                        "manifests: invalid: there are no manifests",
		manifest(theService+","+theService, ""): "there are 2 manifests",
		strings.Replace(manifest(strings.Replace(theService, "cloud.googleapis.com", "x", 1), ""), `"elsewhere"`, `""`, 1):               "region: invalid: neither the stage nor the label",
		manifest(strings.Replace(theService, `Scale": 9`, `Scale": "many"`, 1), ""):                                                      "annotation autoscaling.knative.dev/maxScale: invalid: many is no number",
		manifest(theService, `, "requiredArtifacts": [{"artifact": {"type": "docker/image", "name": "api", "reference": "api:2"}}]`):     "finds no place: no container runs an image of its name",
		manifest(theService, `, "requiredArtifactIds": ["none"]`):                                                                        "requiredArtifacts: expected artifact none: not found",
		manifest(theService, `, "trafficManagement": {"enabled": true, "options": {"strategy": "redblack", "services": ["service x"]}}`): "trafficManagement: invalid",
		manifest(theService, `, "application": "no one"`):                                                                                "application",
	} {
		w := newWorld(t)
		if s := w.operate(manifestStage, fields, gennaker.Terminal); !strings.Contains(s.Error, want) {
			t.Errorf("error = %q, want %q", s.Error, want)
		}
		if groups := w.cloud.Seen(); len(groups) > 0 {
			t.Errorf("with %q something was made: %+v", want, groups)
		}
	}
}
