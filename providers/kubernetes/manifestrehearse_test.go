package kubernetes_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// A broken manifest that comes after others leaves everything as it was.
func TestABrokenManifestAppliesNoneOfTheOthers(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	web := func(image, more string) string { return workload("Deployment", "web", image, more) }
	a.apply("before", web("web:1", "replicas: 1,"))
	plain := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain, annotations: {strategy.spinnaker.io/versioned: 'false'}}\ndata: {a: b}\n---\n"
	for _, c := range []struct{ name, text, want string }{
		{"a field that its kind does not have", web("web:2", "replcias: 1,"), "apply deployment web: invalid"},
		{"a value of another type", web("web:2", "replicas: many,"), "apply deployment web: invalid"},
		{"what cannot be", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: often}\nspec: {schedule: sometimes, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: web}]}}}}}\n", "apply cronJob often: invalid"},
		{"a change that cannot be made, without versions", strings.Replace(web("web:2", "replicas: 1,"), "app: web}", "app: other}", 2), "field is immutable"},
		{"a version that cannot be", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n", "apply pod web: invalid"},
		{"what is made anew and cannot be", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {strategy.spinnaker.io/versioned: 'false', strategy.spinnaker.io/recreate: 'true'}}\nspec: {containers: []}\n", "apply pod web: invalid"},
		{"a kind that there is not", "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: one}\n", "apply gadget.example.com one: invalid"},
	} {
		text := plain + settings("red") + "---\n" + c.text
		if strings.Contains(c.want, "immutable") {
			text = plain + c.text
		}
		_, err := a.ApplyManifests(t.Context(), a.asking(c.name, text))
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: ApplyManifests = %v, want ErrInvalid and %q", c.name, err, c.want)
		}
		if list, err := a.cluster.Client.CoreV1().ConfigMaps(a.namespace).List(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name!=kube-root-ca.crt"}); err != nil || len(list.Items) > 0 {
			t.Fatalf("%s: there are %d ConfigMaps, %v; want none", c.name, len(list.Items), err)
		}
	}
}

// What is refused before, and taken once others are there, is no reason to
// apply none.
func TestManifestsMayNeedEachOther(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	space := a.namespace + "-new"
	t.Cleanup(func() {
		_ = a.cluster.Client.CoreV1().Namespaces().Delete(context.Background(), space, metav1.DeleteOptions{})
	})
	needs := "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + space + "}\nspec: {serviceAccountName: robot, containers: [{name: web, image: web}]}\n---\n" +
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot, namespace: " + space + "}\n---\n" +
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: " + space + "}\n"
	if got := names(a.apply("a", needs).Manifests); got != "pod web-v000, serviceAccount robot, namespace "+space {
		t.Errorf("applied are %s", got)
	}
}

// What cannot be changed, and refers to a version as before, is not.
func TestWhatRefersToAVersionIsAppliedAgain(t *testing.T) {
	t.Parallel()
	for kind, text := range map[string]string{
		"job": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: web}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: web, envFrom: [{configMapRef: {name: settings}}]}]}}}\n",
		"pod": "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {strategy.spinnaker.io/versioned: 'false'}}\nspec: {containers: [{name: a, image: web, envFrom: [{configMapRef: {name: settings}}]}]}\n",
	} {
		a := openManifests(t)
		for _, token := range []string{"first", "second"} {
			if got := names(a.apply(token, settings("red")+"---\n"+text).Manifests); got != "configMap settings-v000, "+kind+" web" {
				t.Errorf("the %s time there are %s", token, got)
			}
		}
		if _, err := a.ApplyManifests(t.Context(), a.asking("third", settings("blue")+"---\n"+text)); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "strategy.spinnaker.io/recreate") {
			t.Errorf("with another version ApplyManifests = %v, want that a %s cannot be changed", err, kind)
		}
	}
}
