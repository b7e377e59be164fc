package chaos

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// traffic asks the load balancer all the time and keeps what was lost while
// the load balancer was up.
type traffic struct {
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu   sync.Mutex // guards all below
	sent int
	lost []string
}

const clients = 3

func (l *laptop) startTraffic(t *testing.T) *traffic {
	t.Helper()
	var list []gennaker.LoadBalancer
	if err := l.get(t.Context(), "/v1/load-balancers", &list); err != nil || len(list) != 1 {
		t.Fatalf("load balancers = %v, %v, want one", list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tr := &traffic{cancel: cancel}
	for range clients {
		tr.done.Go(func() { tr.ask(ctx, list[0].Address, l.cloud) })
	}
	t.Cleanup(cancel)
	return tr
}

func (tr *traffic) ask(ctx context.Context, url string, cloud *part) {
	client := &http.Client{Timeout: 10 * time.Second}
	for ctx.Err() == nil {
		from := time.Now()
		err := request(ctx, client, url)
		to := time.Now()
		if ctx.Err() == nil {
			tr.count(err, from, cloud.wasDown(from, to))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func request(ctx context.Context, client *http.Client, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	return err
}

// count leaves out what happened while the load balancer was down.
func (tr *traffic) count(err error, at time.Time, down bool) {
	if down {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.sent++
	if err != nil {
		tr.lost = append(tr.lost, at.Format("15:04:05.000 ")+err.Error())
	}
}

func (tr *traffic) stop() (sent int, lost []string) {
	tr.cancel()
	tr.done.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.sent, tr.lost
}
