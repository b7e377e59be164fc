// Package proxy is a load balancer: a reverse proxy before a set of backends
// that changes while it serves. A backend that is taken out gets no request
// from that moment on, and keeps those it has.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Balancer listens on one address.
type Balancer struct {
	name     string
	listener net.Listener
	server   *http.Server
	pool     *http.Transport

	mu       sync.Mutex // guards what follows
	backends []*Backend
	turn     int // where the next search for a backend begins
}

// Listen starts to serve on an address. Without backends it answers 503.
func Listen(name, address string, backends []*Backend, log *zap.Logger) (*Balancer, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	b := &Balancer{name: name, listener: listener, backends: backends, pool: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 256,
		// Shorter than what servers commonly allow, so that we seldom write to
		// a connection that is being closed at the other end.
		IdleConnTimeout:    4 * time.Second,
		DisableCompression: true,
	}}
	errors, _ := zap.NewStdLogAt(log.With(zap.String("loadBalancer", name)), zap.DebugLevel)
	handler := &httputil.ReverseProxy{Rewrite: rewrite, Transport: b, ErrorHandler: b.refuse, BufferPool: &buffers{}, ErrorLog: errors}
	b.server = &http.Server{
		Handler:           b.tracked(handler),
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       3 * time.Minute,
		ErrorLog:          errors,
	}
	go b.server.Serve(listener)
	return b, nil
}

// Address is where it listens, as host:port.
func (b *Balancer) Address() string { return b.listener.Addr().String() }

// Set says which backends get requests from now on. When it returns, none
// goes to another.
func (b *Balancer) Set(backends []*Backend) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = backends
}

// Close accepts no more, and answers what is in flight until ctx ends.
func (b *Balancer) Close(ctx context.Context) error {
	err := b.server.Shutdown(ctx)
	if err != nil {
		b.server.Close()
	}
	b.pool.CloseIdleConnections()
	return err
}

// pick takes the backend with the fewest requests in flight, in turn among
// equals, and counts one more for it. It is nil if all have been tried.
func (b *Balancer) pick(tried []*Backend) *Backend {
	b.mu.Lock()
	defer b.mu.Unlock()
	var best *Backend
	at := 0
	for i := range b.backends {
		n := (b.turn + i) % len(b.backends)
		candidate := b.backends[n]
		if slices.Contains(tried, candidate) || best != nil && candidate.InFlight() >= best.InFlight() {
			continue
		}
		best, at = candidate, n
	}
	if best != nil {
		best.flying.Add(1)
		b.turn = at + 1
	}
	return best
}

// errNone is the answer when no backend is left.
var errNone = errors.New("no healthy instance")

// refuse answers a request that no backend has answered.
func (b *Balancer) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusBadGateway
	if errors.Is(err, errNone) {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, fmt.Sprintf("load balancer %s: %v", b.name, err), status)
}

// rewrite keeps the host that the client asked for, and says who the client is.
func rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme = "http"
	r.Out.URL.Host = r.In.Host // until a backend is picked
	r.Out.Host = r.In.Host
	r.SetXForwarded()
}

// buffers lends the memory through which answers are copied.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if lent, ok := b.pool.Get().(*[]byte); ok {
		return *lent
	}
	return make([]byte, 32<<10)
}

func (b *buffers) Put(memory []byte) { b.pool.Put(&memory) }
