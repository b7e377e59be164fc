package webui

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/dev/temporal"
)

func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheUIShowsWhatIsInTemporal(t *testing.T) {
	server := address(t)
	s, err := temporal.Start(t.Context(), temporal.Config{File: filepath.Join(t.TempDir(), "temporal.db"), Address: server,
		Namespace: "shop", Retention: time.Hour, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	at := address(t)
	ui, err := Start(t.Context(), at, server, "shop")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/": "<html", "/api/v1/namespaces/shop": `"name":"shop"`} {
		if got := read(t, "http://"+at+path); !strings.Contains(got, want) {
			t.Errorf("GET %s = %.200s, want %q", path, got, want)
		}
	}
	ui.Stop()
	if _, err := http.Get("http://" + at); err == nil {
		t.Error("the UI answers after it was stopped")
	}
}

func read(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(body), " ", "")
}

func TestATakenPortIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Start(t.Context(), l.Addr().String(), "127.0.0.1:1", "shop"); err == nil || !strings.Contains(err.Error(), "web ui: ") {
		t.Errorf("Start = %v", err)
	}
}
