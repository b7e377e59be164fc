package cloudfoundry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/testutil"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

// The judge of our Cloud Foundry is the client's: it brings an answer of each
// kind, taken from the documentation of the API. Ours must have the same
// fields of the same types.

// samples are the client's answers, by the path of those of ours that they are
// like. Of several the first that fits counts.
func samples() []sample {
	g := testutil.NewObjectJSONGenerator()
	return []sample{
		{`^/v3/apps$|^/v3/apps/GUID$|^/v3/apps/GUID/actions/\w+$`, g.Application().JSON, nil},
		{`^/v3/apps/GUID/relationships/current_droplet$`, g.DropletAssociation().JSON, nil},
		{`^/v3/packages$|^/v3/packages/GUID(/upload)?$`, g.Package("READY").JSON, nil},
		{`^/v3/builds$|^/v3/builds/GUID$`, g.Build("STAGED").JSON, nil},
		{`^/v3/droplets/GUID$|^/v3/apps/GUID/droplets/current$`, g.Droplet().JSON, nil},
		{`^/v3/processes$|^/v3/processes/GUID$|^/v3/processes/GUID/actions/scale$`, g.Process().JSON, []string{"interval", "invocation_timeout", "endpoint"}},
		{`^/v3/processes/GUID/stats$`, g.ProcessStats().JSON, []string{"external_tls_proxy_port", "internal_tls_proxy_port"}},
		{`^/v3/routes$|^/v3/routes/GUID$`, g.Route().JSON, []string{"loadbalancing"}},
		{`^/v3/routes/GUID/destinations$`, g.RouteDestinations().JSON, nil},
		{`^/v3/domains$|^/v3/organizations/GUID/domains/default$`, g.Domain().JSON, nil},
		{`^/v3/organizations$`, g.Organization().JSON, nil},
		{`^/v3/spaces$`, g.Space().JSON, nil},
		{`^/v3/organization_quotas$`, g.OrganizationQuota().JSON, nil},
		{`^/v3/space_quotas$`, g.SpaceQuota().JSON, nil},
		{`^/v3/organizations/GUID/usage_summary$`, g.OrganizationUsageSummary().JSON, nil},
		{`^/v3/spaces/GUID/usage_summary$`, g.SpaceUsageSummary().JSON, nil},
		{`^/v3/service_instances$|^/v3/service_instances/GUID$`, g.ServiceInstanceUserProvided().JSON, []string{"broker_provided_metadata"}},
		{`^/v3/service_credential_bindings$`, g.ServiceCredentialBinding().JSON, nil},
		{`^/v3/apps/GUID/tasks$|^/v3/tasks$|^/v3/tasks/GUID(/actions/\w+)?$`, g.Task().JSON, nil},
		{`^/v3/deployments$|^/v3/deployments/GUID$`, g.Deployment().JSON, []string{"web_instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second", "last_successful_healthcheck"}},
		{`^/v3/jobs/GUID$`, g.Job("COMPLETE").JSON, nil},
	}
}

// sample is an answer of the client's for a path, with fields that ours leave
// out: the provider does not read them.
type sample struct {
	path, json string
	left       []string
}

// free are fields whose content is the user's, or addresses.
var free = []string{"metadata", "links", "lifecycle", "process_types"}

// recorded keeps what a cloud answers.
type recorded struct {
	cloud   http.Handler
	mu      sync.Mutex // guards answers
	answers map[string][]byte
}

var guids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

func (c *recorded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := httptest.NewRecorder()
	c.cloud.ServeHTTP(seen, r)
	body := seen.Body.Bytes()
	if seen.Code < 300 && bytes.HasPrefix(body, []byte("{")) {
		c.mu.Lock()
		path := r.Method + " " + guids.ReplaceAllString(r.URL.Path, "GUID")
		if len(body) > len(c.answers[path]) { // the one that tells most
			c.answers[path] = bytes.Clone(body)
		}
		c.mu.Unlock()
	}
	for name, values := range seen.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(seen.Code)
	_, _ = io.Copy(w, seen.Body)
}

func TestOurCloudFoundryAnswersAsTheClientsSamples(t *testing.T) {
	cloud := cftest.New(cftest.Config{})
	seen := &recorded{cloud: cloud, answers: map[string][]byte{}}
	server := httptest.NewServer(seen)
	t.Cleanup(server.Close)
	cloud.AddSpace("shop", "dev")
	cloud.AddDomain("apps.example.com")
	cloud.AddUserProvided("shop", "dev", "mail", map[string]any{"uri": "smtp://mail"})
	cloud.SetQuota("shop", "", cftest.Quota{Instances: new(9), Memory: new(4096)})
	cloud.SetQuota("shop", "dev", cftest.Quota{Instances: new(9), ProcessMemory: new(2048)})
	exercise(t, server.URL)
	all := samples()
	judged := map[string]bool{}
	for _, path := range gennaker.SortedKeys(seen.answers) {
		_, plain, _ := strings.Cut(path, " ")
		at := slices.IndexFunc(all, func(s sample) bool { return regexp.MustCompile(s.path).MatchString(plain) })
		if at < 0 {
			continue // of the UAA, the Log Cache or the root
		}
		judged[all[at].path] = true
		for _, wrong := range all[at].judge(t, seen.answers[path]) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	for _, s := range all {
		if !judged[s.path] {
			t.Errorf("nothing was answered on %s: the check looks for the wrong thing", s.path)
		}
	}
}

// exercise has a provider ask for one of everything.
func exercise(t *testing.T, url string) {
	t.Helper()
	c, err := cloudfoundry.New(cloudfoundry.Config{Account: "cf", API: url, Username: "admin", Password: "secret", Spaces: []string{region}, LookEvery: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	block := with("manifest", map[string]any{"direct": map[string]any{"randomRoute": true, "services": []any{"mail"}, "healthCheckType": "http",
		"healthCheckHttpEndpoint": "/", "timeout": 60, "command": "serve", "memory": "64M"}})
	block["applicationArtifact"] = bits()
	first := request("shop-web-v000", block)
	run := gennaker.RunJob{Location: first.Location, Name: "migrate", Spec: map[string]any{"cluster": "shop-web", "command": "sleep 100"}, Marks: map[string]string{gennaker.MarkToken: "t"}}
	ctx := t.Context()
	for _, call := range []func() error{
		func() error { return c.Create(ctx, first) },
		func() error { return c.Disable(ctx, first.Ref()) },
		func() error { return c.Enable(ctx, first.Ref()) },
		func() error { return c.RunJob(ctx, run) },
		func() error { return c.StopJob(ctx, run.Ref()) },
		func() error { return only(c.Get(ctx, first.Ref())) },
		func() error { return only(c.Spec(ctx, first.Ref())) },
		func() error { return only(c.ListLoadBalancers(ctx, region)) },
		func() error {
			return c.Create(ctx, request("shop-web-v001", with("applicationArtifact", map[string]any{"type": "cloudfoundry/app", "name": "shop-web-v000"})))
		},
		func() error {
			return c.StartRefresh(ctx, gennaker.StartRefresh{ServerGroupRef: first.Ref(), MinHealthy: 50, Steps: []int{50}, Token: "r"})
		},
		func() error { return only(c.GetRefresh(ctx, first.Ref())) },
		func() error {
			return c.ContinueRefresh(ctx, gennaker.RefreshStep{ServerGroupRef: first.Ref(), Token: "r", Step: 1})
		},
		func() error {
			return only(c.GetQuota(ctx, gennaker.QuotaQuery{Location: first.Location, Spec: block}))
		},
		func() error { return c.Destroy(ctx, first.Ref()) },
	} {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
}

func only[T any](_ T, err error) error { return err }

// judge compares an answer, or each of a list, with the sample.
func (s sample) judge(t *testing.T, answer []byte) []string {
	t.Helper()
	var want, got map[string]any
	for text, into := range map[string]*map[string]any{s.json: &want, string(answer): &got} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	list, ok := got["resources"].([]any)
	if !ok || want["resources"] != nil {
		return s.compare("", want, got)
	}
	var wrong []string
	for i, item := range list {
		wrong = append(wrong, s.compare(fmt.Sprintf("[%d]", i), want, item)...)
	}
	return wrong
}

func (s sample) compare(at string, want, got any) []string {
	switch want := want.(type) {
	case nil:
		return nil
	case map[string]any:
		is, ok := got.(map[string]any)
		switch {
		case got == nil:
			return nil // what can be null is in the client's types
		case !ok:
			return []string{fmt.Sprintf("%s is %T, want an object", at, got)}
		}
		return s.fields(at, want, is)
	case []any:
		is, ok := got.([]any)
		if !ok && got != nil {
			return []string{fmt.Sprintf("%s is %T, want a list", at, got)}
		}
		var wrong []string
		for i, item := range is {
			if len(want) > 0 {
				wrong = append(wrong, s.compare(fmt.Sprintf("%s[%d]", at, i), want[0], item)...)
			}
		}
		return wrong
	}
	if got != nil && fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) {
		return []string{fmt.Sprintf("%s is %T, want %T", at, got, want)}
	}
	return nil
}

func (s sample) fields(at string, want, got map[string]any) []string {
	var wrong []string
	for _, name := range gennaker.SortedKeys(want) {
		value, there := got[name]
		switch {
		case slices.Contains(free, name) || slices.Contains(s.left, name):
		case !there:
			wrong = append(wrong, at+"."+name+" is missing")
		default:
			wrong = append(wrong, s.compare(at+"."+name, want[name], value)...)
		}
	}
	for _, name := range gennaker.SortedKeys(got) {
		if _, known := want[name]; !known {
			wrong = append(wrong, at+"."+name+" is of our own making")
		}
	}
	return wrong
}
