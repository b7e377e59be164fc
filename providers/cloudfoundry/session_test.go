package cloudfoundry_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/ratelimit"
)

// Behind the worker's limits and without them the certificate counts alike.
func TestACertificateThatNobodyTrustsIsRefusedUnlessTheAccountSaysOtherwise(t *testing.T) {
	cloud := cftest.New(cftest.Config{})
	cloud.AddSpace("shop", "dev")
	cloud.AddDomain("apps.example.com")
	server := httptest.NewTLSServer(cloud)
	t.Cleanup(server.Close)
	for _, limits := range []*ratelimit.Limits{nil, {}} {
		c := cloudfoundry.Config{Account: "cf", API: server.URL, Username: "admin", Password: "secret", Spaces: []string{region}, Limits: limits}
		strict := open(t, c)
		_, err := strict.List(t.Context(), gennaker.Scope{})
		if want := "set skipSslValidation of the account"; !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("List = %v, want ErrInvalid with %q", err, want)
		}
		c.SkipSSLValidation = true
		if list, err := open(t, c).List(t.Context(), gennaker.Scope{}); err != nil || len(list) != 0 {
			t.Errorf("List where the certificate does not count = %v, %v, want none", list, err)
		}
	}
}

func open(t *testing.T, c cloudfoundry.Config) *cloudfoundry.Cloud {
	t.Helper()
	cloud, err := cloudfoundry.New(c)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}
