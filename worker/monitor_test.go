package worker

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// freeAddress is a loopback address where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// await gets a URL until its answer has the status and holds the text.
func await(t *testing.T, url string, status int, text string) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		last = answer.Status + ": " + string(body)
		if answer.StatusCode == status && strings.Contains(string(body), text) {
			return
		}
	}
	t.Fatalf("GET %s = %s, want %d with %q", url, last, status, text)
}

func TestAWorkerWithoutTemporalIsAliveAndSaysWhyItIsNotReady(t *testing.T) {
	c := Default()
	c.Temporal.Address = freeAddress(t)
	c.Health.Listen = freeAddress(t)
	c.Metrics.Listen = c.Health.Listen
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Run(ctx, c, zap.NewNop()) }()

	await(t, "http://"+c.Health.Listen+"/healthz", http.StatusOK, "alive")
	await(t, "http://"+c.Health.Listen+"/readyz", http.StatusServiceUnavailable, "temporal at "+c.Temporal.Address+": unavailable")
	await(t, "http://"+c.Metrics.Listen+"/metrics", http.StatusOK, "go_goroutines")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v after a stop that was asked for", err)
	}
	if _, err := http.Get("http://" + c.Health.Listen + "/healthz"); err == nil {
		t.Error("the health endpoint outlives its worker")
	}
}

func TestATakenAddressIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := Default()
	c.Metrics.Listen = l.Addr().String()
	err = Run(context.Background(), c, zap.NewNop())
	if err == nil || !strings.Contains(err.Error(), "metrics and health: listen on "+c.Metrics.Listen) {
		t.Errorf("Run = %v", err)
	}
}
