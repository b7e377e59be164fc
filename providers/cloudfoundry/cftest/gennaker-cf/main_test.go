package main

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"time"
)

// written is what a program has written so far.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func TestItSaysWhereItAnswersAndEnds(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	var out written
	ended := make(chan error, 1)
	program := app()
	program.Writer = &out
	go func() { ended <- program.RunContext(ctx, []string{"gennaker-cf", "--port", "0"}) }()
	var url string
	for deadline := time.Now().Add(10 * time.Second); url == "" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		url = regexp.MustCompile(`http://\S+\d`).FindString(out.String())
	}
	answer, err := http.Get(url + "/v3/info")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET /v3/info = %+v, %v; it has written %q", answer, err, out.String())
	}
	_ = answer.Body.Close()
	end()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
