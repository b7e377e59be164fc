package providertest

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Link is the way between a provider and a cloud that speaks HTTP: a proxy
// whose connections break as a test wants it.
type Link struct {
	// URL is where the provider finds the cloud.
	URL string

	server *httptest.Server
	mu     sync.Mutex // guards fate
	fate   func(*http.Request) Fate
}

// Fate is what becomes of a request.
type Fate struct {
	// Lost resets the connection once the cloud has done what was asked.
	Lost bool
	// Cut resets the connection before the cloud hears of it.
	Cut bool
	// Status, with Body, is an answer that the cloud knows nothing of; it is
	// JSON if it looks so.
	Status int
	Body   string
}

// NewLink makes a link to the cloud, which holds until the test ends.
func NewLink(t testing.TB, cloud string) *Link {
	t.Helper()
	return NewLinkOver(t, cloud, nil)
}

// NewLinkOver is a link to a cloud that must be asked in a way of its own, such
// as one whose certificate only its transport knows.
func NewLinkOver(t testing.TB, cloud string, transport http.RoundTripper) *Link {
	t.Helper()
	target, err := url.Parse(cloud)
	if err != nil {
		t.Fatalf("link to %s: %v", cloud, err)
	}
	l := &Link{}
	l.server = httptest.NewServer(l.handler(target, transport))
	t.Cleanup(l.server.Close)
	l.URL = l.server.URL
	return l
}

// Break breaks all connections that there are now, whatever goes through them.
func (l *Link) Break() { l.server.CloseClientConnections() }

// Decide has each request from now on asked what becomes of it; nil lets all
// through. The request's body may be read.
func (l *Link) Decide(fate func(*http.Request) Fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fate = fate
}

// Lose loses the answer to the nth request from now on. What it returns says
// whether that has happened.
func (l *Link) Lose(n int) (lost func() bool) {
	var mu sync.Mutex
	seen := 0
	l.Decide(func(*http.Request) Fate {
		mu.Lock()
		defer mu.Unlock()
		seen++
		return Fate{Lost: seen == n}
	})
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		return seen >= n
	}
}

var errLost = errors.New("the answer is lost")

func (l *Link) handler(cloud *url.URL, transport http.RoundTripper) http.Handler {
	proxy := httputil.NewSingleHostReverseProxy(cloud)
	proxy.Transport = transport
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	lossy := *proxy
	lossy.ModifyResponse = func(*http.Response) error { return errLost }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch f := l.fateOf(r); {
		case f.Cut:
			panic(http.ErrAbortHandler)
		case f.Status != 0:
			if strings.HasPrefix(f.Body, "{") {
				w.Header().Set("Content-Type", "application/json")
			}
			w.WriteHeader(f.Status)
			_, _ = io.WriteString(w, f.Body)
		case f.Lost:
			lossy.ServeHTTP(w, r)
		default:
			proxy.ServeHTTP(w, r)
		}
	})
}

func (l *Link) fateOf(r *http.Request) Fate {
	l.mu.Lock()
	decide := l.fate
	l.mu.Unlock()
	if decide == nil {
		return Fate{}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Fate{Cut: true} // who asked has gone
	}
	asked := r.Clone(r.Context())
	asked.Body, r.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	return decide(asked)
}
