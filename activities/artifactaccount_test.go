package activities

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/gitrepo/gittest"
)

const password = "s3cret"

// private lets in whom it knows, by https.
func private(t *testing.T, next http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); user != "ada" || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="private"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// account is ada's, for this machine.
func account(kind string) ArtifactAccount {
	return ArtifactAccount{Name: "mine", Types: []string{kind}, Hosts: []string{"127.0.0.1"},
		Credentials: func() (string, string, error) { return "ada", password, nil }}
}

// readBy reads an artifact of servers with an account.
func readBy(t *testing.T, servers []*httptest.Server, x gennaker.Artifact, account ArtifactAccount) (string, error) {
	t.Helper()
	p := WebhookPolicy{TLS: &tls.Config{RootCAs: x509.NewCertPool()}}
	for _, s := range servers {
		p.Allow = append(p.Allow, s.URL)
		if s.Certificate() != nil {
			p.TLS.RootCAs.AddCert(s.Certificate())
		}
	}
	data, err := (&Artifacts{webhooks: newWebhooks(p, nil), accounts: []ArtifactAccount{account}}).read(t.Context(), x, maxFolder)
	if err != nil && strings.Contains(err.Error(), password) {
		t.Errorf("the error has the password: %v", err)
	}
	return string(data), err
}

func TestAnAccountReadsWhatIsPrivate(t *testing.T) {
	t.Parallel()
	files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/charts/index.yaml" {
			fmt.Fprint(w, "entries: {shop: [{version: 1.0.0, urls: [shop.tgz]}]}")
			return
		}
		fmt.Fprint(w, "text of "+r.URL.Path)
	})
	images := registryOf(t, "1.0.0")
	site, git, registry := private(t, files), private(t, gittest.Serve(t, map[string]string{"a.yaml": "a"}).Handler()), private(t, images.Config.Handler)
	servers := []*httptest.Server{site, git, registry}
	host := strings.TrimPrefix(registry.URL, "https://")
	home := func(kind, home string) ArtifactAccount {
		a := account(kind)
		a.Home = home
		return a
	}
	for _, c := range []struct {
		name     string
		artifact gennaker.Artifact
		account  ArtifactAccount
		want     string // what it begins with
	}{
		{"a file", gennaker.Artifact{Type: "http/file", Reference: site.URL + "/a.yaml"}, account("http/file"), "text of /a.yaml"},
		{"a chart", gennaker.Artifact{Type: "helm/chart", Name: "shop", Reference: site.URL + "/charts"}, account("helm/chart"), "text of /charts/shop.tgz"},
		{"a chart of the account's repository", gennaker.Artifact{Type: "helm/chart", Name: "shop", Reference: "mine"}, home("helm/chart", site.URL+"/charts"), "text of /charts/shop.tgz"},
		{"a repository", gennaker.Artifact{Type: "git/repo", Reference: git.URL + "/.git"}, account("git/repo"), "\x1f\x8b"},
		{"a chart of a registry", gennaker.Artifact{Type: "helm/image", Reference: host + "/org/shop:1.0.0"}, account("helm/image"), string(chartOf(t, "1.0.0"))},
		{"a chart of the account's registry", gennaker.Artifact{Type: "helm/image", Name: "org/shop", Version: "1.0.0"}, home("helm/image", host), string(chartOf(t, "1.0.0"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := readBy(t, servers, c.artifact, c.account); c.account.Home == "" && !errors.Is(err, gennaker.ErrDenied) {
				t.Errorf("without the account read = %v, want that it is denied", err)
			}
			c.artifact.Account = "mine"
			if text, err := readBy(t, servers, c.artifact, c.account); err != nil || !strings.HasPrefix(text, c.want) {
				t.Errorf("read = %.40q, %v, want %.40q", text, err, c.want)
			}
			other := c.account
			other.Types = []string{"s3/object"}
			if _, err := readBy(t, servers, c.artifact, other); c.account.Home == "" && !errors.Is(err, gennaker.ErrDenied) {
				t.Errorf("with an account of another type read = %v, want that it is denied", err)
			}
			other = c.account
			other.Credentials = func() (string, string, error) { return "", "", errors.New("the file is gone") }
			if _, err := readBy(t, servers, c.artifact, other); !errors.Is(err, gennaker.ErrUnavailable) || !strings.Contains(err.Error(), "the account mine of the worker's configuration: the file is gone") {
				t.Errorf("without its file read = %v, want that it says so", err)
			}
		})
	}
}

// seen is a server that answers a request for a file, a chart or a repository,
// and keeps the header that proves who asks.
func seen(t *testing.T, headers *[]string, start func(http.Handler) *httptest.Server) *httptest.Server {
	t.Helper()
	s := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*headers = append(*headers, r.Header.Get("Authorization"))
		fmt.Fprint(w, "entries: {}")
	}))
	t.Cleanup(s.Close)
	return s
}

func TestCredentialsGoWhereTheyBelong(t *testing.T) {
	var headers []string
	plain, safe := seen(t, &headers, httptest.NewServer), seen(t, &headers, httptest.NewTLSServer)
	named := func(s *httptest.Server) string { return strings.Replace(s.URL, "127.0.0.1", "localhost", 1) }
	for _, kind := range []string{"http/file", "helm/chart", "git/repo"} {
		for name, address := range map[string]string{"without encryption": plain.URL, "to another host": named(safe)} {
			headers = nil
			_, err := readBy(t, []*httptest.Server{plain, safe}, gennaker.Artifact{Type: kind, Account: "mine", Name: "shop", Reference: address}, account(kind))
			if !errors.Is(err, gennaker.ErrDenied) || !strings.Contains(err.Error(), "its credentials go by https, and to 127.0.0.1") || len(headers) > 0 {
				t.Errorf("%s, %s: read = %v, after requests with %q, want that it is denied before any", kind, name, err, headers)
			}
		}
		headers = nil
		moved := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/info/refs", http.StatusFound))
		_, err := readBy(t, []*httptest.Server{plain, moved}, gennaker.Artifact{Type: kind, Account: "mine", Name: "shop", Reference: moved.URL}, account(kind))
		moved.Close()
		for _, h := range headers {
			if h != "" {
				t.Errorf("%s: after a redirect without encryption the request has %q; read = %v", kind, h, err)
			}
		}
		if kind != "git/repo" && len(headers) == 0 {
			t.Errorf("%s: it was not redirected: %v", kind, err)
		}
	}
}

func TestAHostIsCoveredWithWhatIsBelowIt(t *testing.T) {
	a := ArtifactAccount{Hosts: []string{"Example.com"}, Credentials: func() (string, string, error) { return "a", "b", nil }}
	for address, want := range map[string]bool{"https://example.com/a": true, "https://git.EXAMPLE.com:8443/a": true, "https://badexample.com": false,
		"https://example.com.evil.net": false, "http://example.com": false, "https://example.com@evil.net": false} {
		if err := a.check(address); (err == nil) != want {
			t.Errorf("check of %s = %v, want allowed: %v", address, err, want)
		}
	}
	if err := (ArtifactAccount{}).check("http://anywhere"); err != nil {
		t.Errorf("check without credentials = %v", err)
	}
}
