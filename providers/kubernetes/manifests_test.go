package kubernetes_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

// applier applies manifests in a namespace of its own.
type applier struct {
	*kubernetes.Cloud
	t         *testing.T
	cluster   *kubetest.Cluster
	namespace string
}

func openManifests(t *testing.T) *applier {
	t.Helper()
	a := &applier{t: t, cluster: kubetest.Use(t)}
	a.namespace = a.cluster.Namespace(t)
	cloud, err := kubernetes.New(kubernetes.Config{Account: "test", Kubeconfig: a.cluster.Kubeconfig()})
	if err != nil {
		t.Fatal(err)
	}
	a.Cloud = cloud
	return a
}

// documents are the objects of a text.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var one map[string]any
		if err := d.Decode(&one); err != nil {
			if err.Error() == "EOF" {
				return list
			}
			t.Fatal(err)
		}
		list = append(list, one)
	}
}

// asking is an ApplyManifests of a text.
func (a *applier) asking(token, text string) gennaker.ApplyManifests {
	a.t.Helper()
	return gennaker.ApplyManifests{Account: "test", Namespace: a.namespace, Manifests: documents(a.t, text),
		Moniker: gennaker.Moniker{App: "shop", Sequence: -1}, Marks: map[string]string{gennaker.MarkToken: token, gennaker.MarkExecution: "shop/deploy/" + token}}
}

func (a *applier) apply(token, text string) gennaker.AppliedManifests {
	a.t.Helper()
	return a.applied(a.asking(token, text))
}

func (a *applier) applied(q gennaker.ApplyManifests) gennaker.AppliedManifests {
	a.t.Helper()
	done, err := a.ApplyManifests(a.t.Context(), q)
	if err != nil {
		a.t.Fatalf("ApplyManifests = %v", err)
	}
	return done
}

func (a *applier) ref(kind, name string) gennaker.ManifestRef {
	return gennaker.ManifestRef{Account: "test", Namespace: a.namespace, Kind: kind, Name: name}
}

func (a *applier) get(kind, name string) gennaker.Manifest {
	a.t.Helper()
	m, err := a.GetManifest(a.t.Context(), a.ref(kind, name))
	if err != nil {
		a.t.Fatalf("GetManifest = %v", err)
	}
	return m
}

// until reads an object until it is as wanted.
func (a *applier) until(kind, name, want string, ok func(gennaker.Manifest) bool) gennaker.Manifest {
	a.t.Helper()
	var m gennaker.Manifest
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if m = a.get(kind, name); ok(m) {
			return m
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("%s never was %s: %+v", name, want, m.Rollout)
		}
	}
}

func stable(m gennaker.Manifest) bool { return m.Rollout.State == gennaker.RolloutStable }

func names(list []gennaker.Manifest) string {
	var all []string
	for _, m := range list {
		all = append(all, m.String())
	}
	return strings.Join(all, ", ")
}

// field is what stands at a path of an object, by names and places.
func field(m gennaker.Manifest, path ...any) any {
	var at any = m.Object
	for _, step := range path {
		switch step := step.(type) {
		case string:
			fields, _ := at.(map[string]any)
			at = fields[step]
		case int:
			list, _ := at.([]any)
			if step >= len(list) {
				return nil
			}
			at = list[step]
		}
	}
	return at
}

const podSpec = `{containers: [{name: web, image: "%s", volumeMounts: [], envFrom: [{configMapRef: {name: settings}}],
  env: [{name: KEY, valueFrom: {secretKeyRef: {name: keys, key: a}}}]}], imagePullSecrets: [{name: keys}],
  volumes: [{name: v, configMap: {name: settings}}, {name: p, projected: {sources: [{secret: {name: keys}}, {configMap: {name: settings}}]}}]}`

func workload(kind, name, image, more string) string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: %s\nmetadata: {name: %s}\nspec: {selector: {matchLabels: {app: %s}}, %s template: {metadata: {labels: {app: %s}}, spec: %s}}\n",
		kind, name, name, more, name, fmt.Sprintf(podSpec, image))
}

func settings(color string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: %s}\n", color)
}

const keys = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: secret}\n"

// What the suite applies.

func deploymentOf(name, image string) map[string]any {
	labels := map[string]any{"app": name}
	return map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": name}, "spec": map[string]any{
		"selector": map[string]any{"matchLabels": labels}, "template": map[string]any{"metadata": map[string]any{"labels": labels},
			"spec": map[string]any{"terminationGracePeriodSeconds": 0, "containers": []any{map[string]any{"name": "web", "image": image}}}}}}
}

func settingsOf(name, content string) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name}, "data": map[string]any{"content": content}}
}

func patchTo(image string) map[string]any {
	return map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
		"containers": []any{map[string]any{"name": "web", "image": image}}}}}}
}

func TestManifestsAreAppliedInTheirOrderAndReferToVersions(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	q := a.asking("t1", workload("Deployment", "web", "shop/web", "replicas: 2,")+"---\n"+settings("red")+"---\n"+keys)
	q.Required = []gennaker.Artifact{{Type: "docker/image", Name: "shop/web", Reference: "shop/web:7"}}
	q.Artifacts = []gennaker.Artifact{{Type: "kubernetes/configMap", Name: "settings", Reference: "settings-v000", Location: "elsewhere"}}
	done := a.applied(q)
	if got := names(done.Manifests); got != "deployment web, configMap settings-v000, secret keys-v000" {
		t.Errorf("applied are %s", got)
	}
	m := a.until("Deployment", "web", "stable", stable)
	pod := []any{"spec", "template", "spec"}
	for _, c := range []struct {
		path []any
		want string
	}{
		{[]any{"containers", 0, "image"}, "shop/web:7"},
		{[]any{"containers", 0, "envFrom", 0, "configMapRef", "name"}, "settings-v000"},
		{[]any{"containers", 0, "env", 0, "valueFrom", "secretKeyRef", "name"}, "keys-v000"},
		{[]any{"imagePullSecrets", 0, "name"}, "keys-v000"},
		{[]any{"volumes", 0, "configMap", "name"}, "settings-v000"},
		{[]any{"volumes", 1, "projected", "sources", 0, "secret", "name"}, "keys-v000"},
		{[]any{"volumes", 1, "projected", "sources", 1, "configMap", "name"}, "settings-v000"},
	} {
		if got := field(m, append(pod, c.path...)...); got != c.want {
			t.Errorf("%v is %v, want %v", c.path, got, c.want)
		}
	}
	notes, _ := field(m, "metadata", "annotations").(map[string]any)
	for name, want := range map[string]string{"moniker.spinnaker.io/application": "shop", "moniker.spinnaker.io/cluster": "deployment web",
		"artifact.spinnaker.io/type": "kubernetes/deployment", "artifact.spinnaker.io/name": "web", "gennaker.io/token": "t1"} {
		if notes[name] != want {
			t.Errorf("annotation %s is %v, want %s", name, notes[name], want)
		}
	}
	if got := field(m, "metadata", "labels", "app.kubernetes.io/managed-by"); got != "gennaker" {
		t.Errorf("it is managed by %v", got)
	}
	if len(done.Bound) != 1 || done.Bound[0].Reference != "shop/web:7" || len(done.Created) != 3 || done.Created[0].Version != "v000" {
		t.Errorf("bound are %v, created %v", done.Bound, done.Created)
	}
	if m.Rollout.Ready != 2 || m.Rollout.Total != 2 {
		t.Errorf("the rollout is %+v", m.Rollout)
	}
	if s := a.get("secret", "keys-v000"); field(s, "data", "a") != "***" {
		t.Errorf("the secret is shown: %v", field(s, "data"))
	}
}

func TestAVersionWithTheSameContentIsUsedAgain(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	for i, c := range []struct{ color, want string }{{"red", "settings-v000"}, {"red", "settings-v000"}, {"blue", "settings-v001"}, {"red", "settings-v000"}, {"green", "settings-v002"}} {
		if done := a.apply(fmt.Sprint("t", i), settings(c.color)); done.Manifests[0].Name != c.want {
			t.Errorf("%s is %s, want %s", c.color, done.Manifests[0].Name, c.want)
		}
	}
}

func TestOldVersionsAreNotedAsOutdated(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	for i, want := range []string{"", "", "settings-v000"} {
		text := strings.Replace(settings(fmt.Sprint("c", i)), "{name: settings}", `{name: settings, annotations: {strategy.spinnaker.io/max-version-history: "2"}}`, 1)
		done := a.apply(fmt.Sprint("t", i), text)
		got := ""
		for _, ref := range done.Outdated {
			got += ref.Name
		}
		if got != want {
			t.Errorf("outdated of deployment %d are %q, want %q", i, got, want)
		}
	}
}

func TestARepeatOfADeploymentChangesNothing(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	const job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n"
	recreated := strings.Replace(workload("Deployment", "again", "web:1", ""), "{name: again}", `{name: again, annotations: {strategy.spinnaker.io/recreate: "true"}}`, 1)
	replaced := strings.Replace(workload("Deployment", "other", "web:1", ""), "{name: other}", `{name: other, annotations: {strategy.spinnaker.io/replace: "true"}}`, 1)
	text := strings.Join([]string{workload("ReplicaSet", "web", "web:1", ""), settings("red"), job, recreated, replaced}, "---\n")
	first := a.apply("t1", text)
	again := a.apply("t1", text)
	for i, m := range first.Manifests {
		if n := again.Manifests[i]; n.UID != m.UID || field(n, "metadata", "generation") != field(m, "metadata", "generation") {
			t.Errorf("%s became %s: %v, %v", m, n, m.UID, n.UID)
		}
	}
	another := a.apply("t2", text)
	for _, i := range []int{2, 3} { // a job of its own, and what is made anew
		if another.Manifests[i].UID == first.Manifests[i].UID {
			t.Errorf("%s is the same in another deployment", another.Manifests[i])
		}
	}
	if another.Manifests[4].UID != first.Manifests[4].UID {
		t.Errorf("%s was made anew, want it replaced", another.Manifests[4])
	}
}

func TestWhatSomebodyElseManagesIsAClearError(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	a.apply("t1", workload("Deployment", "web", "web:1", "replicas: 1,"))
	_, err := a.cluster.Client.AppsV1().Deployments(a.namespace).Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":2}}`), metav1.PatchOptions{FieldManager: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.ApplyManifests(t.Context(), a.asking("t2", workload("Deployment", "web", "web:2", "replicas: 3,")))
	if want := "spec.replicas is managed by ada: leave it out of the manifest, or take it over with the annotation strategy.spinnaker.io/server-side-apply: force-conflicts"; !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), want) {
		t.Errorf("ApplyManifests = %v, want %s", err, want)
	}
	forced := strings.Replace(workload("Deployment", "web", "web:2", "replicas: 3,"), "{name: web}", "{name: web, annotations: {strategy.spinnaker.io/server-side-apply: force-conflicts}}", 1)
	if m := a.apply("t3", forced).Manifests[0]; m.Rollout.Total != 3 {
		t.Errorf("it is %+v, want 3 replicas", m.Rollout)
	}
	if err := a.ScaleManifest(t.Context(), gennaker.ScaleManifest{ManifestRef: a.ref("deployment", "web"), Replicas: 1}); err != nil {
		t.Fatal(err)
	}
	if m := a.apply("t4", workload("Deployment", "web", "web:2", "replicas: 2,")).Manifests[0]; m.Rollout.Total != 2 {
		t.Errorf("what we have scaled ourselves is %+v, want 2 replicas", m.Rollout)
	}
	kept := strings.Replace(workload("Deployment", "web", "web:3", "replicas: 9,"), "{name: web}", `{name: web, annotations: {strategy.spinnaker.io/use-source-capacity: "true"}}`, 1)
	if m := a.apply("t5", kept).Manifests[0]; m.Rollout.Total != 2 {
		t.Errorf("with the capacity of the source it is %+v, want 2 replicas", m.Rollout)
	}
}

func TestManifestsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	for _, c := range []struct {
		name, text string
		kind       error
		want       string
	}{
		{"a typo", workload("Deployment", "web", "web:1", "replcias: 1,"), gennaker.ErrInvalid, `apply deployment web: invalid: failed to create typed patch object`},
		{"a typo in a version", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n", gennaker.ErrInvalid, `unknown field "dta"`},
		{"no name", "apiVersion: v1\nkind: ConfigMap\n", gennaker.ErrInvalid, "manifests[0]: invalid: the ConfigMap has no metadata.name"},
		{"no kind", "apiVersion: v1\n", gennaker.ErrInvalid, "manifests[0]: invalid: it has no kind or no apiVersion"},
		{"an unknown kind", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n", gennaker.ErrInvalid, "Widget"},
		{"a required artifact without a place", workload("Deployment", "web", "other", ""), gennaker.ErrInvalid, "the required artifact docker/image shop/web:7 finds no place in the manifests"},
	} {
		q := a.asking("t1", c.text)
		if strings.HasPrefix(c.name, "a required") {
			q.Required = []gennaker.Artifact{{Type: "docker/image", Name: "shop/web", Reference: "shop/web:7"}}
		}
		if _, err := a.ApplyManifests(t.Context(), q); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: ApplyManifests = %v, want %s", c.name, err, c.want)
		}
	}
	a.apply("t1", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n")
	_, err := a.ApplyManifests(t.Context(), a.asking("t2", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n"))
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "strategy.spinnaker.io/recreate") {
		t.Errorf("another template of a job: %v, want what to do", err)
	}
}

func TestAnObjectOfAKindThatComesWithIt(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	group := a.namespace + ".example.com"
	t.Cleanup(func() {
		_ = a.DeleteManifest(context.Background(), gennaker.DeleteManifest{ManifestRef: a.ref("CustomResourceDefinition", "widgets."+group)})
	})
	done := a.apply("t1", fmt.Sprintf(`
apiVersion: %[1]s/v1
kind: Widget
metadata: {name: one}
spec: {template: {spec: {containers: [{name: a, image: shop/web}]}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.%[1]s}
spec:
  group: %[1]s
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`, group))
	if got := done.Manifests[0].Kind; got != "widget."+group {
		t.Errorf("its kind is %s", got)
	}
	ref := a.ref("Widget."+group, "one")
	if err := a.PatchManifest(t.Context(), gennaker.PatchManifest{ManifestRef: ref, Strategy: "strategic", Patch: map[string]any{"spec": map[string]any{"size": 3}}, Token: "p1"}); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "use the mergeStrategy merge or json") {
		t.Errorf("a strategic patch: %v", err)
	}
	if err := a.PatchManifest(t.Context(), gennaker.PatchManifest{ManifestRef: ref, Strategy: "merge", Patch: map[string]any{"spec": map[string]any{"size": 3}}, Token: "p1"}); err != nil {
		t.Error(err)
	}
	if m := a.get("Widget."+group, "one"); fmt.Sprint(field(m, "spec", "size")) != "3" || !stable(m) {
		t.Errorf("it is %v", m.Object)
	}
}

func TestPatchesAreMadeOnce(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	a.apply("t1", workload("Deployment", "web", "web:1", ""))
	for _, c := range []struct {
		strategy string
		patch    any
		want     string
	}{
		{"strategic", map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "web", "image": "shop/web"}}}}}}, "shop/web:7 []"},
		{"merge", map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "web", "image": "web:3", "args": []any{"a"}}}}}}}, "web:3 [a]"},
		{"json", []any{map[string]any{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "b"}}, "web:3 [a b]"},
	} {
		p := gennaker.PatchManifest{ManifestRef: a.ref("deployment", "web"), Strategy: c.strategy, Patch: c.patch, Token: "p-" + c.strategy, Record: true,
			Artifacts: []gennaker.Artifact{{Type: "docker/image", Name: "shop/web", Reference: "shop/web:7"}}}
		for range 2 {
			if err := a.PatchManifest(t.Context(), p); err != nil {
				t.Fatalf("%s: %v", c.strategy, err)
			}
		}
		m := a.get("deployment", "web")
		args, _ := field(m, "spec", "template", "spec", "containers", 0, "args").([]any)
		if got := fmt.Sprint(field(m, "spec", "template", "spec", "containers", 0, "image"), args); got != strings.Replace(c.want, " ", "", 1) && got != c.want {
			t.Errorf("%s: it is %s, want %s", c.strategy, got, c.want)
		}
		if cause, _ := field(m, "metadata", "annotations", "kubernetes.io/change-cause").(string); !strings.HasPrefix(cause, "gennaker: patch ") {
			t.Errorf("%s: the cause is %q", c.strategy, cause)
		}
	}
	if err := a.PatchManifest(t.Context(), gennaker.PatchManifest{ManifestRef: a.ref("deployment", "gone"), Strategy: "merge", Patch: map[string]any{}}); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("of what is gone: %v", err)
	}
}

func TestObjectsAreFoundByClusterAndLabels(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	for i, image := range []string{"web:1", "web:2"} {
		a.apply(fmt.Sprint("t", i), workload("ReplicaSet", "web", image, ""))
	}
	a.apply("t3", settings("red"))
	for _, c := range []struct {
		name string
		q    gennaker.ManifestQuery
		want string
	}{
		{"a cluster", gennaker.ManifestQuery{Kinds: []string{"replicaSet"}, Cluster: "replicaset web", App: "shop"}, "replicaSet web-v000, replicaSet web-v001"},
		{"another application", gennaker.ManifestQuery{Kinds: []string{"replicaSet"}, Cluster: "replicaSet web", App: "other"}, ""},
		{"labels", gennaker.ManifestQuery{Kinds: []string{"replicaSet", "configmap"}, Labels: []gennaker.LabelSelector{{Kind: "EQUALS", Key: "app.kubernetes.io/name", Values: []string{"shop"}}}}, "replicaSet web-v000, replicaSet web-v001, configMap settings-v000"},
		{"labels that are not", gennaker.ManifestQuery{Kinds: []string{"replicaSet"}, Labels: []gennaker.LabelSelector{{Kind: "NOT_EXISTS", Key: "app.kubernetes.io/name"}}}, ""},
	} {
		c.q.Namespace = a.namespace
		list, err := a.ListManifests(t.Context(), c.q)
		if got := names(list); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

func TestWhatIsDeletedIsTheOneThatIsMeant(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	ref := a.ref("deployment", "web")
	uid := a.apply("t1", workload("Deployment", "web", "web:1", "")).Manifests[0].UID
	if err := a.DeleteManifest(t.Context(), gennaker.DeleteManifest{ManifestRef: ref, UID: "7e57e57e-0000-4000-8000-000000000000"}); err != nil {
		t.Errorf("DeleteManifest of another = %v", err)
	}
	a.get("deployment", "web")
	for range 2 {
		if err := a.DeleteManifest(t.Context(), gennaker.DeleteManifest{ManifestRef: ref, UID: uid}); err != nil {
			t.Errorf("DeleteManifest = %v", err)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := a.GetManifest(t.Context(), ref)
		if errors.Is(err, gennaker.ErrNotFound) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is not gone: %v", err)
		}
	}
	sets, err := a.ListManifests(t.Context(), gennaker.ManifestQuery{Namespace: a.namespace, Kinds: []string{"replicaSet"}})
	if err != nil || len(sets) != 0 {
		t.Errorf("what it owned is there: %s, %v", names(sets), err)
	}
	a.apply("t2", workload("Deployment", "web", "web:1", ""))
	a.until("deployment", "web", "stable", stable)
	if err := a.DeleteManifest(t.Context(), gennaker.DeleteManifest{ManifestRef: ref, Orphan: true}); err != nil {
		t.Errorf("DeleteManifest = %v", err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := a.GetManifest(t.Context(), ref); errors.Is(err, gennaker.ErrNotFound) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not gone")
		}
	}
	if sets, err = a.ListManifests(t.Context(), gennaker.ManifestQuery{Namespace: a.namespace, Kinds: []string{"replicaSet"}}); err != nil || len(sets) != 1 {
		t.Errorf("what it owned is not left: %s, %v", names(sets), err)
	}
}

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {selector: {traffic: shop}, ports: [{port: 80}]}\n"

func TestTrafficOfReplicaSetsIsManaged(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	q := a.asking("t1", service+"---\n"+workload("ReplicaSet", "web", "web:1", "replicas: 1,"))
	q.Services, q.EnableTraffic = []string{"service shop"}, true
	if m := a.applied(q).Manifests[1]; !m.Enabled || field(m, "spec", "template", "metadata", "labels", "traffic") != "shop" {
		t.Errorf("the first has no traffic: %v", m.Object)
	}
	q = a.asking("t2", workload("ReplicaSet", "web", "web:2", "replicas: 1,"))
	q.Services = []string{"service shop"}
	second := a.applied(q).Manifests[0]
	if second.Enabled || field(second, "spec", "template", "metadata", "labels", "traffic") != nil {
		t.Errorf("the dark one has traffic: %v", second.Object)
	}
	for _, on := range []bool{true, true, false, true} {
		if err := a.SetManifestTraffic(t.Context(), gennaker.SetManifestTraffic{ManifestRef: second.ManifestRef, Enabled: on}); err != nil {
			t.Fatalf("SetManifestTraffic = %v", err)
		}
		if m := a.get("replicaSet", second.Name); m.Enabled != on || (field(m, "spec", "template", "metadata", "labels", "traffic") == "shop") != on {
			t.Errorf("enabled is %t, want %t: %v", m.Enabled, on, m.Object)
		}
	}
	if err := a.SetManifestTraffic(t.Context(), gennaker.SetManifestTraffic{ManifestRef: a.ref("replicaSet", "web-v000")}); err != nil {
		t.Errorf("SetManifestTraffic = %v", err)
	}
	q = a.asking("t3", workload("ReplicaSet", "web", "web:1", "replicas: 1,"))
	q.Services, q.EnableTraffic = []string{"service shop"}, true
	if m := a.applied(q).Manifests[0]; m.Name != "web-v000" || !m.Enabled {
		t.Errorf("the first one is not back: %s, %t", m.Name, m.Enabled)
	}
	for _, c := range []struct{ name, text, want string }{
		{"no ReplicaSet", settings("red"), "traffic is managed of one ReplicaSet, and among the manifests are 0"},
		{"labels of its own", strings.Replace(workload("ReplicaSet", "own", "web:1", ""), "{labels: {app: own}}", "{labels: {app: own, traffic: shop}}", 1), "its pods have the label traffic by themselves"},
	} {
		q := a.asking("t4", c.text)
		q.Services, q.EnableTraffic = []string{"service shop"}, true
		if _, err := a.ApplyManifests(t.Context(), q); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	a.apply("t5", workload("ReplicaSet", "alone", "web:1", ""))
	if err := a.SetManifestTraffic(t.Context(), gennaker.SetManifestTraffic{ManifestRef: a.ref("replicaSet", "alone-v000")}); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("SetManifestTraffic without a Service = %v", err)
	}
}

func TestAnObjectSaysWhatItRefersTo(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	a.apply("t1", settings("red")+"---\n"+workload("Deployment", "web", "registry:5000/shop/web:7", ""))
	var got []string
	for _, artifact := range a.get("deployment", "web").Artifacts {
		got = append(got, fmt.Sprintf("%s %s %s %s", artifact.Type, artifact.Name, artifact.Version, artifact.Reference))
	}
	want := []string{"docker/image registry:5000/shop/web 7 registry:5000/shop/web:7", "kubernetes/secret keys  keys", "kubernetes/configMap settings v000 settings-v000"}
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || g == w
		}
		if !found {
			t.Errorf("artifacts lack %q: %v", w, cmp.Diff(want, got))
		}
	}
}
