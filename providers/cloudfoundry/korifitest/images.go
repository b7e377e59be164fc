package korifitest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What each image is: Korifi reads its user, who must not be root, and its
// ports. Nothing pulls its layers; it has none.
const imageConfig = `{"architecture":"amd64","os":"linux","config":{"User":"1000","ExposedPorts":{"8080/tcp":{}}},"rootfs":{"type":"layers","diff_ids":[]}}`

// serveImages is a registry where any name is an image, but not of the tag
// gone. It returns its address.
func serveImages(t testing.TB) string {
	t.Helper()
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":%q},"layers":[]}`,
		manifestType, len(imageConfig), digest(imageConfig))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := r.URL.Path; {
		case name == "/v2/":
		case strings.HasSuffix(name, "/manifests/gone"):
			http.NotFound(w, r)
		case strings.Contains(name, "/manifests/"):
			w.Header().Set("Content-Type", manifestType)
			w.Header().Set("Docker-Content-Digest", digest(manifest))
			_, _ = io.WriteString(w, manifest)
		case strings.HasSuffix(name, "/blobs/"+digest(imageConfig)):
			_, _ = io.WriteString(w, imageConfig)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

func digest(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }
