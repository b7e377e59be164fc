package examples_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/gitrepo/gittest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// shelf serves a chart of a ConfigMap, and a file of values for it.
func shelf(t *testing.T) *httptest.Server {
	t.Helper()
	var chart bytes.Buffer
	zip := gzip.NewWriter(&chart)
	w := tar.NewWriter(zip)
	for name, text := range map[string]string{
		"shop/Chart.yaml":            "{apiVersion: v2, name: shop, version: 1.0.0}",
		"shop/templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-settings}\ndata: {color: {{ .Values.color }}, tag: {{ .Values.tag | quote }}}\n",
	} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"/shop.tgz": chart.Bytes(), "/prod.yaml": []byte("color: blue\n")}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(files[r.URL.Path]) }))
	t.Cleanup(s.Close)
	return s
}

func TestAChartIsBakedAndDeployed(t *testing.T) {
	s, cloud := shelf(t), &memory.Cloud{}
	c := activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"kube": cloud}), Webhooks: activities.WebhookPolicy{Allow: []string{s.URL}}}
	e := execute(t, "bake.yaml", c, map[string]any{"chart": s.URL + "/shop.tgz", "values": s.URL + "/prod.yaml", "tag": "7", "namespace": "prod"})
	if e.Status != gennaker.Succeeded {
		t.Fatalf("it ended %s: %s", e.Status, e.Error)
	}
	m, err := cloud.GetManifest(t.Context(), gennaker.ManifestRef{Account: "kube", Namespace: "prod", Kind: "ConfigMap", Name: "shop-settings-v000"})
	data, _ := m.Object["data"].(map[string]any)
	if err != nil || data["color"] != "blue" || data["tag"] != "7" {
		t.Errorf("deployed was %+v, %v", m, err)
	}
}

func TestAKustomizationOfARepositoryIsBakedAndDeployed(t *testing.T) {
	const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: blue}\n"
	r, cloud := gittest.Serve(t, map[string]string{
		"base/kustomization.yaml": "resources: [settings.yaml]\n", "base/settings.yaml": settings,
		"overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: shop-\nnamespace: prod\n"}), &memory.Cloud{}
	r.Git("tag", "v1")
	r.Commit(map[string]string{"base/settings.yaml": "kind: ["})
	c := activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"kube": cloud}), Webhooks: activities.WebhookPolicy{Allow: []string{r.URL}}}
	e := execute(t, "kustomize.yaml", c, map[string]any{"repository": r.URL, "version": "v1"})
	if e.Status != gennaker.Succeeded {
		t.Fatalf("it ended %s: %s", e.Status, e.Error)
	}
	m, err := cloud.GetManifest(t.Context(), gennaker.ManifestRef{Account: "kube", Namespace: "prod", Kind: "ConfigMap", Name: "shop-settings-v000"})
	data, _ := m.Object["data"].(map[string]any)
	if err != nil || data["color"] != "blue" {
		t.Errorf("deployed was %+v, %v", m, err)
	}
}
