package run

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/ratelimit"
)

func TestRequestsAreCountedByRegionAndByWhatTheyDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/v2/projects/p/locations/europe-west1/services", "run reads of run in europe-west1"},
		{"POST", "/v2/projects/p/locations/us-east1/operations/o:wait", "run reads of run in us-east1"},
		{"POST", "/v2/projects/p/locations/us-east1/services", "run changes of run in us-east1"},
		{"PATCH", "/v2/projects/p/locations/us-east1/services/s", "run changes of run in us-east1"},
		{"DELETE", "/v2/projects/p/locations/us-east1/services/s/revisions/r", "run changes of run in us-east1"},
	} {
		if got := key("run", httptest.NewRequest(c.method, c.path, nil)).String(); got != c.want {
			t.Errorf("%s %s counts as %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

func TestThrottlesLowerTheRate(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error": {"code": 429, "message": "slower", "status": "RESOURCE_EXHAUSTED"}}`))
	}))
	t.Cleanup(server.Close)
	limits := &ratelimit.Limits{}
	told := 0.0
	limits.Told(func(_ ratelimit.Key, perSecond float64) { told = perSecond })
	cloud, err := New(Config{Account: "run", Project: "shop-prod", Regions: []string{"us-east1"}, Endpoint: server.URL, Anonymous: true, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloud.List(context.Background(), gennaker.Scope{}); !errors.Is(err, gennaker.ErrThrottled) {
		t.Errorf("List = %v, want ErrThrottled", err)
	}
	if told == 0 {
		t.Error("the limits have not learned of the throttle")
	}
}
