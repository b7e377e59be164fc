package kubernetes

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestARefusalCountsOnceTheServerIsReady(t *testing.T) {
	for _, c := range []struct {
		name           string
		ready          int
		answers        []int // in turn
		want, requests int
	}{
		{"a server that starts refuses for now", 500, []int{403}, 503, 1},
		{"one that does not know who asks, too", 500, []int{401}, 503, 1},
		{"one that was ready a moment later does it", 200, []int{403, 201}, 201, 2},
		{"one that is ready means it", 200, []int{403, 403}, 403, 2},
		{"one that tells nobody whether it is ready means it", 404, []int{403, 403}, 403, 2},
		{"one that refuses to tell whether it is ready means it", 403, []int{403, 403}, 403, 2},
		{"what is not refused is not asked about", 500, []int{404}, 404, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/behind/readyz" {
					w.WriteHeader(c.ready)
					return
				}
				if body, _ := io.ReadAll(r.Body); string(body) != "a pod" {
					t.Errorf("request %d says %q", requests, body)
				}
				w.WriteHeader(c.answers[requests])
				requests++
			}))
			defer server.Close()
			r, err := http.NewRequest(http.MethodPost, server.URL+"/behind/api/v1/pods", strings.NewReader("a pod"))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := unready{http.DefaultTransport, readiness(server.URL + "/behind")}.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != c.want || requests != c.requests {
				t.Errorf("answer = %d after %d requests, want %d after %d", answer.StatusCode, requests, c.want, c.requests)
			}
		})
	}
}
