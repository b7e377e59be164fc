package localcloud_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func is(err, kind error) bool { return errors.Is(err, kind) }

// load is constant traffic from several clients, some of which send bodies
// that cannot be sent twice.
type load struct {
	stop    chan struct{}
	clients sync.WaitGroup

	mu       sync.Mutex // guards what follows
	versions map[string]int
	failures []string
}

func startLoad(t *testing.T, url string) *load {
	l := &load{stop: make(chan struct{}), versions: map[string]int{}}
	for n := range 6 {
		l.clients.Go(func() { l.run(url, n%2 == 0) })
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
	l.clients.Wait()
}

func (l *load) run(url string, post bool) {
	browser := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
	defer browser.CloseIdleConnections()
	for {
		select {
		case <-l.stop:
			return
		case <-time.After(time.Millisecond):
			l.count(ask(browser, url, post))
		}
	}
}

// ask returns the version that answered.
func ask(browser *http.Client, url string, post bool) (string, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if post {
		method, body = http.MethodPost, io.MultiReader(bytes.NewReader(make([]byte, 10_000)))
	}
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		return "", err
	}
	answer, err := browser.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s: %s", method, answer.Status, text)
	}
	_, version, _ := strings.Cut(string(text), "version=")
	version, _, _ = strings.Cut(version, " ")
	return version, nil
}

func (l *load) count(version string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failures = append(l.failures, err.Error())
		return
	}
	l.versions[version]++
}

// saw reports how many answers a version has given.
func (l *load) saw(version string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.versions[version]
}

// faultless ends the traffic and complains about every failure.
func (l *load) faultless(t *testing.T) {
	t.Helper()
	l.end()
	for _, f := range l.failures {
		t.Errorf("a request failed: %s", f)
	}
	t.Logf("answers by version: %v", l.versions)
}
