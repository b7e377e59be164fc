package main

import (
	"net/http"
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
	for _, want := range []string{target.url + "/v2/", "provider: cloudrun", "endpoint: " + target.url + "/\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the explanation does not have %q:\n%s", want, said.String())
		}
	}
	if strings.Contains(said.String(), "%!") {
		t.Errorf("the explanation is not filled in:\n%s", said.String())
	}
}
