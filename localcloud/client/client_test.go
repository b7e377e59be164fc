package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func TestAnswersBecomeKindsOfError(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   error
		text   string
	}{
		{400, `{"error":"no","kind":"invalid"}`, gennaker.ErrInvalid, "no"},
		{401, ``, gennaker.ErrDenied, "HTTP 401"},
		{403, ``, gennaker.ErrDenied, "HTTP 403"},
		{404, `page not found`, gennaker.ErrNotFound, "page not found"},
		{409, `{"error":"server group x: already exists"}`, gennaker.ErrExists, "server group x: already exists"},
		{413, ``, gennaker.ErrInvalid, "HTTP 413"},
		{422, ``, gennaker.ErrInvalid, "HTTP 422"},
		{429, ``, gennaker.ErrThrottled, "HTTP 429"},
		{500, ``, gennaker.ErrUnavailable, "HTTP 500"},
		{503, ``, gennaker.ErrUnavailable, "HTTP 503"},
		{200, `not JSON`, gennaker.ErrUnavailable, "its answer"},
	} {
		t.Run(fmt.Sprintf("%d %s", c.status, c.body), func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			defer s.Close()
			reach, err := client.New(client.Config{Endpoint: s.URL, Token: "t"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := reach.ServerGroup(t.Context(), "x"); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("ServerGroup = %v, want %v that says %s", err, c.want, c.text)
			}
		})
	}
}

func TestErrorsKeepTheirKindOnTheWay(t *testing.T) {
	for _, kind := range []error{gennaker.ErrNotFound, gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied,
		gennaker.ErrThrottled, gennaker.ErrUnavailable} {
		if _, got := client.StatusOf(fmt.Errorf("x: %w: y", kind)); got != kind {
			t.Errorf("StatusOf(%v) is of kind %v", kind, got)
		}
	}
}

func TestNamesCannotLeadElsewhere(t *testing.T) {
	var path string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		fmt.Fprint(w, "{}")
	}))
	defer s.Close()
	reach, err := client.New(client.Config{Endpoint: s.URL, Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reach.ServerGroup(t.Context(), "x/resize?y"); err != nil {
		t.Fatal(err)
	}
	if want := "/v1/server-groups/x%2Fresize%3Fy"; path != want {
		t.Errorf("path = %s, want %s", path, want)
	}
}

func TestAddressAndTokenAreReadForEachCall(t *testing.T) {
	state := t.TempDir()
	reach, err := client.New(client.Config{StateDir: state})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reach.LoadBalancers(t.Context()); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("LoadBalancers before the daemon was ever started = %v, want ErrUnavailable", err)
	}
	for _, token := range []string{"first", "second"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+token {
				w.WriteHeader(http.StatusUnauthorized)
			}
			fmt.Fprint(w, "[]")
		}))
		for name, text := range map[string]string{client.AddressFile: s.URL + "\n", client.TokenFile: token + "\n"} {
			if err := os.WriteFile(filepath.Join(state, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := reach.LoadBalancers(t.Context()); err != nil {
			t.Errorf("LoadBalancers of the %s daemon = %v", token, err)
		}
		s.Close()
		if _, err := reach.LoadBalancers(t.Context()); !errors.Is(err, gennaker.ErrUnavailable) {
			t.Errorf("LoadBalancers of a daemon that is gone = %v, want ErrUnavailable", err)
		}
	}
}

func TestConfigMustSayHowToReachTheCloud(t *testing.T) {
	for _, c := range []client.Config{{}, {Endpoint: "http://127.0.0.1:1"}, {Token: "t"}, {TokenFile: "f"}} {
		if _, err := client.New(c); !errors.Is(err, gennaker.ErrInvalid) {
			t.Errorf("New(%+v) = %v, want ErrInvalid", c, err)
		}
	}
}
