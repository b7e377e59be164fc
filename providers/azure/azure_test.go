package azure_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/providertest"
)

const (
	region = "westeurope"
	group  = "shop"
)

// speed is how many seconds of the simulated cloud pass each second.
const speed = 400

// pause passes two of them.
func pause() { time.Sleep(2 * time.Second / speed) }

// target is an Azure to deploy to, and a link to it that can break.
type target struct {
	*providertest.Link
	cloud *azuretest.Server
}

func startTarget(t testing.TB) *target {
	t.Helper()
	cloud, err := azuretest.Serve(azuretest.Config{Speed: speed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	cloud.AddLoadBalancer(group, region, "front", "web")
	cloud.AddApplicationGateway(group, region, "gate", "blue", "green")
	return &target{Link: providertest.NewLink(t, cloud.URL), cloud: cloud}
}

// config is that of an account on the target.
func (it *target) config() azure.Config {
	return azure.Config{Account: "test", Subscription: azuretest.Subscription, Regions: []string{region}, ResourceGroups: []string{group},
		AccessToken: "test", Endpoint: it.URL, AdminUser: "shop", SSHKey: "ssh-ed25519 AAAA shop"}
}

// account opens our provider on it, as another worker would.
func (it *target) account(t testing.TB) *azure.Cloud {
	t.Helper()
	cloud, err := azure.New(it.config())
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}

// words are Azure's for each kind of refusal.
var words = map[error]struct {
	status int
	code   string
}{
	gennaker.ErrThrottled:   {http.StatusTooManyRequests, "TooManyRequests"},
	gennaker.ErrDenied:      {http.StatusForbidden, "AuthorizationFailed"},
	gennaker.ErrUnavailable: {http.StatusServiceUnavailable, "ServiceUnavailable"},
}

// fail has every request answered with an error of that kind.
func (it *target) fail(kind error) {
	if kind == nil {
		it.Decide(nil)
		return
	}
	it.Decide(func(*http.Request) providertest.Fate {
		return providertest.Fate{Status: words[kind].status, Body: fmt.Sprintf(`{"error": {"code": %q, "message": "no"}}`, words[kind].code)}
	})
}

const ubuntu = "Canonical:ubuntu-24_04-lts:server:latest"

func spec(mode string) map[string]any {
	return map[string]any{
		"strategy": "redblack", // not ours, and so no mistake
		"imageId":  ubuntu, "sku": map[string]any{"name": "Standard_D2s_v5", "tier": "Standard"}, "orchestrationMode": mode,
		"vnet": "shop", "subnet": "web", "loadBalancerName": "front",
		"healthSettings": map[string]any{"protocol": "http", "port": "8080", "requestPath": "/health"},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"Uniform", "Flexible"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			conform(t, mode)
		})
	}
}

func conform(t *testing.T, mode string) {
	var last *target
	providertest.Run(t, providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			last = startTarget(t)
			return last.account(t)
		},
		Region: region, Spec: spec(mode), Patience: 20 * time.Second, Pause: pause,
		AddImage:   func(_ testing.TB, _ providers.Provider, name string) { last.cloud.AddImage(group, region, name) },
		NoImage:    "/subscriptions/" + azuretest.Subscription + "/resourceGroups/shop/providers/Microsoft.Compute/images/gone",
		NoInstance: "conform-it-v000_99",
		Limit:      func(_ testing.TB, _ providers.Provider, n int) { last.cloud.SetQuota("virtualMachines", n) },
		Sicken:     func(g gennaker.ServerGroup, ill bool) { last.cloud.Sicken(g.Name, ill) },
		Faults: &providertest.Faults{
			Lose:    func(n int) func() bool { return last.Lose(n) },
			Fail:    func(kind error) { last.fail(kind) },
			Effects: func() map[string]int { return last.cloud.Effects() },
		},
	})
}
