package exactlyonce

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/providers/providertest"
)

const space = "shop > dev"

// onCloudFoundry is a scene in a Cloud Foundry of ours. A request is its method
// and path, in which what the cloud names itself is GUID. It counts every
// request that has changed something.
func onCloudFoundry(t *testing.T, _ *world, r row) (*scene, error) {
	server, err := cftest.Serve(cftest.Config{})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddSpace("shop", "dev")
	server.AddSpace("shop", "prod")
	server.AddDomain("apps.example.com")
	server.AddService("postgres", "small")
	server.AddApp("shop", "dev", "tools", map[string]string{"gennaker.io/tasks-only": "true"})
	server.AddUserProvided("shop", "dev", "mail", nil)
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: space}, spec: imageSpec}
	s.change = map[string]any{"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop:8"},
		"manifest": map[string]any{"direct": map[string]any{"env": map[string]any{"COLOR": "green"}}}}
	if strings.Contains(r.call, "of bits") {
		s.spec = bitsSpec
	}
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(zipped()) }))
	t.Cleanup(files.Close)
	if strings.Contains(r.call, "of a file") {
		s.spec = func() map[string]any {
			return map[string]any{"applicationArtifact": map[string]any{"type": "http/file", "name": "shop", "reference": files.URL + "/shop.zip"}}
		}
	}
	if strings.Contains(r.call, "CancelRefresh") { // whose instances never come up
		s.change = map[string]any{"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop-sick"}}
	}
	s.jobSpec = func(ends bool) map[string]any {
		if ends {
			return map[string]any{"serverGroupName": "tools", "command": "true"}
		}
		return map[string]any{"serverGroupName": "tools", "command": "sleep 1000"}
	}
	s.breaks(link, func(q *http.Request) bool { return plainRequest(q) == r.loses })
	s.effects = server.Effects
	if s.sound, err = spaceAccount(server.URL, files.URL); err != nil {
		return nil, err
	}
	s.doomed, err = spaceAccount(link.URL, files.URL)
	return s, err
}

var guid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

func plainRequest(q *http.Request) string {
	return q.Method + " " + strings.Replace(guid.ReplaceAllString(q.URL.Path, "GUID"), "/instances/0", "/instances/N", 1)
}

func spaceAccount(api, files string) (providers.Provider, error) {
	return cloudfoundry.New(cloudfoundry.Config{Account: "test", API: api, ClientID: "gennaker", ClientSecret: "secret",
		Spaces: []string{space, "shop > prod"}, LookEvery: 10 * time.Millisecond,
		Download: activities.WebhookPolicy{Allow: []string{files}}.Download})
}

func imageSpec() map[string]any {
	return map[string]any{"applicationArtifact": map[string]any{"type": "docker/image", "reference": "shop:7"},
		"manifest": map[string]any{"direct": map[string]any{"memory": "256M", "routes": []any{"shop.apps.example.com"},
			"healthCheckType": "http", "healthCheckHttpEndpoint": "/health"}}}
}

// zipped is an empty zip.
func zipped() []byte {
	var bits bytes.Buffer
	_ = zip.NewWriter(&bits).Close() // into memory: never fails
	return bits.Bytes()
}

func bitsSpec() map[string]any {
	return map[string]any{"applicationArtifact": map[string]any{"type": "embedded/base64", "name": "shop", "reference": base64.StdEncoding.EncodeToString(zipped())},
		"manifest": map[string]any{"direct": map[string]any{"buildpacks": []any{"go_buildpack"}, "services": []any{"mail"}}}}
}

// The requests, as they are lost and as the cloud counts them.
const (
	lostDestination = "DELETE /v3/routes/GUID/destinations/GUID"
	doneDestination = "DELETE /v3/routes/{guid}/destinations/{destination}"
	lostInstance    = "DELETE /v3/processes/GUID/instances/N"
	doneInstance    = "DELETE /v3/processes/{guid}/instances/{index}"
	lostShare       = "DELETE /v3/service_instances/GUID/relationships/shared_spaces/GUID"
	doneShare       = "DELETE /v3/service_instances/{guid}/relationships/shared_spaces/{space}"
)

// cloudFoundryCalls are the calls, with the requests that they are made of. Each
// changes something once.
var cloudFoundryCalls = []struct {
	row
	requests []string
}{
	{row: row{call: "cloudfoundry Create", run: create}, requests: []string{"POST /v3/apps", "POST /v3/packages", "POST /v3/builds",
		"PATCH /v3/apps/GUID/relationships/current_droplet", "POST /v3/processes/GUID/actions/scale", "PATCH /v3/processes/GUID",
		"POST /v3/routes", "POST /v3/routes/GUID/destinations", "POST /v3/apps/GUID/actions/start", "PATCH /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry Create, of bits, with a service", run: create}, requests: []string{"POST /v3/apps", "POST /v3/packages", "POST /v3/packages/GUID/upload", "POST /v3/builds",
		"PATCH /v3/apps/GUID/relationships/current_droplet", "POST /v3/processes/GUID/actions/scale", "POST /v3/service_credential_bindings",
		"POST /v3/apps/GUID/actions/start", "PATCH /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry Create, of a file", run: create}, requests: []string{"POST /v3/apps", "POST /v3/packages", "POST /v3/packages/GUID/upload", "POST /v3/builds",
		"PATCH /v3/apps/GUID/relationships/current_droplet", "POST /v3/processes/GUID/actions/scale", "POST /v3/apps/GUID/actions/start", "PATCH /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry Resize", before: have(1), run: resize}, requests: []string{"PATCH /v3/apps/GUID", "POST /v3/processes/GUID/actions/scale"}},
	{row: row{call: "cloudfoundry Disable", before: have(2), run: disable}, requests: []string{"PATCH /v3/apps/GUID", lostDestination}},
	{row: row{call: "cloudfoundry Enable", before: haveDisabled(2), run: enable}, requests: []string{"POST /v3/routes/GUID/destinations", "PATCH /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry Destroy", before: have(2), run: destroy}, requests: []string{lostDestination, "DELETE /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry TerminateInstances", before: have(2), run: terminate}, requests: []string{lostInstance}},
	{row: row{call: "cloudfoundry TerminateInstances, shrinking", before: have(2), run: shrink},
		requests: []string{"PATCH /v3/apps/GUID", lostInstance, "POST /v3/processes/GUID/actions/scale"}},
	{row: row{call: "cloudfoundry StartRefresh", before: have(1), run: startRefresh},
		requests: []string{"POST /v3/packages", "POST /v3/builds", "PATCH /v3/apps/GUID/environment_variables", "POST /v3/deployments", "PATCH /v3/apps/GUID"}},
	{row: row{call: "cloudfoundry ContinueRefresh", before: havePausedRefresh, run: goOn}, requests: []string{"POST /v3/deployments/GUID/actions/continue"}},
	{row: row{call: "cloudfoundry CancelRefresh", before: haveRefresh(have(1)), run: stopRefresh}, requests: []string{"PATCH /v3/apps/GUID", "POST /v3/deployments/GUID/actions/cancel"}},
	{row: row{call: "cloudfoundry StopServerGroup", before: have(2), run: stopGroup}, requests: []string{"POST /v3/apps/GUID/actions/stop"}},
	{row: row{call: "cloudfoundry StartServerGroup", before: haveStopped, run: startGroup}, requests: []string{"POST /v3/apps/GUID/actions/start"}},
	{row: row{call: "cloudfoundry AttachLoadBalancers", before: have(1), run: attach}, requests: []string{"POST /v3/routes", "POST /v3/routes/GUID/destinations"}},
	{row: row{call: "cloudfoundry DetachLoadBalancers", before: haveAttached, run: detach}, requests: []string{lostDestination}},
	{row: row{call: "cloudfoundry PutService", run: putService}, requests: []string{"POST /v3/service_instances"}},
	{row: row{call: "cloudfoundry PutService, changing", before: haveService(), run: putService}, requests: []string{"PATCH /v3/service_instances/GUID"}},
	{row: row{call: "cloudfoundry DeleteService", before: haveService(), run: deleteService}, requests: []string{"DELETE /v3/service_instances/GUID"}},
	{row: row{call: "cloudfoundry ShareService", before: haveService(), run: shareService}, requests: []string{"POST /v3/service_instances/GUID/relationships/shared_spaces"}},
	{row: row{call: "cloudfoundry UnshareService", before: haveService(shared), run: unshareService}, requests: []string{lostShare}},
	{row: row{call: "cloudfoundry CreateServiceKey", before: haveService(), run: createKey}, requests: []string{"POST /v3/service_credential_bindings"}},
	{row: row{call: "cloudfoundry DeleteServiceKey", before: haveService(keyed), run: deleteKey}, requests: []string{"DELETE /v3/service_credential_bindings/GUID"}},
	{row: row{call: "cloudfoundry BindServices", before: haveService(withGroup), run: bind}, requests: []string{"POST /v3/service_credential_bindings"}},
	{row: row{call: "cloudfoundry UnbindServices", before: haveService(withGroup, bound), run: unbind}, requests: []string{"DELETE /v3/service_credential_bindings/GUID"}},
	{row: row{call: "cloudfoundry RunJob", run: runJob}, requests: []string{"POST /v3/apps/GUID/tasks"}},
	{row: row{call: "cloudfoundry StopJob", before: haveJob, run: stopJob}, requests: []string{"POST /v3/tasks/GUID/actions/cancel"}},
}

func cloudFoundryRows() []row {
	var all []row
	for _, c := range cloudFoundryCalls {
		want := map[string]int{}
		for _, request := range c.requests {
			want[counted(request)] = 1
		}
		for _, request := range c.requests {
			r := c.row
			r.loses, r.want, r.stage = request, want, onCloudFoundry
			all = append(all, r)
		}
	}
	return all
}

// counted is a request as the cloud counts it.
func counted(request string) string {
	switch request {
	case lostDestination:
		return doneDestination
	case lostInstance:
		return doneInstance
	case lostShare:
		return doneShare
	}
	return strings.ReplaceAll(request, "GUID", "{guid}")
}
