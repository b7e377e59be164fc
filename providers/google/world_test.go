package google_test

import (
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/option"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/providertest"
)

// world is a target with an account on it, and Google's own client beside it.
type world struct {
	*testing.T
	*target
	cloud *google.Cloud
	api   *compute.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, target: startTarget(t, googletest.Config{})}
	w.cloud = w.open(t)
	var err error
	w.api, err = compute.NewService(t.Context(), option.WithEndpoint(w.Server.URL+"/compute/v1/"), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func request(sequence, desired int, block map[string]any) gennaker.CreateServerGroup {
	m := gennaker.Moniker{App: "shop", Stack: "web", Sequence: sequence}
	return gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: m.Name(), Moniker: m,
		Capacity: gennaker.Capacity{Min: 1, Desired: desired, Max: 4}, Spec: block, Marks: map[string]string{gennaker.MarkToken: m.Name()}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// have makes a server group and waits until its instances are up.
func (w *world) have(c gennaker.CreateServerGroup) gennaker.ServerGroup {
	w.Helper()
	w.must(w.cloud.Create(w.Context(), c))
	return w.until(c.Ref(), func(g gennaker.ServerGroup) bool { return g.Count(gennaker.Up) == c.Capacity.Desired })
}

func (w *world) until(ref gennaker.ServerGroupRef, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	w.Helper()
	var g gennaker.ServerGroup
	for range 100 {
		var err error
		if g, err = w.cloud.Get(w.Context(), ref); err == nil && ok(g) {
			return g
		}
		w.clock.Advance(5 * time.Second)
	}
	w.Fatalf("it never was as wanted: %+v", g)
	return g
}

// A cluster block as Spinnaker's pages write it.
func TestADocumentOfSpinnakerBecomesATemplateAndAGroup(t *testing.T) {
	w := newWorld(t)
	_, err := w.api.Firewalls.Insert(project, &compute.Firewall{Name: "web", TargetTags: []string{"http", "https"},
		Allowed: []*compute.FirewallAllowed{{IPProtocol: "tcp", Ports: []string{"80"}}}}).Do()
	w.must(err)
	w.clock.Advance(time.Minute)
	c := request(0, 2, map[string]any{
		"application": "shop", "availabilityZones": map[string]any{region: []any{zone}}, "backendServiceMetadata": []any{"shop"},
		"canIpForward": false, "cloudProvider": "gce", "disks": []any{map[string]any{"type": "pd-ssd", "sizeGb": 10}, map[string]any{"type": "local-ssd", "sizeGb": 375}},
		"image": "shop-1", "imageSource": "STRING", "instanceMetadata": map[string]any{"startup-script": "run", "load-balancer-names": "pool"},
		"instanceType": "n1-standard-1", "labels": map[string]any{"team": "shop"}, "minCpuPlatform": "(Automatic)", "network": "default",
		"onHostMaintenance": "MIGRATE", "automaticRestart": true, "preemptible": false, "provider": "gce", "regional": false, "securityGroups": []any{"web"},
		"selectZones": false, "serviceAccountEmail": "default", "authScopes": []any{"logging.write"}, "tags": []any{"blue"}, "targetSize": "1",
		"loadBalancingPolicy": map[string]any{"balancingMode": "RATE", "maxRatePerInstance": 5, "capacityScaler": 0.5, "listeningPort": 8080},
		"autoHealingPolicy":   map[string]any{"healthCheck": "shop", "healthCheckKind": "healthCheck"}, "disableTraffic": false,
		"enableSecureBoot": false, "enableVtpm": true, "viewState": map[string]any{"mode": "editPipeline"},
	})
	w.must(w.cloud.Create(t.Context(), c))
	m, err := w.api.InstanceGroupManagers.Get(project, zone, c.Name).Do()
	w.must(err)
	template, err := w.api.InstanceTemplates.Get(project, m.InstanceTemplate[strings.LastIndex(m.InstanceTemplate, "/")+1:]).Do()
	w.must(err)
	p := template.Properties
	for what, ok := range map[string]bool{
		"size":          m.TargetSize == 2 && m.BaseInstanceName == c.Name,
		"pool":          len(m.TargetPools) == 1 && strings.HasSuffix(m.TargetPools[0], "/targetPools/pool"),
		"port":          len(m.NamedPorts) == 1 && m.NamedPorts[0].Name == "http" && m.NamedPorts[0].Port == 8080,
		"healing":       len(m.AutoHealingPolicies) == 1 && m.AutoHealingPolicies[0].InitialDelaySec == 300,
		"machine":       p.MachineType == "n1-standard-1" && p.MinCpuPlatform == "",
		"disks":         len(p.Disks) == 2 && p.Disks[0].Boot && strings.HasSuffix(p.Disks[0].InitializeParams.SourceImage, "/shop-1") && p.Disks[1].Type == "SCRATCH",
		"tags":          p.Tags != nil && slices.Equal(p.Tags.Items, []string{"blue", "http", "https"}),
		"labels":        p.Labels["team"] == "shop" && p.Labels["spinnaker-server-group"] == c.Name,
		"scopes":        len(p.ServiceAccounts) == 1 && p.ServiceAccounts[0].Scopes[0] == "https://www.googleapis.com/auth/logging.write",
		"public IP":     len(p.NetworkInterfaces) == 1 && len(p.NetworkInterfaces[0].AccessConfigs) == 1,
		"shielded":      p.ShieldedInstanceConfig != nil && p.ShieldedInstanceConfig.EnableVtpm,
		"what is ahead": item(p, "backend-service-names") == "shop" && item(p, "load-balancer-names") == "pool" && item(p, "startup-script") == "run",
	} {
		if !ok {
			t.Errorf("%s: the group is %+v, its template %+v", what, m, p)
		}
	}
	s, err := w.api.BackendServices.Get(project, "shop").Do()
	w.must(err)
	if b := s.Backends; len(b) != 1 || b[0].BalancingMode != "RATE" || b[0].MaxRatePerInstance != 5 || b[0].CapacityScaler != 0.5 {
		t.Errorf("the backends are %+v, want the group with its policy", b)
	}
}

func item(p *compute.InstanceProperties, key string) string {
	for _, i := range p.Metadata.Items {
		if i.Key == key {
			return *i.Value
		}
	}
	return ""
}

func TestABlockThatCannotBeSaysWhy(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		block map[string]any
		says  string
	}{
		{map[string]any{"image": "none"}, "image none: invalid: there is none in demo"},
		{map[string]any{"image": ""}, "image: it is missing"},
		{map[string]any{"zone": ""}, "zone: it is missing"},
		{map[string]any{"zone": "europe-west1-b"}, "is not in region us-central1"},
		{map[string]any{"disableTraffic": true}, "write startDisabled"},
		{map[string]any{"backendServices": []any{"none"}}, "backend service none"},
		{map[string]any{"securityGroups": []any{"none"}}, "no firewall rule none"},
		{map[string]any{"autoHealingPolicy": map[string]any{"healthCheck": "none"}}, "there is no none"},
		{map[string]any{"autoscalingPolicy": map[string]any{"scalingSchedules": []any{1}}}, "there is no such field"},
		{map[string]any{"instanceMetadata": map[string]any{"load-balancer-names": "none"}}, "no forwarding rule or URL map"},
	} {
		err := w.cloud.Create(t.Context(), request(0, 1, spec(c.block)))
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Create with %v = %v, want ErrInvalid and %q", c.block, err, c.says)
		}
	}
	if left := w.demo.Names("instanceTemplates"); len(left) > 0 {
		t.Errorf("left are the templates %v", left)
	}
}

func TestWhatOthersHaveBehindABackendServiceStaysAsItIs(t *testing.T) {
	w := newWorld(t)
	zero := 0.0
	drained := spec(map[string]any{"loadBalancingPolicy": map[string]any{"balancingMode": "UTILIZATION", "capacityScaler": zero}})
	w.must(w.cloud.Create(t.Context(), request(0, 1, drained)))
	c := request(1, 1, spec(nil))
	w.must(w.cloud.Create(t.Context(), c))
	w.must(w.cloud.Disable(t.Context(), c.Ref()))
	s, err := w.api.BackendServices.Get(project, "shop").Do()
	w.must(err)
	if len(s.Backends) != 1 || s.Backends[0].CapacityScaler != 0 {
		t.Errorf("the backends are %+v, want the first one, with no capacity still", s.Backends)
	}
}

func TestADisabledServerGroupDrainsBeforeItGoes(t *testing.T) {
	w := newWorld(t)
	w.demo.AddBackendService(googletest.BackendService{Name: "slow", Drain: 2 * time.Second})
	c := request(0, 1, spec(map[string]any{"backendServices": []any{"slow"}}))
	w.must(w.cloud.Create(t.Context(), c))
	w.until(c.Ref(), func(g gennaker.ServerGroup) bool {
		return len(g.Instances) == 1 && g.Instances[0].Checks[0].Health == gennaker.Up
	})
	begun := time.Now()
	w.must(w.cloud.Disable(t.Context(), c.Ref()))
	g, err := w.cloud.Get(t.Context(), c.Ref())
	w.must(err)
	if time.Since(begun) < time.Second && (g.Enabled || g.Count(gennaker.Draining) != 1) {
		t.Errorf("it is %+v, want it disabled and draining", g)
	}
	w.must(w.cloud.Destroy(t.Context(), c.Ref()))
	if took := time.Since(begun); took < time.Second {
		t.Errorf("it was gone after %s, want it to drain first", took)
	}
}

func TestAnAutoscalerRestsWhileItsServerGroupIsDisabled(t *testing.T) {
	w := newWorld(t)
	c := request(0, 2, spec(map[string]any{"autoscalingPolicy": map[string]any{"mode": "ONLY_UP", "cpuUtilization": map[string]any{"utilizationTarget": 0.6}}}))
	g := w.have(c)
	if g.Capacity != c.Capacity {
		t.Errorf("capacity = %s, want %s", g.Capacity, c.Capacity)
	}
	mode := func() *compute.AutoscalingPolicy {
		s, err := w.api.Autoscalers.Get(project, zone, c.Name).Do()
		w.must(err)
		return s.AutoscalingPolicy
	}
	w.must(w.cloud.Disable(t.Context(), c.Ref()))
	if got := mode().Mode; got != "OFF" {
		t.Errorf("disabled, its autoscaler is %s, want OFF", got)
	}
	block, err := w.cloud.Spec(t.Context(), c.Ref())
	w.must(err)
	if policy, _ := block["autoscalingPolicy"].(map[string]any); policy["mode"] != "ONLY_UP" {
		t.Errorf("a clone would have %v, want the mode ONLY_UP", policy)
	}
	w.must(w.cloud.Enable(t.Context(), c.Ref()))
	w.must(w.cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: c.Ref(), Capacity: gennaker.Capacity{Min: 2, Desired: 2, Max: 3}}))
	if p := mode(); p.Mode != "ONLY_UP" && p.Mode != "ONLY_SCALE_OUT" || p.MinNumReplicas != 2 || p.MaxNumReplicas != 3 || p.CpuUtilization == nil {
		t.Errorf("enabled and resized, its autoscaler is %+v, want it on again, from 2 to 3", p)
	}
}

func TestARebootIsTheSameOneForAsLongAsItIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	g := w.have(request(0, 1, spec(nil)))
	reboot := gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: []string{g.Instances[0].ID}}
	long := providers.Noting(t.Context(), "2026-01-01T00:00:00Z", func(string) {}) // when the first try began
	for range 2 {
		w.must(w.cloud.RebootInstances(long, reboot))
	}
	if n := w.effects()["instances.reset"]; n != 1 {
		t.Errorf("it was rebooted %d times, want once", n)
	}
	w.must(w.cloud.RebootInstances(t.Context(), reboot))
	if n := w.effects()["instances.reset"]; n != 2 {
		t.Errorf("after another reboot it was rebooted %d times, want twice", n)
	}
}

func TestATargetPoolThatOthersChangeIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	c := request(0, 1, inAPool)
	w.have(c)
	asked := map[string]int{}
	w.Decide(func(r *http.Request) (fate providertest.Fate) {
		if change := path.Base(r.URL.Path); strings.Contains(r.URL.Path, "/targetPools/pool/") && r.Method == http.MethodPost {
			if asked[change]++; asked[change] == 1 {
				return providertest.Fate{Status: 400, Body: `{"error":{"code":400,"message":"Not ready","errors":[{"reason":"resourceNotReady","message":"Not ready"}]}}`}
			}
		}
		return fate
	})
	w.must(w.cloud.Disable(t.Context(), c.Ref()))
	w.must(w.cloud.Enable(t.Context(), c.Ref()))
	if asked["removeInstance"] != 2 || asked["addInstance"] != 2 {
		t.Errorf("the pool was asked for %v, want each twice", asked)
	}
}

func TestARefreshBehindALoadBalancerNeedsAHealthCheck(t *testing.T) {
	w := newWorld(t)
	c := request(0, 1, spec(map[string]any{"autoHealingPolicy": nil}))
	w.have(c)
	err := w.cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: c.Ref(), MinHealthy: 100, Token: "a"})
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "autoHealingPolicy") {
		t.Errorf("StartRefresh = %v, want ErrInvalid and what to do", err)
	}
}

func TestWhatIsLeftOfAnEarlierTryGoesWithTheServerGroup(t *testing.T) {
	w := newWorld(t)
	c := request(0, 1, spec(nil))
	w.Decide(func(r *http.Request) (fate providertest.Fate) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/instanceGroupManagers") {
			fate.Cut = true
		}
		return fate
	})
	if err := w.cloud.Create(t.Context(), c); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Fatalf("Create = %v, want ErrUnavailable", err)
	}
	w.Decide(nil)
	if left := w.demo.Names("instanceTemplates"); len(left) != 1 {
		t.Fatalf("there are the templates %v, want one", left)
	}
	w.must(w.cloud.Destroy(t.Context(), c.Ref()))
	if left := w.demo.Names("instanceTemplates"); len(left) > 0 {
		t.Errorf("left are the templates %v", left)
	}
}

// However many server groups there are, a listing is a few calls.
func TestAListingIsAFewCalls(t *testing.T) {
	w := newWorld(t)
	for sequence := range 6 {
		c := request(sequence, 1, spec(map[string]any{"autoHealingPolicy": nil}))
		w.have(c)
		if sequence > 0 {
			w.must(w.cloud.Disable(t.Context(), c.Ref()))
		}
	}
	before := w.Requests()
	list, err := w.cloud.List(t.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil || len(list) != 6 || list[0].Count(gennaker.Up) != 1 || list[5].Count(gennaker.OutOfService) != 1 {
		t.Fatalf("List = %+v, %v, want six server groups with an instance each", list, err)
	}
	calls := 0
	for method, n := range w.Requests() {
		calls += n - before[method]
	}
	if calls > 5 {
		t.Errorf("it took %d calls, want groups, templates, instances, backend services, and the health in one: %v", calls, w.Requests())
	}
}

func TestAnImageIsFoundByItsFamilyAndInOtherProjects(t *testing.T) {
	w := newWorld(t)
	w.Project("shop-images").AddImage(googletest.Image{Name: "base-1", Family: "base"})
	config := w.config()
	config.ImageProjects = []string{"shop-images"}
	cloud, err := google.New(config)
	w.must(err)
	for sequence, name := range []string{"family/shop", "base-1", "family/base"} {
		c := request(sequence, 1, spec(map[string]any{"image": name}))
		w.must(cloud.Create(t.Context(), c))
		g, err := cloud.Get(t.Context(), c.Ref())
		w.must(err)
		want := []string{"projects/demo/global/images/shop-1", "projects/shop-images/global/images/base-1", "projects/shop-images/global/images/base-1"}[sequence]
		if g.Image != want {
			t.Errorf("with the image %s it runs %s, want %s", name, g.Image, want)
		}
	}
}

func TestAnAccountThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	good := google.Config{Account: "a", Project: "demo", Regions: []string{region}, Endpoint: "http://here/", Anonymous: true}
	for says, change := range map[string]func(*google.Config){
		"project:":         func(c *google.Config) { c.Project = "" },
		"regions:":         func(c *google.Config) { c.Regions = nil },
		"regions[0]:":      func(c *google.Config) { c.Regions = []string{zone} },
		"endpoint:":        func(c *google.Config) { c.Endpoint = "here" },
		"anonymous:":       func(c *google.Config) { c.Endpoint = "" },
		"no such file":     func(c *google.Config) { c.Anonymous, c.CredentialsFile = false, "testdata/none.json" },
		"lookEvery:":       func(c *google.Config) { c.LookEvery = -1 },
		"anonymous: inval": func(c *google.Config) { c.Impersonate = "somebody" },
	} {
		c := good
		change(&c)
		if _, err := google.New(c); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("New(%+v) = %v, want ErrInvalid and %q", c, err, says)
		}
	}
}
