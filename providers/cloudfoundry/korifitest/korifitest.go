// Package korifitest is a real Cloud Foundry API for tests: Korifi, on the
// Kubernetes of package kubetest. Instances are pods that run nothing, and what
// becomes of them is chosen by the names of their images, see there.
//
//	func TestX(t *testing.T) {
//		if !korifitest.Inside(t) { return }  // the rest runs in a network of its own
//		server := korifitest.Start(t)
//		server.AddSpace(t, "shop", "dev")    // where its user is developer
//		account := cloudfoundry.Config{API: server.URL, Token: server.Token, SkipSSLValidation: true, …}
//		image := server.Images + "/shop:7"   // any name is an image, but not of the tag gone
//	}
//
// The programs are built by deploy/korifi-targets.sh, once on a machine.
package korifitest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/config"

	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

// Where Korifi listens, on all interfaces: it cannot be told otherwise.
const (
	api         = "https://localhost:9000"
	webhooks    = "https://localhost:9443"
	controllers = "http://localhost:8081"
)

// Server is a Korifi that runs.
type Server struct {
	// URL is that of the API. Its certificate is its own; Transport knows it.
	URL       string
	Transport http.RoundTripper
	// Token is the user's, who is space developer in the spaces.
	Token string
	// Images is the registry of the images that there are.
	Images string

	cluster *kubetest.Cluster
	kube    string // folder of the programs of Kubernetes
	korifi  string // folder of those of Korifi
	dir     string
	admin   *client.Client
}

// Start starts Korifi, which runs until the test ends.
func Start(t *testing.T) *Server {
	t.Helper()
	s := &Server{URL: api, dir: t.TempDir()}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := s.start(ctx, t); err != nil {
		t.Fatalf("this test needs Korifi: %v", err)
	}
	return s
}

func (s *Server) start(ctx context.Context, t *testing.T) (err error) {
	if s.kube, err = kubetest.Tools(os.Stderr); err != nil {
		return err
	}
	if s.korifi, err = Tools(os.Stderr); err != nil {
		return err
	}
	if s.cluster, err = kubetest.Start(ctx, s.kube, s.dir); err != nil {
		return err
	}
	t.Cleanup(s.cluster.Stop)
	if err := s.install(ctx); err != nil {
		return err
	}
	s.Images = serveImages(t)
	return s.logIn(ctx)
}

// The users are service accounts in Korifi's root namespace: Korifi has no UAA.
const (
	admin = "admin"
	user  = "gennaker"
)

// logIn gets the tokens of both users.
func (s *Server) logIn(ctx context.Context) error {
	token, err := s.tokenOf(ctx, admin)
	if err != nil {
		return err
	}
	if s.Token, err = s.tokenOf(ctx, user); err != nil {
		return err
	}
	made, err := config.New(s.URL, config.Token(token, ""), config.HttpClient(&http.Client{Transport: s.Transport}))
	if err != nil {
		return err
	}
	s.admin, err = client.New(made)
	return err
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

// until looks again and again; when the time is up it says what was seen last.
func (s *Server) until(ctx context.Context, what string, look func() error) error {
	for {
		err := look()
		if err == nil {
			return nil
		}
		if over := s.cluster.Over(); over != nil {
			return over
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// answers asks for something that must be there.
func (s *Server) answers(url string) func() error {
	asks := &http.Client{Transport: s.Transport, Timeout: time.Second}
	return func() error {
		r, err := asks.Get(url)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		if r.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, r.Status)
		}
		return nil
	}
}

// trusting is a transport that knows our certificate. The API speaks HTTP/2
// alone.
func trusting(c certificate) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: c.pool()}
	return t
}
