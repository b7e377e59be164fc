package ratelimit_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gennaker/gennaker/ratelimit"
)

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestRequestsOverHTTPWaitAsTheServerSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var made []string
		server := roundTrip(func(r *http.Request) *http.Response {
			made = append(made, r.Method+" "+time.Since(start).String())
			if len(made) == 1 {
				return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3"}}}
			}
			return &http.Response{StatusCode: http.StatusOK}
		})
		paced := (&ratelimit.Limits{}).Around(server, "local")
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodGet} {
			r, err := http.NewRequestWithContext(t.Context(), method, "http://cloud", nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := paced.RoundTrip(r); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := strings.Join(made, ", "), "GET 0s, PUT 0s, GET 3s"; got != want {
			t.Errorf("the requests were %s, want %s", got, want)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := ratelimit.RetryAfter(http.Header{"Retry-After": {text}}); got != want {
			t.Errorf("RetryAfter(%q) = %s, want %s", text, got, want)
		}
	}
	in := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	if got := ratelimit.RetryAfter(http.Header{"Retry-After": {in}}); got < 59*time.Minute || got > time.Hour {
		t.Errorf("RetryAfter(%q) = %s, want an hour", in, got)
	}
}
