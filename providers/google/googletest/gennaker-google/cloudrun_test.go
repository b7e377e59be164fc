package main

import (
	"bytes"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestItServesCloudRun makes a service where the explanation says that Cloud
// Run is, and sees it become ready.
func TestItServesCloudRun(t *testing.T) {
	t.Parallel()
	target := run(t)
	const services = "/v2/projects/demo/locations/us-central1/services"
	if status, text := target.ask(t, "POST", services+"?serviceId=shop-web", `{"template": {"containers": [{"image": "shop:1"}]}}`); status != http.StatusOK {
		t.Fatalf("create: %d %s", status, text)
	}
	target.eventually(t, "the service is ready", func() bool {
		_, text := target.ask(t, "GET", services+"/shop-web", "")
		return strings.Contains(text, `"state":"CONDITION_SUCCEEDED"`)
	})
	var said strings.Builder
	target.explain(&said)
	for _, want := range []string{target.URL + "/v2/", "provider: cloudrun", "endpoint: " + target.URL + "/\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the explanation does not have %q:\n%s", want, said.String())
		}
	}
	if strings.Contains(said.String(), "%!") {
		t.Errorf("the explanation is not filled in:\n%s", said.String())
	}
}

// TestGooglesPythonClientReadsCloudRun is an independent reader, which makes,
// changes and deletes a service, and waits for its operations.
func TestGooglesPythonClientReadsCloudRun(t *testing.T) {
	t.Parallel()
	var complaint bytes.Buffer
	install := exec.Command("../../../../deploy/google-targets.sh")
	install.Stderr = &complaint
	python, err := install.Output()
	if err != nil {
		t.Fatalf("this test needs google-cloud-run, and deploy/google-targets.sh did not provide it: %v\n%s", err, complaint.String())
	}
	complaint.Reset()
	read := exec.Command(strings.TrimSpace(string(python)), "testdata/cloudrun.py", run(t).URL, "projects/demo/locations/us-central1")
	read.Stderr = &complaint
	found, err := read.Output()
	if err != nil {
		t.Fatalf("cloudrun.py: %v\n%s", err, complaint.String())
	}
	want := []string{"made shop-web CONDITION_SUCCEEDED 100", "changed 2 shop:2 False",
		"revision shop:2 Ready CONDITION_SUCCEEDED shop-web", "revision shop:1 Ready CONDITION_SUCCEEDED shop-web", "refusal Conflict 409", "left 0"}
	if got := lines(string(found)); !slices.Equal(got, want) {
		t.Errorf("it read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
