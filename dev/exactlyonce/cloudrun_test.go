package exactlyonce

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google/googletest/cloudrun"
	"github.com/gennaker/gennaker/providers/google/run"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/workflows/ops"
)

// onCloudRun is a scene in a Cloud Run of ours, which counts what requests
// have changed. A request is the method of the API that it asks for.
func onCloudRun(t *testing.T, _ *world, r row) (*scene, error) {
	cloud := cloudrun.New(cloudrun.Config{Times: cloudrun.Times{}.Faster(50)})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: "europe-west1"}}
	s.spec = func() map[string]any { return map[string]any{"image": "europe-docker.pkg.dev/shop/web:7"} }
	s.breaks(link, func(q *http.Request) bool { return cloudRunMethod(q) == r.loses })
	s.effects = cloud.Effects
	var err error
	if s.sound, err = cloudRunAccount(server.URL); err != nil {
		return nil, err
	}
	s.doomed, err = cloudRunAccount(link.URL)
	return s, err
}

func cloudRunAccount(endpoint string) (providers.Provider, error) {
	return run.New(run.Config{Account: "test", Project: "shop-prod", Regions: []string{"europe-west1"}, Endpoint: endpoint, Anonymous: true})
}

// cloudRunMethod is the method that a request asks for, if it changes
// something.
func cloudRunMethod(r *http.Request) string {
	verb := map[string]string{http.MethodPost: "create", http.MethodPatch: "patch", http.MethodDelete: "delete"}[r.Method]
	switch {
	case verb == "" || strings.HasSuffix(r.URL.Path, ":wait"):
		return ""
	case strings.Contains(r.URL.Path, "/revisions/"):
		return "revisions." + verb
	}
	return "services." + verb
}

// haveOlder makes the server group, and before it another one, so that it is
// the newest of two.
func haveOlder(s *scene) error {
	older := s.request(1)
	older.Name, older.Moniker.Sequence = "shop-v009", 9
	if err := s.groups().Create(context.Background(), older); err != nil {
		return err
	}
	return have(1)(s)
}

func createNext(ctx workflow.Context, s *scene) error {
	c := s.request(2)
	c.Name, c.Moniker.Sequence = "shop-v001", 1
	return ops.Create(ctx, c)
}

func haveOff(desired int) func(*scene) error {
	return func(s *scene) error {
		if err := have(desired)(s); err != nil {
			return err
		}
		if err := s.groups().Disable(context.Background(), s.ref()); err != nil {
			return err
		}
		return s.until("at rest", func(g gennaker.ServerGroup) bool { return g.Resting })
	}
}

// cloudRunCalls are the calls, with the requests that they are made of and
// what they change.
var cloudRunCalls = []struct {
	row
	requests []string
}{
	{row{call: "cloudrun Create", run: create, want: map[string]int{"services created": 1, "revisions created": 1}}, []string{"services.create"}},
	{row{call: "cloudrun Create, into a service", before: have(1), run: createNext, want: map[string]int{"services changed": 1, "revisions created": 1}},
		[]string{"services.patch"}},
	{row{call: "cloudrun Resize", before: have(1), run: resize, want: map[string]int{"services changed": 1}}, []string{"services.patch"}},
	{row{call: "cloudrun Enable", before: haveOff(2), run: enable, want: map[string]int{"services changed": 1}}, []string{"services.patch"}},
	{row{call: "cloudrun Disable", before: have(2), run: disable, want: map[string]int{"services changed": 1}}, []string{"services.patch"}},
	{row{call: "cloudrun DisablePart", before: have(2), run: disablePart, want: map[string]int{"services changed": 1}}, []string{"services.patch"}},
	{row{call: "cloudrun SplitTraffic", before: haveOlder, run: splitTraffic, want: map[string]int{"services changed": 1}}, []string{"services.patch"}},
	{row{call: "cloudrun Destroy", before: have(2), run: destroy, want: map[string]int{"services deleted": 1}}, []string{"services.delete"}},
	{row{call: "cloudrun Destroy, of the newest", before: haveOlder, run: destroy,
		want: map[string]int{"services changed": 1, "revisions created": 1, "revisions deleted": 1}}, []string{"services.patch", "revisions.delete"}},
}

func cloudRunRows() []row {
	var all []row
	for _, c := range cloudRunCalls {
		for _, request := range c.requests {
			r := c.row
			r.loses, r.stage = request, onCloudRun
			all = append(all, r)
		}
	}
	return all
}
