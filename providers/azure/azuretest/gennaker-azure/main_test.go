package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker/providers/azure/azuretest"
)

// It says where it answers, has what the example needs, and ends when it is
// told to.
func TestItAnswersUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	out, in := io.Pipe()
	program := app()
	program.Writer = in
	ended := make(chan error, 1)
	go func() { ended <- program.RunContext(ctx, []string{"gennaker-azure", "--port", "0"}) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("it says %q, %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	r, err := http.NewRequest(http.MethodGet, address+"/subscriptions/"+azuretest.Subscription+"/providers/Microsoft.Compute/images?api-version=2024-11-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer anything")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), "/resourceGroups/shop-westeurope/providers/Microsoft.Compute/images/shop-1") {
		t.Errorf("its images are %s, %v", body, err)
	}
	end()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if err := app().Run([]string{"gennaker-azure", "serve"}); err == nil || !strings.Contains(err.Error(), `"serve" is not a command`) {
		t.Errorf("a word that it does not know is answered with %v", err)
	}
}
