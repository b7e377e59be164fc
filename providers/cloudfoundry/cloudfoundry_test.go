package cloudfoundry_test

import (
	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/config"

	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const region = "shop > dev"

// target is a Cloud Foundry to deploy to, and a link to it that can break.
type target struct {
	*providertest.Link
	server *cftest.Server
	clock  *simulation.Virtual
}

func startTarget(t *testing.T, times cftest.Times) *target {
	t.Helper()
	clock := simulation.NewVirtual(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	server, err := cftest.Serve(cftest.Config{Clock: clock, Times: times})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	for _, name := range []string{"dev", "prod"} {
		server.AddSpace("shop", name)
	}
	server.AddDomain("apps.example.com")
	server.AddService("postgres", "small", "large", "small-broken")
	return &target{Link: providertest.NewLink(t, server.URL), server: server, clock: clock}
}

// account opens our provider on it, as another worker would.
func (it *target) account(t *testing.T) *cloudfoundry.Cloud {
	t.Helper()
	cloud, err := cloudfoundry.New(cloudfoundry.Config{Account: "cf", API: it.URL, Username: "admin", Password: "secret",
		Spaces: []string{region, "shop > prod"}, LookEvery: time.Millisecond, Patience: 5 * time.Second})
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}

// words are the Cloud Controller's for each kind of refusal.
var words = map[error]struct {
	status, code int
	title        string
}{
	gennaker.ErrThrottled:   {http.StatusTooManyRequests, 10013, "CF-RateLimitExceeded"},
	gennaker.ErrDenied:      {http.StatusForbidden, 10003, "CF-NotAuthorized"},
	gennaker.ErrUnavailable: {http.StatusServiceUnavailable, 10015, "CF-ServiceUnavailable"},
}

// refuse has every request answered with an error of that kind.
func refuse(it *providertest.Link, kind error) {
	if kind == nil {
		it.Decide(nil)
		return
	}
	w := words[kind]
	it.Decide(func(*http.Request) providertest.Fate {
		return providertest.Fate{Status: w.status, Body: fmt.Sprintf(`{"errors":[{"code":%d,"title":%q,"detail":"no"}]}`, w.code, w.title)}
	})
}

func spec() map[string]any {
	return map[string]any{
		"strategy":            "redblack", // not ours, and so no mistake
		"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop:7"},
		"manifest": map[string]any{"direct": map[string]any{
			"memory": "256M", "diskQuota": "1G", "routes": []any{"shop.apps.example.com"}, "healthCheckType": "http", "healthCheckHttpEndpoint": "/health",
			"environment": []any{map[string]any{"key": "COLOR", "value": "blue"}},
		}},
	}
}

// tasksApp is the app that tasks are run by.
const tasksApp = "tools"

func job(command string) map[string]any {
	return map[string]any{"serverGroupName": tasksApp, "command": command, "memory": "64M"}
}

// conformance is what any target is asked, see TestConformance. Another target
// than ours has its own Open, and says what it lacks.
func conformance() providertest.Harness {
	return providertest.Harness{
		Region: region, Spec: spec(), Patience: 20 * time.Second, Page: 60, LoadBalancer: "www.apps.example.com",
		Service: map[string]any{"service": "postgres", "servicePlan": "small"}, Elsewhere: "shop > prod", NoInstance: "35abad02-f2b8-4247-53ba-9ce1",
		Jobs: &providertest.JobSpecs{
			Succeeds: job(`echo begin; echo done; echo 'SPINNAKER_CONFIG_JSON={"version": "7", "hosts": ["a"]}'`),
			Fails:    job(`echo no such table; exit 3`),
			Runs:     job(`sleep 600`),
			Wrong:    job(``),
		},
	}
}

// client is Cloud Foundry's own, of the administrator.
func (it *target) client(t *testing.T) *client.Client {
	t.Helper()
	made, err := config.New(it.URL, config.UserPassword("admin", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	asks, err := client.New(made)
	if err != nil {
		t.Fatal(err)
	}
	return asks
}

func TestConformance(t *testing.T) {
	var last *target
	h := conformance()
	h.Open = func(t *testing.T) providers.Provider {
		last = startTarget(t, cftest.Times{Starting: 3 * time.Second})
		last.server.AddApp("shop", "dev", tasksApp, map[string]string{"gennaker.io/tasks-only": "true"})
		return last.account(t)
	}
	h.Pause = func() {
		last.clock.Advance(2 * time.Second)
		time.Sleep(time.Millisecond) // tasks are real
	}
	h.Sicken = func(g gennaker.ServerGroup, ill bool) {
		for _, i := range g.Instances {
			last.server.Sicken(i.ID, ill)
		}
	}
	h.Limit = func(_ testing.TB, _ providers.Provider, n int) {
		last.server.SetQuota("shop", "dev", cftest.Quota{Instances: &n})
	}
	h.Faults = &providertest.Faults{
		Lose:    func(n int) func() bool { return last.Lose(n) },
		Fail:    func(kind error) { refuse(last.Link, kind) },
		Effects: func() map[string]int { return last.server.Effects() },
	}
	providertest.Run(t, h)
}
