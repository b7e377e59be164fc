package google_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const (
	project = "demo"
	region  = "us-central1"
	zone    = "us-central1-a"
)

// described is Google's description of the API, read once.
var described = sync.OnceValues(func() (*discovery.API, error) {
	dir, err := discovery.Dir()
	if err != nil {
		return nil, err
	}
	return discovery.Load(dir, "compute/v1")
})

// target is a simulated Google whose requests and answers are held against
// Google's own description, with a clock of its own, behind a link that can
// break.
type target struct {
	*providertest.Link
	*googletest.Server
	demo  *googletest.Project
	clock *simulation.Virtual
}

func startTarget(t testing.TB, c googletest.Config) *target {
	t.Helper()
	description, err := described()
	if err != nil {
		t.Fatal(err)
	}
	g := &target{clock: simulation.NewVirtual(time.Now())}
	c.Clock = g.clock
	c.Judge = func(cloud http.Handler) http.Handler {
		return description.Check(cloud, func(err error) { t.Error(err) })
	}
	if g.Server, err = googletest.Serve(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	g.Link = providertest.NewLink(t, g.Server.URL)
	g.demo = g.Project(project)
	g.demo.AddImage(googletest.Image{Name: "shop-1", Family: "shop"})
	check := g.demo.AddHealthCheck(googletest.HealthCheck{Name: "shop", Interval: 5 * time.Second})
	g.demo.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: check})
	g.demo.AddBackendService(googletest.BackendService{Name: "inside", Region: region, HealthCheck: check})
	g.demo.AddTargetPool(googletest.TargetPool{Name: "pool", Region: region, HealthCheck: g.demo.AddHTTPHealthCheck(googletest.HealthCheck{Name: "pool"})})
	return g
}

// config is an account of the target.
func (g *target) config() google.Config {
	return google.Config{Account: "test", Project: project, Regions: []string{region}, Endpoint: g.Link.URL + "/compute/v1/", Anonymous: true}
}

func (g *target) open(t testing.TB) *google.Cloud {
	t.Helper()
	cloud, err := google.New(g.config())
	if err != nil {
		t.Fatal(err)
	}
	return cloud
}

// effects counts what calls have changed, by method.
func (g *target) effects() map[string]int {
	all := map[string]int{}
	for _, e := range g.Effects() {
		all[e.Method]++
	}
	return all
}

// refusals are how Google words an error of each kind.
var refusals = map[error]providertest.Fate{
	gennaker.ErrUnavailable: {Status: 503, Body: `{"error":{"code":503,"message":"Try again.","errors":[{"reason":"backendError","message":"Try again."}]}}`},
	gennaker.ErrThrottled:   {Status: 403, Body: `{"error":{"code":403,"message":"Rate Limit Exceeded","errors":[{"reason":"rateLimitExceeded","message":"Rate Limit Exceeded"}]}}`},
	gennaker.ErrDenied:      {Status: 403, Body: `{"error":{"code":403,"message":"Required permission","errors":[{"reason":"forbidden","message":"Required permission"}]}}`},
}

// harness is the suite's view of a target, whose server groups are as spec
// says.
func harness(spec map[string]any) providertest.Harness {
	var g *target
	return providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			g = startTarget(t, googletest.Config{PageSize: 5})
			return g.open(t)
		},
		Region: region, Spec: spec,
		Limit: func(_ testing.TB, _ providers.Provider, n int) { g.demo.SetQuota(region, "INSTANCES", float64(n)) },
		AddImage: func(_ testing.TB, _ providers.Provider, name string) {
			g.clock.Advance(time.Second)
			g.demo.AddImage(googletest.Image{Name: name})
		},
		NoImage: "projects/demo/global/images/none", NoInstance: "conform-it-v000-none",
		Pause: func() { g.clock.Advance(5 * time.Second) },
		Sicken: func(s gennaker.ServerGroup, ill bool) {
			for _, i := range s.Instances {
				name, _, _ := strings.Cut(i.ID, ".")
				g.demo.SetHealthy(name, !ill)
			}
		},
		Faults: &providertest.Faults{
			Lose:    func(n int) func() bool { return g.Lose(n) },
			Effects: func() map[string]int { return g.effects() },
			Fail: func(kind error) {
				if kind == nil {
					g.Decide(nil)
					return
				}
				g.Decide(func(*http.Request) providertest.Fate { return refusals[kind] })
			},
		},
	}
}

// spec is a cluster block behind an HTTP load balancer.
func spec(more map[string]any) map[string]any {
	block := map[string]any{"image": "shop-1", "instanceType": "e2-small", "zone": zone, "backendServices": []any{"shop"},
		"autoHealingPolicy": map[string]any{"healthCheck": "shop", "initialDelaySec": 60}}
	for field, value := range more {
		block[field] = value
	}
	return block
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.RunInParts(t, 2, func(*testing.T) providertest.Harness { return harness(spec(nil)) })
}

// inAPool is a cluster block of a regional group behind a load balancer of a
// target pool.
var inAPool = spec(map[string]any{"regional": true, "zone": "", "selectZones": true,
	"distributionPolicy": map[string]any{"zones": []any{region + "-b", region + "-c"}, "targetShape": "EVEN"},
	"backendServices":    nil, "instanceMetadata": map[string]any{"load-balancer-names": "pool"}})

func TestConformanceOfARegionalGroupInATargetPool(t *testing.T) {
	t.Parallel()
	providertest.RunInParts(t, 2, func(*testing.T) providertest.Harness { return harness(inAPool) })
}
