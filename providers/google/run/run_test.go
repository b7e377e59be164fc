package run_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google/googletest/cloudrun"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/google/run"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const region = "europe-west1"

// target is a simulated Cloud Run, held against Google's own description of
// it, behind a link that can break.
type target struct {
	*providertest.Link
	cloud *cloudrun.Cloud
	clock *simulation.Virtual
}

var description = sync.OnceValues(func() (*discovery.API, error) {
	dir, err := discovery.Dir()
	if err != nil {
		return nil, err
	}
	return discovery.Load(dir, "run/v2")
})

func startTarget(t testing.TB) *target {
	t.Helper()
	api, err := description()
	if err != nil {
		t.Fatal(err)
	}
	it := &target{clock: simulation.NewVirtual(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))}
	it.cloud = cloudrun.New(cloudrun.Config{Clock: it.clock, Page: 5})
	server := httptest.NewServer(api.Check(spaced{it.cloud, it.clock}, func(err error) { t.Error(err) }))
	t.Cleanup(server.Close)
	it.Link = providertest.NewLink(t, server.URL)
	return it
}

// spaced lets a moment pass before each request: no two are at one time.
type spaced struct {
	cloud http.Handler
	clock *simulation.Virtual
}

func (s spaced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.clock.Sleep(time.Millisecond)
	s.cloud.ServeHTTP(w, r)
}

// account opens our provider on it, as another worker would.
func (it *target) account(t testing.TB) *run.Cloud {
	t.Helper()
	cloud, err := run.New(run.Config{Account: "run", Project: "shop-prod", Regions: []string{region}, Endpoint: it.URL, Anonymous: true})
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}

// words are Google's for each kind of refusal.
var words = map[error]struct {
	code   int
	status string
}{
	gennaker.ErrThrottled:   {429, "RESOURCE_EXHAUSTED"},
	gennaker.ErrDenied:      {403, "PERMISSION_DENIED"},
	gennaker.ErrUnavailable: {503, "UNAVAILABLE"},
}

// refuse has every request answered with an error of that kind.
func (it *target) refuse(kind error) {
	if kind == nil {
		it.Decide(nil)
		return
	}
	w := words[kind]
	it.Decide(func(*http.Request) providertest.Fate {
		return providertest.Fate{Status: w.code, Body: fmt.Sprintf(`{"error": {"code": %d, "message": "no", "status": %q}}`, w.code, w.status)}
	})
}

func spec() map[string]any {
	return map[string]any{
		"strategy": "redblack", // not ours, and so no mistake
		"image":    "europe-docker.pkg.dev/shop/web:7",
		"template": map[string]any{"timeout": "30s", "containers": []any{map[string]any{"ports": []any{map[string]any{"containerPort": 8080}}}}},
	}
}

func TestConformance(t *testing.T) {
	var last *target
	providertest.Run(t, providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			last = startTarget(t)
			return last.account(t)
		},
		Region: region, Spec: spec(), Patience: 5 * time.Second, Pause: func() { last.clock.Sleep(time.Second) },
		Faults: &providertest.Faults{
			Lose:    func(n int) func() bool { return last.Lose(n) },
			Fail:    func(kind error) { last.refuse(kind) },
			Effects: func() map[string]int { return last.cloud.Effects() },
		},
		Sicken: func(g gennaker.ServerGroup, ill bool) { last.cloud.Sicken(g.Name, ill) },
	})
}
