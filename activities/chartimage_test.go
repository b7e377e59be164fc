package activities

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ociregistry "github.com/google/go-containerregistry/pkg/registry"
	"helm.sh/helm/v4/pkg/registry"

	"github.com/gennaker/gennaker"
)

// chartOf is a packed chart of a version.
func chartOf(t *testing.T, version string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	text := "{apiVersion: v2, name: shop, version: " + version + "}"
	if err := w.WriteHeader(&tar.Header{Name: "shop/Chart.yaml", Mode: 0o644, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// charts is a registry with versions of the chart org/shop, as Helm pushes
// them. before sees each request, and says whether it has answered it.
type charts struct {
	*httptest.Server
	host   string
	before func(http.ResponseWriter, *http.Request) bool
}

func registryOf(t *testing.T, versions ...string) *charts {
	t.Helper()
	c := &charts{}
	images := ociregistry.New(ociregistry.Logger(log.New(io.Discard, "", 0)))
	c.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.before == nil || !c.before(w, r) {
			images.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(c.Close)
	c.host = strings.TrimPrefix(c.URL, "https://")
	helm, err := registry.NewClient(registry.ClientOptHTTPClient(c.Client()), registry.ClientOptWriter(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		if _, err := helm.Push(chartOf(t, v), c.host+"/org/shop:"+v); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// policy allows servers, and trusts theirs and the registry's certificate,
// which all servers of tests have.
func (c *charts) policy(allow ...string) WebhookPolicy {
	pool := x509.NewCertPool()
	pool.AddCert(c.Certificate())
	return WebhookPolicy{Allow: allow, TLS: &tls.Config{RootCAs: pool}}
}

func readWith(t *testing.T, p WebhookPolicy, x gennaker.Artifact) ([]byte, error) {
	t.Helper()
	return (&Artifacts{webhooks: newWebhooks(p, nil)}).read(t.Context(), x, maxFolder)
}

func TestChartsAreReadFromRegistries(t *testing.T) {
	t.Parallel()
	c := registryOf(t, "1.9.0", "1.10.0", "1.10.1+build.2", "2.0.0-rc.1")
	image := func(reference, version string) gennaker.Artifact {
		return gennaker.Artifact{Type: "helm/image", Name: "org/shop", Version: version, Reference: reference}
	}
	chart := func(version string) gennaker.Artifact {
		return gennaker.Artifact{Type: "helm/chart", Name: "shop", Version: version, Reference: "oci://" + c.host + "/org"}
	}
	digest, err := c.Client().Head(c.URL + "/v2/org/shop/manifests/1.9.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name     string
		artifact gennaker.Artifact
		want     string // the version
	}{
		{"an image with its tag", image(c.host+"/org/shop:1.9.0", "1.9.0"), "1.9.0"},
		{"an image with Helm's scheme", image("oci://"+c.host+"/org/shop:1.9.0", ""), "1.9.0"},
		{"an image by its digest", image(c.host+"/org/shop@"+digest.Header.Get("Docker-Content-Digest"), ""), "1.9.0"},
		{"an image by its version", image(c.host+"/org/shop", "1.9.0"), "1.9.0"},
		{"an image whose registry is in the metadata", gennaker.Artifact{Type: "helm/image", Name: "org/shop", Version: "1.9.0", Metadata: map[string]any{"registry": c.host}}, "1.9.0"},
		{"a chart of a version", chart("1.9.0"), "1.9.0"},
		{"a chart of a version with a plus", chart("1.10.1+build.2"), "1.10.1+build.2"},
		{"a chart of a range", chart("~1.9"), "1.9.0"},
		{"a chart of the newest version", chart(""), "1.10.1+build.2"},
		{"a chart that is no release yet", chart("2.0.0-rc.1"), "2.0.0-rc.1"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			data, err := readWith(t, c.policy(c.URL), x.artifact)
			if err != nil || !bytes.Equal(data, chartOf(t, x.want)) {
				t.Errorf("read = %d bytes, %v, want version %s", len(data), err, x.want)
			}
		})
	}
}

func TestChartsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	c := registryOf(t, "1.0.0")
	// An image that is none of Helm's, and one whose layer is another.
	put := func(path, kind, text string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPut, c.URL+path, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		answer, err := c.Client().Do(r)
		if err != nil || answer.StatusCode != http.StatusCreated {
			t.Fatalf("PUT %s = %v, %v", path, answer, err)
		}
	}
	const kind = "application/vnd.oci.image.manifest.v1+json"
	config := `{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:` + digest("{}") + `", "size": 2}`
	layers := func(kind string, size int) string {
		return fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q, "config": %s, "layers": [{"mediaType": %q, "digest": "sha256:%s", "size": %d}]}`,
			"application/vnd.oci.image.manifest.v1+json", config, kind, digest("text"), size)
	}
	put("/v2/org/shop/manifests/image", kind, layers("application/vnd.oci.image.layer.v1.tar+gzip", 4))
	put("/v2/org/shop/manifests/forged", kind, layers(chartLayers[0], 4))
	put("/v2/org/shop/manifests/huge", kind, layers(chartLayers[0], maxFolder+1))
	put("/v2/org/shop/manifests/lost", kind, strings.ReplaceAll(layers(chartLayers[0], 4), digest("text"), digest("other")))
	c.before = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, digest("text")):
			fmt.Fprint(w, "tent")
		case strings.HasPrefix(r.URL.Path, "/v2/busy/"):
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/v2/private/"):
			w.WriteHeader(http.StatusForbidden)
		default:
			return false
		}
		return true
	}
	image := func(reference string) gennaker.Artifact {
		return gennaker.Artifact{Type: "helm/image", Reference: reference}
	}
	for _, x := range []struct {
		name     string
		policy   WebhookPolicy
		artifact gennaker.Artifact
		fails    error
		want     string
	}{
		{"a tag that is not there", c.policy(c.URL), image(c.host + "/org/shop:9"), gennaker.ErrNotFound, "the registry has no such chart"},
		{"a chart that is not there", c.policy(c.URL), image(c.host + "/org/web"), gennaker.ErrNotFound, "the registry answered 404"},
		{"a range that is not there", c.policy(c.URL), gennaker.Artifact{Type: "helm/chart", Name: "shop", Version: "~2", Reference: "oci://" + c.host + "/org"}, gennaker.ErrNotFound, `it has no chart "shop" of version "~2"`},
		{"an image of a container", c.policy(c.URL), image(c.host + "/org/shop:image"), gennaker.ErrInvalid, "image is no chart of Helm's"},
		{"a chart that is another", c.policy(c.URL), image(c.host + "/org/shop:forged"), gennaker.ErrInvalid, "is not what it has the digest of"},
		{"a chart that is too large", c.policy(c.URL), image(c.host + "/org/shop:huge"), gennaker.ErrInvalid, "it has 10485761 bytes, and may have 10485760"},
		{"a chart that is lost", c.policy(c.URL), image(c.host + "/org/shop:lost"), gennaker.ErrNotFound, "the registry has no such chart"},
		{"a registry that is busy", c.policy(c.URL), image(c.host + "/busy/shop:1"), gennaker.ErrUnavailable, "the registry answered 503 Service Unavailable"},
		{"a registry that refuses", c.policy(c.URL), image(c.host + "/private/shop:1"), gennaker.ErrDenied, "the registry answered 403 Forbidden"},
		{"a registry that is not allowed", c.policy("https://ghcr.io"), image(c.host + "/org/shop:1.0.0"), gennaker.ErrDenied, "webhooks.allow of the worker's configuration does not have it for GET"},
		{"a folder that is not allowed", c.policy(c.URL + "/v2/other"), image(c.host + "/org/shop:1.0.0"), gennaker.ErrDenied, "webhooks.allow"},
		{"this machine, unless it is named", c.policy(), image(c.host + "/org/shop:1.0.0"), gennaker.ErrDenied, "only this machine and its link reach it"},
		{"no registry", c.policy(c.URL), image("shop/web:1"), gennaker.ErrInvalid, `"shop/web:1" is no chart in a registry`},
		{"no reference", c.policy(c.URL), image(""), gennaker.ErrInvalid, `"" is no chart in a registry`},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			data, err := readWith(t, x.policy, x.artifact)
			if err == nil || !errors.Is(err, x.fails) || !strings.Contains(err.Error(), x.want) {
				t.Errorf("read = %d bytes, %v, want %v with %q", len(data), err, x.fails, x.want)
			}
		})
	}
}

// A registry may want a token of another server, and keep its layers on one
// more: the policy holds for these too.
func TestARegistrySendsOnlyWhereWebhooksMayGo(t *testing.T) {
	t.Parallel()
	c := registryOf(t, "1.0.0")
	tokens := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("scope") == "repository:org/shop:pull" {
			fmt.Fprint(w, `{"token": "for-everybody"}`)
		}
	}))
	t.Cleanup(tokens.Close)
	store := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			_, _ = w.Write(chartOf(t, "1.0.0")) // the client may have gone
		}
	}))
	t.Cleanup(store.Close)
	c.before = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Header.Get("Authorization") != "Bearer for-everybody":
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+tokens.URL+`/token",service="charts",scope="repository:org/shop:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(r.URL.Path, "/blobs/"):
			http.Redirect(w, r, store.URL, http.StatusTemporaryRedirect)
		default:
			return false
		}
		return true
	}
	x := gennaker.Artifact{Type: "helm/image", Reference: c.host + "/org/shop:1.0.0"}
	if data, err := readWith(t, c.policy(c.URL, tokens.URL, store.URL), x); err != nil || !bytes.Equal(data, chartOf(t, "1.0.0")) {
		t.Errorf("read = %d bytes, %v, want the chart", len(data), err)
	}
	for name, p := range map[string]WebhookPolicy{tokens.URL: c.policy(c.URL, store.URL), store.URL: c.policy(c.URL, tokens.URL)} {
		if _, err := readWith(t, p, x); !errors.Is(err, gennaker.ErrDenied) || !strings.Contains(err.Error(), name) {
			t.Errorf("read = %v, want that %s is denied", err, name)
		}
	}
	strict := c.policy(c.URL, tokens.URL, store.URL)
	strict.NoRedirects = true
	if _, err := readWith(t, strict, x); !errors.Is(err, gennaker.ErrDenied) || !strings.Contains(err.Error(), "webhooks.refuseRedirects") {
		t.Errorf("read = %v, want that it is not redirected", err)
	}
}
