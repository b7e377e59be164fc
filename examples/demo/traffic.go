package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gennaker/gennaker"
)

// traffic is people who ask the load balancer all the time.
type traffic struct {
	url    string
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu  sync.Mutex // guards all below
	all result
}

// result is what became of the requests.
type result struct {
	sent, failed int
	versions     []string // in the order in which they first answered
	latest       string
	firstFailure string
}

// clients ask at the same time, each pausing a little after each answer.
const (
	clients = 4
	pause   = 5 * time.Millisecond
)

func startTraffic(ctx context.Context, l *laptop) (*traffic, error) {
	url, err := balancer(ctx, l, "hello")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	t := &traffic{url: url, cancel: cancel}
	for range clients {
		t.done.Go(func() { t.ask(ctx) })
	}
	return t, nil
}

// balancer asks the local cloud where a load balancer listens.
func balancer(ctx context.Context, l *laptop, name string) (string, error) {
	token, err := os.ReadFile(l.addresses.CloudTokenFile)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.addresses.Cloud+"/v1/load-balancers", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var list []gennaker.LoadBalancer
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		return "", fmt.Errorf("the local cloud's load balancers: %w", err)
	}
	for _, b := range list {
		if b.Name == name {
			return b.Address, nil
		}
	}
	return "", fmt.Errorf("load balancer %s: %w", name, gennaker.ErrNotFound)
}

// ask sends one request after another until the context is done. One that the
// end of the demo cuts short does not count.
func (t *traffic) ask(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second}
	for ctx.Err() == nil {
		version, err := get(ctx, client, t.url)
		if ctx.Err() != nil {
			return
		}
		t.count(version, err)
		time.Sleep(pause)
	}
}

// get returns the version that answered.
func get(ctx context.Context, client *http.Client, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	var version, instance string
	if _, err := fmt.Sscanf(string(body), "hello version=%s instance=%s", &version, &instance); err != nil {
		return "", fmt.Errorf("%q is no answer of hello: %w", body, err)
	}
	return version, nil
}

func (t *traffic) count(version string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all.sent++
	if err != nil {
		t.all.failed++
		if t.all.firstFailure == "" {
			t.all.firstFailure = err.Error()
		}
		return
	}
	t.all.latest = version
	if !slices.Contains(t.all.versions, version) {
		t.all.versions = append(t.all.versions, version)
	}
}

func (t *traffic) result() result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all
}

// sees waits until that version answers, and then for a hundred requests more
// that no other version answers.
func (t *traffic) sees(ctx context.Context, version string) error {
	deadline := time.After(20 * time.Second)
	for from := t.result().sent; ; {
		r := t.result()
		if r.latest != version {
			from = r.sent
		}
		if r.sent > from+100 {
			say("traffic:  version %s answers; %d requests so far, %d failed", version, r.sent, r.failed)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline:
			return fmt.Errorf("version %s answers, want %s", r.latest, version)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the traffic and returns what became of it.
func (t *traffic) stop() result {
	t.cancel()
	t.done.Wait()
	return t.result()
}
