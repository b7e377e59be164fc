package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// await gets a URL until its answer has the status and holds the text.
func await(t *testing.T, url string, status int, text string) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		last = answer.Status + ": " + string(body)
		if answer.StatusCode == status && strings.Contains(string(body), text) {
			return
		}
	}
	t.Fatalf("GET %s = %s, want %d with %q", url, last, status, text)
}
