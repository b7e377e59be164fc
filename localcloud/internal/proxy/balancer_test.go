package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/internal/proxy"
)

func listen(t *testing.T, backends ...*proxy.Backend) (*proxy.Balancer, string) {
	t.Helper()
	b, err := proxy.Listen("shop", "127.0.0.1:0", backends, zap.NewNop())
	if err != nil {
		t.Fatalf("Listen = %v", err)
	}
	t.Cleanup(func() { b.Close(context.Background()) })
	return b, "http://" + b.Address()
}

func serve(t *testing.T, name string, handler http.HandlerFunc) *proxy.Backend {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return &proxy.Backend{Name: name, Address: s.Listener.Addr().String()}
}

func named(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", name, body)
	}
}

// gone is a backend that refuses connections.
func gone(t *testing.T) *proxy.Backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return &proxy.Backend{Name: "gone", Address: l.Addr().String()}
}

func answer(t *testing.T, response *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	return answer(t, response, err)
}

func TestRequestsGoToBackendsInTurn(t *testing.T) {
	_, url := listen(t, serve(t, "a", named("a")), serve(t, "b", named("b")))
	count := map[string]int{}
	for range 10 {
		_, text := get(t, url)
		count[text]++
	}
	if count["a "] != 5 || count["b "] != 5 {
		t.Errorf("answers = %v, want 5 of each", count)
	}
}

func TestBusyBackendGetsNoMoreThanTheOthers(t *testing.T) {
	release := make(chan struct{})
	busy := serve(t, "busy", func(w http.ResponseWriter, _ *http.Request) { <-release })
	free := serve(t, "free", named("free"))
	b, url := listen(t, busy)
	stuck := make(chan struct{})
	go func() {
		defer close(stuck)
		if response, err := http.Get(url); err == nil {
			response.Body.Close()
		}
	}()
	for busy.InFlight() == 0 {
		time.Sleep(time.Millisecond)
	}
	b.Set([]*proxy.Backend{busy, free})
	for range 5 {
		if _, text := get(t, url); text != "free " {
			t.Errorf("answer = %q, want one from the backend with nothing to do", text)
		}
	}
	close(release)
	<-stuck
}

func TestBodyReachesAnotherBackendWhenTheFirstIsGone(t *testing.T) {
	_, url := listen(t, gone(t), gone(t), serve(t, "a", named("a")))
	for range 6 {
		response, err := http.Post(url, "text/plain", strings.NewReader("order"))
		if status, text := answer(t, response, err); status != http.StatusOK || text != "a order" {
			t.Errorf("POST = %d %q, want the answer of the backend that is there", status, text)
		}
	}
}

func TestRequestsThatBackendsBreak(t *testing.T) {
	for _, c := range []struct {
		name, method string
		breaking     int // backends that break
		wantStatus   int
		wantTries    int64
	}{
		{"one without a body is repeated", http.MethodGet, 1, http.StatusOK, 1},
		{"one that may have had an effect is not repeated", http.MethodPost, 1, http.StatusBadGateway, 1},
		{"one that breaks two backends is not given a third", http.MethodGet, 3, http.StatusBadGateway, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tries atomic.Int64
			var backends []*proxy.Backend
			for range c.breaking {
				backends = append(backends, serve(t, "breaks", func(http.ResponseWriter, *http.Request) {
					tries.Add(1)
					panic(http.ErrAbortHandler)
				}))
			}
			_, url := listen(t, append(backends, serve(t, "a", named("a")))...)
			request, err := http.NewRequest(c.method, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if status, text := answer(t, response, err); status != c.wantStatus || tries.Load() != c.wantTries {
				t.Errorf("%s = %d %q after %d tries, want %d after %d", c.method, status, text, tries.Load(), c.wantStatus, c.wantTries)
			}
		})
	}
}

func TestNoBackendIsServiceUnavailable(t *testing.T) {
	for name, backends := range map[string][]*proxy.Backend{"none": nil, "only one that is gone": {gone(t)}} {
		_, url := listen(t, backends...)
		if status, text := get(t, url); status != http.StatusServiceUnavailable || !strings.Contains(text, "load balancer shop: no healthy instance") {
			t.Errorf("with %s the answer is %d %q", name, status, text)
		}
	}
}

func TestAnswersAreStreamed(t *testing.T) {
	next := make(chan struct{})
	backend := serve(t, "a", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintln(w, "one")
		w.(http.Flusher).Flush()
		<-next
		fmt.Fprintln(w, "two")
	})
	_, url := listen(t, backend)
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	if !lines.Scan() || lines.Text() != "one" || backend.InFlight() != 1 {
		t.Errorf("first line = %q with %d in flight, want one with 1", lines.Text(), backend.InFlight())
	}
	close(next)
	if !lines.Scan() || lines.Text() != "two" {
		t.Errorf("second line = %q, want two", lines.Text())
	}
}

// echo upgrades the connection and answers what it is sent.
func echo(w http.ResponseWriter, r *http.Request) {
	connection, both, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	fmt.Fprintf(both, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", r.Header.Get("Upgrade"))
	both.Flush()
	io.Copy(connection, both)
}

func TestUpgradedConnectionPassesAndCountsUntilClosed(t *testing.T) {
	backend := serve(t, "a", echo)
	b, _ := listen(t, backend)
	connection, err := net.Dial("tcp", b.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrade = %+v, %v", response, err)
	}
	fmt.Fprintln(connection, "hello")
	if line, err := reader.ReadString('\n'); line != "hello\n" {
		t.Errorf("echo = %q, %v", line, err)
	}
	b.Set(nil)
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := backend.Drained(short); err == nil {
		t.Error("a backend with an open connection is drained")
	}
	connection.Close()
	if err := backend.Drained(t.Context()); err != nil {
		t.Errorf("Drained once the connection is closed = %v", err)
	}
}

func TestBackendLearnsHostAndClient(t *testing.T) {
	_, url := listen(t, serve(t, "a", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s", r.Host, r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-For"))
	}))
	request, err := http.NewRequest(http.MethodGet, url+"/cart", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "shop.example"
	request.Header.Set("X-Forwarded-For", "192.0.2.7")
	response, err := http.DefaultClient.Do(request)
	if _, text := answer(t, response, err); text != "shop.example shop.example 127.0.0.1" {
		t.Errorf("the backend saw %q", text)
	}
}
