package cloudfoundry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

// The registry is told who we are, also of an image that another app runs.
func TestAnImageOfARegistryThatWantsAPassword(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	it.server.AddRegistry("registry.example.com:5000", "ada", "secret")
	private := with("applicationArtifact", map[string]any{"type": "docker/image", "reference": "registry.example.com:5000/shop/web:7"})
	config := cloudfoundry.Config{Account: "cf", API: it.URL, Username: "admin", Password: "secret", Spaces: []string{region}, LookEvery: time.Millisecond}
	for _, c := range []struct {
		name       string
		registries []cloudfoundry.Registry
		want       string
	}{
		{"without", nil, "unauthorized"},
		{"with that of another", []cloudfoundry.Registry{{"registry.example.com", "ada", "secret"}}, "unauthorized"},
		{"with another", []cloudfoundry.Registry{{"registry.example.com:5000", "ada", "wrong"}}, "unauthorized"},
	} {
		config.Registries = c.registries
		if err := open(t, config).Create(t.Context(), request("shop-web-v000", private)); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want ErrInvalid with %q", c.name, err, c.want)
		}
	}
	config.Registries = []cloudfoundry.Registry{{"docker.io", "eve", "hers"}, {"registry.example.com:5000", "ada", "secret"}}
	cloud := open(t, config)
	create(t, cloud, request("shop-web-v000", private))
	copied := with("applicationArtifact", map[string]any{"type": "cloudfoundry/app", "name": "shop-web-v000"})
	if g := create(t, cloud, request("shop-web-v001", copied)); g.Count(gennaker.Up) != 2 {
		t.Errorf("what is made like it is %+v, want it up", g)
	}
	config.Registries = []cloudfoundry.Registry{{"https://registry.example.com", "ada", "secret"}}
	if _, err := cloudfoundry.New(config); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("New with the URL of a registry = %v, want ErrInvalid", err)
	}
}
