package cloudfoundry_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

func request(name string, spec map[string]any) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{
		Location: gennaker.In("cf", region), Name: name, Moniker: gennaker.ParseMoniker(name),
		Capacity: gennaker.Capacity{Min: 1, Desired: 2, Max: 4}, Spec: spec,
		Marks: map[string]string{gennaker.MarkExecution: "shop/web/1", gennaker.MarkToken: "token-of-" + name},
	}
}

// with is the spec with another field; one that is nil goes.
func with(name string, value any) map[string]any {
	all := maps.Clone(spec())
	all[name] = value
	if value == nil {
		delete(all, name)
	}
	return all
}

// bits is an artifact of a zip.
func bits() map[string]any {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, _ := z.Create("main.go")
	_, _ = f.Write([]byte("package main"))
	_ = z.Close()
	return map[string]any{"type": "embedded/base64", "name": "shop", "version": "7", "reference": base64.StdEncoding.EncodeToString(b.Bytes())}
}

func create(t *testing.T, c *cloudfoundry.Cloud, r gennaker.CreateServerGroup) gennaker.ServerGroup {
	t.Helper()
	if err := c.Create(t.Context(), r); err != nil {
		t.Fatalf("Create(%s) = %v", r.Name, err)
	}
	return get(t, c, r.Ref())
}

func get(t *testing.T, c *cloudfoundry.Cloud, ref gennaker.ServerGroupRef) gennaker.ServerGroup {
	t.Helper()
	g, err := c.Get(t.Context(), ref)
	if err != nil {
		t.Fatalf("Get(%s) = %v", ref.Name, err)
	}
	return g
}

func sorted(list []string) string { return fmt.Sprint(slices.Sorted(slices.Values(list))) }

func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func TestAnAppIsMadeFromBitsByBuildpacks(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	block := with("manifest", map[string]any{"direct": map[string]any{"buildpacks": []any{"go_buildpack"}, "memory": "1G"}})
	block["applicationArtifact"] = bits()
	g := create(t, cloud, request("shop-web-v000", block))
	if g.Image != "shop:7" || g.Count(gennaker.Up) != 2 || len(g.LoadBalancers) != 0 {
		t.Errorf("it is %+v, want two instances of shop:7 without routes", g)
	}
	spec, err := cloud.Spec(t.Context(), g.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if g = create(t, cloud, request("shop-web-v001", spec)); g.Count(gennaker.Up) != 2 {
		t.Errorf("its clone, a copy of its package, is %+v, want it up", g)
	}
}

// A manifest may be written as pipelines, or as manifest.yml has it.
func TestAManifestIsReadInEachOfItsForms(t *testing.T) {
	file := "applications:\n- name: shop\n  memory: 128M\n  disk_quota: 512M\n  health-check-type: http\n  health-check-http-endpoint: /health\n" +
		"  routes:\n  - route: shop.apps.example.com/v1\n  env: {SIZE: 3}\n  services: [mail]\n"
	direct := map[string]any{"memory": "128", "diskQuota": "512MB", "healthCheckType": "http", "healthCheckHttpEndpoint": "/health",
		"routes": []any{"shop.apps.example.com/v1"}, "environment": []any{map[string]any{"key": "SIZE", "value": 3}}, "services": []any{"mail"}}
	applications := map[string]any{"applications": []any{map[string]any{"memory": "128M", "disk-quota": "512M", "health-check-type": "http",
		"health_check_http_endpoint": "/health", "routes": []any{map[string]any{"route": "shop.apps.example.com/v1"}}, "env": map[string]any{"SIZE": "3"}, "services": []any{map[string]any{"name": "mail"}}}}}
	var before map[string]any
	for name, manifest := range map[string]any{"direct": map[string]any{"direct": direct}, "applications": applications, "a list": []any{applications},
		"a file": map[string]any{"artifact": map[string]any{"type": "embedded/base64", "reference": base64.StdEncoding.EncodeToString([]byte(file))}}} {
		it := startTarget(t, cftest.Times{})
		it.server.AddUserProvided("shop", "dev", "mail", nil)
		cloud := it.account(t)
		g := create(t, cloud, request("shop-web-v000", with("manifest", manifest)))
		got, err := cloud.Spec(t.Context(), g.Ref())
		if err != nil {
			t.Fatal(err)
		}
		is := got["manifest"].(map[string]any)["direct"].(map[string]any)
		for field, want := range map[string]any{"memory": "128M", "diskQuota": "512M", "healthCheckHttpEndpoint": "/health"} {
			if is[field] != want {
				t.Errorf("%s: %s = %v, want %v", name, field, is[field], want)
			}
		}
		if before != nil && encode(is) != encode(before) {
			t.Errorf("%s makes\n%s, another form\n%s", name, encode(is), encode(before))
		}
		before = is
	}
}

func TestWhatCannotBeIsRefusedBeforeAnythingIsMade(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	direct := func(fields map[string]any) map[string]any { return map[string]any{"direct": fields} }
	for _, c := range []struct {
		name, field string
		value       any
		want        string
	}{
		{"nothing to run", "applicationArtifact", nil, "applicationArtifact: invalid: it is missing"},
		{"an artifact of a registry", "applicationArtifact", map[string]any{"type": "maven/file", "reference": "com.example:shop:7"}, `type "maven/file" cannot be deployed`},
		{"a zip that is none", "applicationArtifact", map[string]any{"type": "embedded/base64", "reference": "?"}, "must be a zip in base64"},
		{"an app that is not there", "applicationArtifact", map[string]any{"type": "cloudfoundry/app", "name": "none"}, "app none: invalid: it is not there"},
		{"a misspelt attribute", "manifest", direct(map[string]any{"memroy": "1G"}), "there is no such field"},
		{"a size", "manifest", direct(map[string]any{"memory": "much"}), `"much": invalid: write a size`},
		{"a health check", "manifest", direct(map[string]any{"healthCheckType": "ping"}), "healthCheckType"},
		{"buildpacks of an image", "manifest", direct(map[string]any{"buildpacks": []any{"go"}}), "of no use for an image"},
		{"two applications", "manifest", map[string]any{"applications": []any{map[string]any{}, map[string]any{}}}, "one application"},
		{"not started, in traffic", "startApplication", false, "say trafficOptions: disable"},
		{"no manifest", "manifest", "manifest.yml", "it must be a map"},
	} {
		err := cloud.Create(t.Context(), request("shop-web-v000", with(c.field, c.value)))
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want ErrInvalid with %q", c.name, err, c.want)
		}
	}
	elsewhere := request("shop-web-v000", spec())
	elsewhere.Region = "shop > nowhere"
	if err := cloud.Create(t.Context(), elsewhere); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("Create in a space that is not the account's = %v, want ErrInvalid", err)
	}
	if made := it.server.Effects(); len(made) > 0 {
		t.Errorf("made were %v", made)
	}
}

// What fails for good leaves nothing behind: nobody would come back for it.
func TestAnAppThatCannotBeStagedIsTakenAwayAgain(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	for _, c := range []struct {
		name, field string
		value       any
		want        string
	}{
		{"staging fails", "applicationArtifact", map[string]any{"type": "docker/image", "reference": "shop-broken"}, "cannot stage shop-broken"},
		{"a service is not there", "manifest", map[string]any{"direct": map[string]any{"services": []any{"none"}}}, "service none: invalid: it is not there"},
		{"a domain is not there", "manifest", map[string]any{"direct": map[string]any{"routes": []any{"shop.example.org"}}}, "there is no domain"},
		{"a process is not there", "manifest", map[string]any{"direct": map[string]any{"processes": []any{map[string]any{"type": "worker"}}}}, "there is no process worker"},
	} {
		r := request("shop-web-v000", with(c.field, c.value))
		err := cloud.Create(t.Context(), r)
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want ErrInvalid with %q", c.name, err, c.want)
		}
		if _, err := cloud.Get(t.Context(), r.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
			t.Errorf("%s: Get afterwards = %v, want ErrNotFound", c.name, err)
		}
	}
}

// Staging that takes longer than a call waits goes on meanwhile.
func TestCreateGoesOnWhereItWasWhenStagingTakesLong(t *testing.T) {
	it := startTarget(t, cftest.Times{Staging: time.Hour})
	cloud, err := cloudfoundry.New(cloudfoundry.Config{Account: "cf", API: it.URL, ClientID: "gennaker", ClientSecret: "secret",
		Spaces: []string{region}, LookEvery: time.Millisecond, Patience: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	r := request("shop-web-v000", spec())
	if err := cloud.Create(t.Context(), r); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Fatalf("Create = %v, want ErrUnavailable while it is staged", err)
	}
	it.clock.Advance(time.Hour)
	if g := create(t, cloud, r); g.Count(gennaker.Up) != 2 || it.server.Effects()["POST /v3/builds"] != 1 {
		t.Errorf("afterwards it is %+v, and %v were made; want it up, of one build", g, it.server.Effects())
	}
}

func TestAStoppedAppRestsUntilItIsEnabled(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	r := request("shop-web-v000", with("startApplication", "false"))
	r.Disabled = true
	g := create(t, cloud, r)
	if g.Enabled || !g.Resting || len(g.Instances) > 0 || g.Capacity.Desired != 2 {
		t.Errorf("an app that is not started is %+v, want it at rest, with two instances to be", g)
	}
	if err := cloud.Enable(t.Context(), g.Ref()); err != nil {
		t.Fatal(err)
	}
	if g = get(t, cloud, g.Ref()); !g.Enabled || g.Count(gennaker.Up) != 2 {
		t.Errorf("once enabled it is %+v, want it up", g)
	}
}

func TestInstancesOfASickImageCrash(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	g := create(t, cloud, request("shop-web-v000", with("applicationArtifact", map[string]any{"type": "docker/image", "reference": "shop-sick"})))
	if g.Count(gennaker.Down) != 2 || !strings.Contains(g.Condition(), "CRASHED") {
		t.Errorf("it is %+v, want both instances down, and why", g)
	}
}

// A server group keeps the routes that people have given it beside its own.
func TestADisabledServerGroupRemembersItsRoutes(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	r := request("shop-web-v000", spec())
	r.LoadBalancers = []string{"www.apps.example.com/shop", "shop.apps.example.com"}
	want := "[shop.apps.example.com www.apps.example.com/shop]"
	g := create(t, cloud, r)
	for _, step := range []func() error{
		func() error { return nil },
		func() error { return cloud.Disable(t.Context(), g.Ref()) },
		func() error { return cloud.Enable(t.Context(), g.Ref()) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		if g = get(t, cloud, g.Ref()); sorted(g.LoadBalancers) != want {
			t.Errorf("load balancers = %v, want %s", g.LoadBalancers, want)
		}
	}
	balancers, err := cloud.ListLoadBalancers(t.Context(), region)
	if err != nil || len(balancers) != 2 || len(balancers[0].ServerGroups) != 1 {
		t.Errorf("ListLoadBalancers = %+v, %v, want two routes to it", balancers, err)
	}
}

// An app without routes, such as a worker, can be disabled too.
func TestAnAppWithoutRoutesIsDisabledAndEnabled(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	g := create(t, cloud, request("shop-work-v000", with("manifest", nil)))
	for _, enabled := range []bool{true, false, true} {
		call := cloud.Disable
		if enabled {
			call = cloud.Enable
		}
		if err := call(t.Context(), g.Ref()); err != nil {
			t.Fatal(err)
		}
		if g = get(t, cloud, g.Ref()); g.Enabled != enabled || g.Serves() != enabled {
			t.Errorf("it is enabled: %t, serves: %t; want %t", g.Enabled, g.Serves(), enabled)
		}
	}
}

// The UAA forgets tokens, and gives others.
func TestATokenThatIsNoGoodAnyMoreIsReplaced(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	g := create(t, cloud, request("shop-web-v000", spec()))
	it.server.ForgetTokens()
	get(t, cloud, g.Ref())
}

func TestACloneHasTheCommandThatWasGiven(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	for name, given := range map[string]any{"shop-web-v000": "serve", "shop-api-v000": nil} {
		direct := map[string]any{}
		if given != nil {
			direct["command"] = given
		}
		g := create(t, cloud, request(name, with("manifest", map[string]any{"direct": direct})))
		spec, err := cloud.Spec(t.Context(), g.Ref())
		if err != nil {
			t.Fatalf("Spec(%s) = %v", name, err)
		}
		if got := spec["manifest"].(map[string]any)["direct"].(map[string]any)["command"]; got != given {
			t.Errorf("the spec of %s has the command %v, want %v", name, got, given)
		}
	}
}

// Lists hide the commands of processes: what is read there must not come back
// as a command.
func TestACommandStaysThatNobodyChanges(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	g := create(t, cloud, request("shop-web-v000", with("manifest", map[string]any{"direct": map[string]any{"command": "serve", "healthCheckType": "port"}})))
	check := map[string]any{"manifest": map[string]any{"direct": map[string]any{"healthCheckType": "http", "healthCheckHttpEndpoint": "/ok"}}}
	if err := cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: g.Ref(), Token: "r", Spec: check}); err != nil {
		t.Fatalf("StartRefresh = %v", err)
	}
	asks := it.client(t)
	all, err := asks.Processes.ListAll(t.Context(), nil)
	if err != nil || len(all) == 0 {
		t.Fatalf("processes = %v, %v", all, err)
	}
	for _, listed := range all {
		p, err := asks.Processes.Get(t.Context(), listed.GUID)
		if err != nil || p.Command == nil || *p.Command != "serve" || p.HealthCheck.Type != "http" {
			t.Errorf("process = %+v, %v, want the command that it had, and the new health check", p, err)
		}
	}
}
