package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
)

// shelf is a server with files by their paths. SHELF in them is its URL.
func shelf(t *testing.T, files map[string]string) *httptest.Server {
	t.Helper()
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, strings.ReplaceAll(text, "SHELF", s.URL))
	}))
	t.Cleanup(s.Close)
	return s
}

// readArtifact is what the activity answers with.
func readArtifact(t *testing.T, p WebhookPolicy, x gennaker.Artifact) (string, error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	a := &Artifacts{webhooks: newWebhooks(p, nil)}
	env.RegisterActivity(a)
	value, err := env.ExecuteActivity(a.ReadArtifact, x)
	if err != nil {
		return "", err
	}
	var text string
	return text, value.Get(&text)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestArtifactsAreRead(t *testing.T) {
	t.Parallel()
	index := `
entries:
  shop:
  - {version: 2.0.0-rc.1, urls: [charts/next.tgz]}
  - {version: 1.10.0, urls: [charts/shop-1.10.0.tgz], digest: ` + digest("shop 1.10") + `}
  - {version: 1.9.0, urls: [SHELF/elsewhere/shop-1.9.0.tgz], digest: "sha256:` + digest("shop 1.9") + `"}
  - {version: latest, urls: [charts/latest.tgz]}
  - {version: 0.1.0, urls: []}
  forged:
  - {version: 1.0.0, urls: [charts/next.tgz], digest: ` + digest("something else") + `}
`
	s := shelf(t, map[string]string{"/a.yaml": "kind: Job", "/repo/index.yaml": index, "/broken/index.yaml": "entries: [", "/large": strings.Repeat("x", maxFetched+1),
		"/repo/charts/shop-1.10.0.tgz": "shop 1.10", "/elsewhere/shop-1.9.0.tgz": "shop 1.9", "/repo/charts/latest.tgz": "latest", "/repo/charts/next.tgz": "next"})
	allowed := WebhookPolicy{Allow: []string{s.URL}}
	chart := func(name, version string) gennaker.Artifact {
		return gennaker.Artifact{Type: "helm/chart", Name: name, Version: version, Reference: s.URL + "/repo"}
	}
	file := func(path string) gennaker.Artifact {
		return gennaker.Artifact{Type: "http/file", Reference: s.URL + path}
	}
	for _, c := range []struct {
		name     string
		policy   WebhookPolicy
		artifact gennaker.Artifact
		want     string // the text, or else of the error
		fails    error
	}{
		{"what it carries", allowed, gennaker.Artifact{Type: "embedded/base64", Reference: "a2luZDogSm9i\n"}, "kind: Job", nil},
		{"what it carries is not Base64", allowed, gennaker.Artifact{Type: "embedded/base64", Name: "a", Reference: "kind: Job"}, "artifact embedded/base64 a: invalid: illegal base64", gennaker.ErrInvalid},
		{"a file", allowed, file("/a.yaml"), "kind: Job", nil},
		{"a file that is not there", allowed, file("/b.yaml"), "not found: it answered 404 Not Found", gennaker.ErrNotFound},
		{"a file that is too large", allowed, file("/large"), "its answer is longer than 262144 bytes", gennaker.ErrInvalid},
		{"a file of this machine that nobody allows", WebhookPolicy{}, file("/a.yaml"), "webhooks.allow of the worker's configuration can name the host", gennaker.ErrDenied},
		{"the newest chart", allowed, chart("shop", ""), "shop 1.10", nil},
		{"a chart of a range", allowed, chart("shop", "~1.9"), "shop 1.9", nil},
		{"a chart of a version", allowed, chart("shop", "2.0.0-rc.1"), "next", nil},
		{"a chart of a version that is a word", allowed, chart("shop", "latest"), "latest", nil},
		{"a version that is not there", allowed, chart("shop", "3"), `it has no chart "shop" of version "3"`, gennaker.ErrNotFound},
		{"a chart that is not there", allowed, chart("web", ""), `it has no chart "web" of version ""`, gennaker.ErrNotFound},
		{"a chart without a URL", allowed, chart("shop", "0.1.0"), `version 0.1.0 has no URL`, gennaker.ErrInvalid},
		{"a chart that is another", allowed, chart("forged", ""), "is not what the index has the digest of", gennaker.ErrInvalid},
		{"a broken index", allowed, gennaker.Artifact{Type: "helm/chart", Name: "shop", Reference: s.URL + "/broken/"}, "index.yaml of " + s.URL + "/broken/: invalid", gennaker.ErrInvalid},
		{"a chart of an account", allowed, gennaker.Artifact{Type: "helm/chart", Name: "shop", Reference: "stable"}, "its reference must be the URL of a chart repository", gennaker.ErrInvalid},
		{"a folder", allowed, gennaker.Artifact{Type: "git/repo", Reference: "https://git.lan/a"}, "artifact git/repo https://git.lan/a: invalid: it is a folder, which bakeManifest alone takes", gennaker.ErrInvalid},
		{"another type", allowed, gennaker.Artifact{Type: "s3/object", Reference: "s3://a/b"}, "content is read of the types embedded/base64, http/file, helm/chart, helm/image and git/repo", gennaker.ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, err := readArtifact(t, c.policy, c.artifact)
			if c.fails == nil && (err != nil || text != c.want) {
				t.Errorf("ReadArtifact = %q, %v, want %q", text, err, c.want)
			}
			if c.fails != nil && (err == nil || Kind(err) != c.fails || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("ReadArtifact = %q, %v, want %v with %q", text, err, c.fails, c.want)
			}
		})
	}
}
