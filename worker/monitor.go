package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/uber-go/tally/v4"
	tallyprom "github.com/uber-go/tally/v4/prometheus"
	"go.temporal.io/sdk/client"
	sdktally "go.temporal.io/sdk/contrib/tally"
)

// monitor answers for the worker over HTTP: /metrics, /healthz and /readyz.
type monitor struct {
	metrics client.MetricsHandler // nil when metrics are off
	scope   io.Closer
	servers []*http.Server

	mu     sync.Mutex // guards reason and check
	reason string     // why the worker is not ready; empty when it is
	check  func(ctx context.Context) error
}

// listen opens the endpoints that the configuration asks for. They stay open
// until close.
func listen(c Config) (*monitor, error) {
	m := &monitor{reason: "starting"}
	routes := map[string]*http.ServeMux{}
	mux := func(address string) *http.ServeMux {
		if routes[address] == nil {
			routes[address] = http.NewServeMux()
		}
		return routes[address]
	}
	if c.Metrics.Listen != "" {
		mux(c.Metrics.Listen).Handle("GET /metrics", m.prometheus())
	}
	if c.Health.Listen != "" {
		mux(c.Health.Listen).HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
		mux(c.Health.Listen).HandleFunc("GET /readyz", m.readyz)
	}
	for address, handler := range routes {
		if err := m.serve(address, handler); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

func (m *monitor) serve(address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("metrics and health: listen on %s: %w", address, err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	m.servers = append(m.servers, s)
	go func() { _ = s.Serve(l) }() // it ends when closed
	return nil
}

// prometheus makes the metrics of the process and of Temporal's SDK.
func (m *monitor) prometheus() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	scope, closer := tally.NewRootScope(tally.ScopeOptions{
		CachedReporter:  tallyprom.NewReporter(tallyprom.Options{Registerer: registry, DefaultTimerType: tallyprom.HistogramTimerType}),
		Separator:       tallyprom.DefaultSeparator,
		SanitizeOptions: &tallyprom.DefaultSanitizerOpts,
	}, time.Second)
	m.scope = closer
	m.metrics = sdktally.NewMetricsHandler(sdktally.NewPrometheusNamingScope(scope))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// readyz answers 200 when this worker can work, and otherwise why it cannot.
func (m *monitor) readyz(w http.ResponseWriter, r *http.Request) {
	if err := m.ready(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (m *monitor) ready(ctx context.Context) error {
	m.mu.Lock()
	reason, check := m.reason, m.check
	m.mu.Unlock()
	if reason != "" {
		return errors.New(reason)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return check(ctx)
}

func (m *monitor) notReady(reason string) { m.setReady(reason, nil) }

func (m *monitor) setReady(reason string, check func(context.Context) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reason, m.check = reason, check
}

func (m *monitor) close() {
	for _, s := range m.servers {
		_ = s.Close()
	}
	if m.scope != nil {
		_ = m.scope.Close()
	}
}
