package cloudfoundry_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/korifitest"
	"github.com/gennaker/gennaker/providers/providertest"
)

var onKorifi = flag.Bool("korifi", false, "run the conformance suite on Korifi too, which takes minutes: make test-cloudfoundry")

// TestOnKorifi puts the suite that our own server passes to Korifi.
func TestOnKorifi(t *testing.T) {
	if !*onKorifi {
		t.Skip("make test-cloudfoundry runs it")
	}
	if !korifitest.Inside(t) {
		return
	}
	server := korifitest.Start(t)
	server.AddSpace(t, "shop", "dev")
	server.AddSpace(t, "shop", "prod")
	var last *providertest.Link
	var one sync.Mutex
	h := conformance()
	h.Spec = maps.Clone(h.Spec)
	h.Spec["applicationArtifact"] = map[string]any{"type": "docker/image", "reference": server.Images + "/shop:7"}
	h.Service = map[string]any{"userProvided": true, "credentials": map[string]any{"user": "ada"}}
	h.Page, h.Patience = 51, 3*time.Minute
	h.Pause, h.Jobs, h.Gaps = nil, nil, gaps()
	h.Open = func(t *testing.T) providers.Provider {
		last = providertest.NewLinkOver(t, server.URL, server.Transport)
		account := korifi(t, last.URL, server.Token, &one)
		account.empty(t)
		server.DropRoutes(t)
		return account
	}
	h.Sicken = func(_ gennaker.ServerGroup, ill bool) {
		server.Sicken(t, ill)
	}
	h.Faults = &providertest.Faults{
		Lose: func(n int) func() bool { return last.Lose(n) },
		Fail: func(kind error) { refuse(last, kind) },
	}
	providertest.Run(t, h)
	t.Run("an image that is not there", func(t *testing.T) {
		account := h.Open(t)
		q := request("shop-web-v000", with("applicationArtifact", map[string]any{"type": "docker/image", "reference": server.Images + "/shop:gone"}))
		err := account.(ofKorifi).Create(t.Context(), q)
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "shop:gone") {
			t.Errorf("Create = %v, want ErrInvalid that names the image", err)
		}
		if _, err := account.(ofKorifi).Get(t.Context(), q.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
			t.Errorf("Get after that = %v, want ErrNotFound", err)
		}
	})
}

// gaps are what Korifi does otherwise: its instances are known by their places
// alone, and it has user-provided services, without keys, that nobody shares.
func gaps() map[string]string {
	all := map[string]string{
		"an instance that is terminated is replaced":                        "another instance in its place has its id",
		"a server group shrinks by the instances that are terminated, once": "another instance in its place has its id",
		"a key has the credentials that it had before":                      "user-provided services have no keys",
	}
	for call, why := range map[string]string{"ShareService": "nothing is shared", "UnshareService": "nothing is shared",
		"CreateServiceKey": "user-provided services have no keys", "DeleteServiceKey": "user-provided services have no keys"} {
		for _, sentence := range []string{" again changes nothing", " that is given up in the middle can be made again", " whose answer is lost is done once"} {
			all[call+sentence] = why
		}
	}
	return all
}

// ofKorifi is the account as far as Korifi goes: it has no rolling deployments,
// which take no strategy there, and no jobs, since its tasks have no names.
type ofKorifi struct {
	providers.Provider
	providers.ServerGroups
	providers.Specs
	providers.Instances
	providers.Stops
	providers.Attachments
	providers.Services
	providers.LoadBalancers
	providers.Lagging
	providers.Paced

	one *sync.Mutex // for what is not done at the same time
}

// Destroy waits for its turn: of two changes of a route at the same time Korifi
// forgets one.
func (k ofKorifi) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	k.one.Lock()
	defer k.one.Unlock()
	return k.ServerGroups.Destroy(ctx, ref)
}

// List waits too: accounts share a space, where one may destroy what another
// reads, and Korifi knows no word for that but UnknownError.
func (k ofKorifi) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	k.one.Lock()
	defer k.one.Unlock()
	return k.ServerGroups.List(ctx, scope)
}

// korifi opens the provider on it.
func korifi(t *testing.T, url, token string, one *sync.Mutex) ofKorifi {
	t.Helper()
	c, err := cloudfoundry.New(cloudfoundry.Config{Account: "cf", API: url, Token: token, SkipSSLValidation: true,
		Spaces: []string{region, "shop > prod"}, LookEvery: 50 * time.Millisecond, Patience: 20 * time.Second})
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return ofKorifi{c, c, c, c, c, c, c, c, c, c, one}
}

// empty destroys all that an earlier case has left.
func (k ofKorifi) empty(t *testing.T) {
	t.Helper()
	left, err := k.List(t.Context(), gennaker.Scope{})
	if err != nil {
		t.Fatalf("List = %v", err)
	}
	for _, g := range left {
		if err := k.Destroy(t.Context(), g.Ref()); err != nil {
			t.Fatalf("Destroy %s = %v", g.Name, err)
		}
	}
	service := gennaker.ServiceRef{Location: gennaker.In("cf", region), Name: "conform-db"}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := k.DeleteService(t.Context(), service)
		if _, gone := k.GetService(t.Context(), service); err == nil && errors.Is(gone, gennaker.ErrNotFound) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("DeleteService = %v, and it is not gone", err)
		}
	}
}
