package baking

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// files are a folder's, with some others instead; those that are empty go.
func files(t *testing.T, dir string, others map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{}
	disk := os.DirFS("testdata")
	err := fs.WalkDir(disk, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(disk, name)
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(all, others)
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// tgz packs files.
func tgz(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, name := range gennaker.SortedKeys(files) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func shop(t *testing.T, c Chart, others map[string]string) Request {
	t.Helper()
	if c.Release == "" {
		c.Release = "blue"
	}
	return Request{Renderer: "HELM3", Folder: File{Name: "shop.tgz", Data: tgz(t, files(t, "shop", others))}, Chart: c}
}

func tagged(overrides map[string]any) map[string]any {
	all := map[string]any{"image.tag": "7"}
	maps.Copy(all, overrides)
	return all
}

// objects are the baked ones by kind and name, and the order of those.
func objects(t *testing.T, r Request) (map[string]map[string]any, string) {
	t.Helper()
	text, err := Bake(t.Context(), r)
	if err != nil {
		t.Fatalf("Bake = %v", err)
	}
	all, order := map[string]map[string]any{}, []string{}
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var o map[string]any
		if d.Decode(&o) != nil {
			break
		}
		metadata, _ := o["metadata"].(map[string]any)
		name := gennaker.Text(o["kind"]) + " " + gennaker.Text(metadata["name"])
		all[name], order = o, append(order, name)
	}
	return all, strings.Join(order, ", ")
}

// field is a value by its path, such as spec.replicas.
func field(o map[string]any, at string) any {
	var value any = o
	for name := range strings.SplitSeq(at, ".") {
		if list, ok := value.([]any); ok {
			value = list[0]
		}
		m, _ := value.(map[string]any)
		value = m[name]
	}
	return value
}

func TestAChartIsRenderedAsHelmTemplateDoes(t *testing.T) {
	all, order := objects(t, shop(t, Chart{Overrides: tagged(nil)}, nil))
	if want := "ConfigMap blue-shop, Service cache-1, Deployment blue-shop, Job migrate"; order != want {
		t.Errorf("made %s, want %s: in the order of installation, hooks last, without tests, notes and CRDs", order, want)
	}
	d, m := all["Deployment blue-shop"], all["ConfigMap blue-shop"]
	for _, c := range []struct {
		at   string
		of   map[string]any
		want any
	}{
		{"metadata.namespace", d, "default"}, {"spec.replicas", d, 2}, {"spec.template.spec.containers.image", d, "shop/web:7"},
		{"data.monitored", m, "false"}, {"data.secrets", m, "0"}, {"data.host", m, ""},
	} {
		if got := field(c.of, c.at); got != c.want {
			t.Errorf("%s = %v, want %v", c.at, got, c.want)
		}
	}
}

func TestWhatAChartIsRenderedWith(t *testing.T) {
	for _, c := range []struct {
		name   string
		chart  Chart
		others map[string]string
		object string
		at     string
		want   any
	}{
		{"a namespace", Chart{Namespace: "prod", Overrides: tagged(nil)}, nil, "Deployment blue-shop", "metadata.namespace", "prod"},
		{"the last file of values counts", Chart{Values: []File{{"a", []byte("replicas: 3\nimage: {tag: a}")}, {"b", []byte("image: {tag: b}")}}}, nil,
			"Deployment blue-shop", "spec.template.spec.containers.image", "shop/web:b"},
		{"and leaves what it does not have", Chart{Values: []File{{"a", []byte("replicas: 3\nimage: {tag: a}")}, {"b", []byte("image: {tag: b}")}}}, nil,
			"Deployment blue-shop", "spec.replicas", 3},
		{"overrides count more", Chart{Values: []File{{"a", []byte("image: {tag: a}")}}, Overrides: tagged(nil)}, nil,
			"Deployment blue-shop", "spec.template.spec.containers.image", "shop/web:7"},
		{"overrides are text", Chart{Overrides: tagged(map[string]any{"flags": 7})}, nil, "Deployment blue-shop", "spec.template.spec.containers.args", "7"},
		{"raw overrides are values", Chart{Raw: true, Overrides: tagged(map[string]any{"flags": "7"})}, nil, "Deployment blue-shop", "spec.template.spec.containers.args", 7},
		{"a list of raw overrides", Chart{Raw: true, Overrides: tagged(map[string]any{"flags": "{a,b}"})}, nil, "Deployment blue-shop", "spec.template.spec.containers.args", []any{"a", "b"}},
		{"values of a chart within", Chart{Overrides: tagged(map[string]any{"cache.size": "9"})}, nil, "Service cache-9", "kind", "Service"},
		{"API versions", Chart{Overrides: tagged(nil), APIVersions: "a/v1, monitoring.coreos.com/v1"}, nil, "ConfigMap blue-shop", "data.monitored", "true"},
		{"a version of Kubernetes", Chart{Overrides: tagged(nil), KubeVersion: "1.31"}, nil, "ConfigMap blue-shop", "data.kubernetes", "v1.31"},
		{"CRDs", Chart{Overrides: tagged(nil), IncludeCRDs: true}, nil, "CustomResourceDefinition widgets.example.com", "kind", "CustomResourceDefinition"},
		{"a chart within that is packed", Chart{Overrides: tagged(nil)}, map[string]string{
			"shop/charts/cache/Chart.yaml": "", "shop/charts/cache/values.yaml": "", "shop/charts/cache/templates/service.yaml": "",
			"shop/charts/cache-0.1.0.tgz": string(tgz(t, map[string]string{"cache/Chart.yaml": "{apiVersion: v2, name: cache, version: 0.1.0}",
				"cache/templates/a.yaml": "{kind: Service, metadata: {name: packed}}"}))}, "Service packed", "kind", "Service"},
		{"a chart of Helm 2", Chart{Overrides: tagged(nil)}, map[string]string{"shop/Chart.yaml": "{name: shop, version: 1.0.0}",
			"shop/requirements.yaml": "dependencies: [{name: cache, version: 0.1.0, condition: cache.enabled}]"}, "Service cache-1", "kind", "Service"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, order := objects(t, shop(t, c.chart, c.others))
			got := field(all[c.object], c.at)
			if a, ok := got.([]any); ok {
				got = gennaker.Text(a)
				c.want = gennaker.Text(c.want)
			}
			if got != c.want {
				t.Errorf("%s of %s = %v, want %v; made were %s", c.at, c.object, got, c.want, order)
			}
		})
	}
}

func TestAChartWithinCanBeLeftOut(t *testing.T) {
	if _, order := objects(t, shop(t, Chart{Raw: true, Overrides: tagged(map[string]any{"cache.enabled": "false"})}, nil)); strings.Contains(order, "cache") {
		t.Errorf("made %s, want nothing of the cache", order)
	}
}

func TestAChartSomewhereInAnArchive(t *testing.T) {
	moved := map[string]string{}
	for name, text := range files(t, "shop", nil) {
		moved["repo-1/deploy/"+name] = text
	}
	for _, path := range []string{"deploy/shop", "/deploy/shop/", "repo-1/deploy/shop"} {
		r := shop(t, Chart{Overrides: tagged(nil)}, nil)
		r.Folder.Data, r.Path = tgz(t, moved), path
		if _, order := objects(t, r); !strings.Contains(order, "Deployment blue-shop") {
			t.Errorf("at %s it makes %s", path, order)
		}
	}
}

func TestWhatIsWrongWithAChartIsSaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		chart  Chart
		others map[string]string
		want   string
	}{
		{"a value that is required", Chart{}, nil, "shop.tgz: invalid: execution error at (shop/templates/deployment.yaml:12:49): image.tag is missing"},
		{"a template that is none", Chart{}, map[string]string{"shop/templates/config.yaml": "kind: ConfigMap\nname: {{ if }}\n"},
			"parse error at (shop/templates/config.yaml:2): missing value for if"},
		{"a function that there is not", Chart{}, map[string]string{"shop/templates/config.yaml": `{{ env "HOME" }}`}, `parse error at (shop/templates/config.yaml:1): function "env" not defined`},
		{"a file of this machine", Chart{Overrides: tagged(nil)}, map[string]string{"shop/templates/config.yaml": `{{ required "no file" (.Files.Get "/etc/passwd") }}`}, "no file"},
		{"what becomes no YAML", Chart{Overrides: tagged(nil)}, map[string]string{"shop/templates/config.yaml": "kind: A\n b: [\n"}, "YAML parse error on shop/templates/config.yaml: error converting YAML to JSON: yaml: line"},
		{"values that are no YAML", Chart{Values: []File{{"prod.yaml", []byte("a: 1\nb: [\n")}}}, nil, "values of prod.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2"},
		{"values that the schema refuses", Chart{Raw: true, Overrides: tagged(map[string]any{"replicas": "0"})}, nil, "values.schema.json of shop: the values do not meet it: at '/replicas': minimum: got 0, want 1"},
		{"a schema that is elsewhere", Chart{Overrides: tagged(nil)}, map[string]string{"shop/values.schema.json": `{"$ref": "http://127.0.0.1:1/schema.json"}`}, "it refers to http://127.0.0.1:1/schema.json, and schemas are not fetched"},
		{"an override that is an object", Chart{Overrides: tagged(map[string]any{"a": map[string]any{"b": 1}})}, nil, "overrides.a: text is wanted"},
		{"an override that cannot be read", Chart{Overrides: map[string]any{"a[x]": "b"}}, nil, "overrides.a[x]: "},
		{"no release", Chart{Release: "Blue Shop"}, nil, `outputName "Blue Shop", which names the release: invalid release name`},
		{"a chart that is missing", Chart{}, map[string]string{"shop/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0, dependencies: [{name: db, version: 1}]}"}, "Chart.yaml depends on db, which charts/ does not have"},
		{"no chart", Chart{}, map[string]string{"shop/Chart.yaml": ""}, "it has no Chart.yaml"},
		{"a library", Chart{}, map[string]string{"shop/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0, type: library}"}, "library charts cannot be rendered"},
		{"another version of Kubernetes", Chart{KubeVersion: "1.20"}, map[string]string{"shop/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0, kubeVersion: '>=1.25'}"}, "the chart is for Kubernetes >=1.25, and this is for v1.20"},
		{"no version of Kubernetes", Chart{KubeVersion: "new"}, nil, `kubeVersion "new"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := Bake(t.Context(), shop(t, c.chart, c.others))
			if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Bake = %.80q, %v, want ErrInvalid with %q", text, err, c.want)
			}
		})
	}
}

func overlay(t *testing.T, others map[string]string) Request {
	t.Helper()
	return Request{Renderer: "KUSTOMIZE4", Folder: File{Name: "deploy.tgz", Data: tgz(t, files(t, "kustomize", others))}, Path: "overlays/prod/kustomization.yaml"}
}

func TestAKustomizationIsBuilt(t *testing.T) {
	all, order := objects(t, overlay(t, nil))
	names := gennaker.SortedKeys(all)
	if len(names) != 2 || !strings.HasPrefix(names[0], "ConfigMap prod-settings-") || names[1] != "Deployment prod-web" {
		t.Fatalf("made %s", order)
	}
	_, settings, _ := strings.Cut(names[0], " ")
	for _, c := range []struct {
		at   string
		of   map[string]any
		want any
	}{
		{"data.color", all[names[0]], "blue"}, {"metadata.namespace", all[names[1]], "shop"}, {"spec.replicas", all[names[1]], 3},
		{"spec.template.spec.containers.image", all[names[1]], "shop/web:7"}, {"spec.template.spec.containers.envFrom.configMapRef.name", all[names[1]], settings},
	} {
		if got := field(c.of, c.at); got != c.want {
			t.Errorf("%s = %v, want %v", c.at, got, c.want)
		}
	}
}

// An archive of a repository has kustomizations that are not built.
func TestAKustomizationThatIsNotBuiltMayNameAURL(t *testing.T) {
	if all, order := objects(t, overlay(t, map[string]string{"kustomize/overlays/dev/kustomization.yaml": "resources: ['http://127.0.0.1:1/a.yaml']"})); len(all) != 2 {
		t.Errorf("made %s, want what overlays/prod makes", order)
	}
}

// A repository has files of all names.
func TestAKustomizationMayNameFilesOfAnyName(t *testing.T) {
	all, order := objects(t, overlay(t, map[string]string{"kustomize/web/pages/[id] (new)+@1.tsx": "x", "kustomize/overlays/prod/a b.txt": "blue\n",
		"kustomize/overlays/prod/kustomization.yaml": "resources: ['../../ba se']\nconfigMapGenerator: [{name: a, files: ['a b.txt']}]",
		"kustomize/ba se/kustomization.yaml":         "resources: ['é.yaml']", "kustomize/ba se/é.yaml": "{apiVersion: v1, kind: Service, metadata: {name: web}}"}))
	name, _, _ := strings.Cut(order, ",")
	if all["Service web"] == nil || !strings.HasPrefix(name, "ConfigMap a-") {
		t.Fatalf("made %s", order)
	}
	if got := all[name]["data"].(map[string]any)["a b.txt"]; got != "blue\n" {
		t.Errorf("the map has %q", got)
	}
}

// A kustomization may name what Kustomize would get by HTTP or git, or run.
func TestAKustomizationIsBuiltOfWhatTheArchiveHas(t *testing.T) {
	const at = "kustomize/overlays/prod/"
	generator := func(text string) map[string]string {
		return map[string]string{at + "kustomization.yaml": "generators: [make.yaml]\n", at + "make.yaml": text}
	}
	for _, c := range []struct {
		name   string
		others map[string]string
		want   string
	}{
		{"a file by HTTP", map[string]string{at + "kustomization.yaml": "resources: ['http://127.0.0.1:1/a.yaml']"}, "it names http://127.0.0.1:1/a.yaml, which the archive does not have"},
		{"a repository", map[string]string{at + "kustomization.yaml": "resources: ['github.com/org/repo//base?ref=v1']"}, "it names github.com/org/repo//base?ref=v1"},
		{"a repository that a folder is called like", map[string]string{at + "kustomization.yaml": "components: [github.com/org/repo]", at + "github.com/org/repo/kustomization.yaml": "resources: []"}, "it names github.com/org/repo"},
		{"a repository by ssh", map[string]string{"kustomize/base/kustomization.yaml": "bases: ['git@git.lan:org/repo']"}, "base/kustomization.yaml: it names git@git.lan:org/repo"},
		{"a patch by HTTP", map[string]string{at + "kustomization.yaml": "patches: [{path: 'https://127.0.0.1/a'}]"}, "it names https://127.0.0.1/a"},
		{"a map's file by HTTP", map[string]string{at + "kustomization.yaml": "configMapGenerator: [{name: a, files: ['k=http://127.0.0.1:1/a']}]"}, "it names http://127.0.0.1:1/a"},
		{"a schema by HTTP", map[string]string{at + "kustomization.yaml": "openapi: {path: 'http://127.0.0.1:1/a'}"}, "it names http://127.0.0.1:1/a"},
		{"a generator's file by HTTP", generator("{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: a}, files: ['k=http://127.0.0.1:1/a']}"), "make.yaml: it names http://127.0.0.1:1/a"},
		{"a generator in place, by HTTP", map[string]string{at + "kustomization.yaml": "transformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: a}\n  path: http://127.0.0.1:1/a\n"}, "it names http://127.0.0.1:1/a"},
		{"generators of a folder", map[string]string{at + "kustomization.yaml": "generators: [../../base]"}, "it names the folder ../../base where a file is wanted"},
		{"a program", generator("{apiVersion: v1, kind: A, metadata: {name: a, annotations: {config.kubernetes.io/function: '{exec: {path: /bin/ls}}'}}}"), "external plugins disabled"},
		{"a chart", map[string]string{at + "kustomization.yaml": "helmCharts: [{name: a, repo: 'http://127.0.0.1:1'}]"}, "must specify --enable-helm"},
		{"a kustomization by its absolute path", map[string]string{at + "kustomization.yaml": "resources: [/kustomize/more]", at + "kustomize/more/kustomization.yaml": "resources: []",
			"kustomize/more/kustomization.yaml": "resources: ['http://127.0.0.1:1/a.yaml']"}, "it names /kustomize/more"},
		{"a file by HTTP, two folders away", map[string]string{at + "kustomization.yaml": "resources: [../../more]", "kustomize/more/kustomization.yml": "components: [./deep/]",
			"kustomize/more/deep/Kustomization": "resources: ['http://127.0.0.1:1/a.yaml']"}, "kustomize/more/deep/Kustomization: it names http://127.0.0.1:1/a.yaml"},
		{"what is outside of the archive", map[string]string{at + "kustomization.yaml": "resources: [../../../../etc/passwd]"}, "it names ../../../../etc/passwd"},
		{"a file of another kustomization", map[string]string{at + "kustomization.yaml": "resources: [../../base/deployment.yaml]"}, "is not in or below"},
		{"a file that is missing", map[string]string{at + "replicas.yaml": ""}, "overlays/prod/kustomization.yaml: it names replicas.yaml, which the archive does not have"},
		{"a resource that is no YAML", map[string]string{"kustomize/base/deployment.yaml": "kind: A\nb: [\n"}, "yaml: line 2"},
		{"a kustomization with a misspelt field", map[string]string{at + "kustomization.yaml": "resource: []"}, `overlays/prod/kustomization.yaml: invalid Kustomization: json: unknown field "resource"`},
		{"no kustomization", map[string]string{at + "kustomization.yaml": ""}, "it has no overlays/prod/kustomization.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := Bake(t.Context(), overlay(t, c.others))
			if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Bake = %.80q, %v, want ErrInvalid with %q", text, err, c.want)
			}
		})
	}
}

func TestArchivesThatAreRefused(t *testing.T) {
	large := strings.Repeat("x", maxUnpacked/2)
	many := map[string]string{}
	for i := range maxFiles + 1 {
		many[path.Join("shop", strconv.Itoa(i))] = "x"
	}
	for want, data := range map[string][]byte{
		"a folder that is packed as .tgz is wanted":                       []byte("kind: Job"),
		"the archive has a file outside of itself: ../a":                  tgz(t, map[string]string{"../a": "x"}),
		"the archive has more than 20000 files or 20971520 bytes":         tgz(t, map[string]string{"a/a": large, "a/b": large, "a/c": large}),
		"the archive has more than 20000 files":                           tgz(t, many),
		"charts/b.tgz: the archive has more than 20000 files or 20971520": tgz(t, map[string]string{"a/Chart.yaml": "{apiVersion: v2, name: a, version: 1.0.0}", "a/charts/b.tgz": string(tgz(t, map[string]string{"b/a": large, "b/b": large, "b/c": large}))}),
		`templateRenderer "HELMFILE": invalid: there are HELM2, HELM3`:    nil,
	} {
		renderer := "helm3"
		if data == nil {
			renderer = "HELMFILE"
		}
		if _, err := Bake(t.Context(), Request{Renderer: renderer, Folder: File{Name: "a.tgz", Data: data}, Chart: Chart{Release: "a"}}); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("Bake = %v, want ErrInvalid with %q", err, want)
		}
	}
}
