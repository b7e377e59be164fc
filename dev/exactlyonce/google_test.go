package exactlyonce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const googleRegion = "us-central1"

// onGoogle is a scene in a Google of ours. A request is the method of the API.
// It counts every call that has changed something.
func onGoogle(t *testing.T, _ *world, r row) (*scene, error) {
	server, err := googletest.Serve(googletest.Config{Clock: simulation.Fast(200)})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = server.Close() })
	demo := server.Project("demo")
	image := demo.AddImage(googletest.Image{Name: "shop-1"})
	demo.AddImage(googletest.Image{Name: "shop-sick"})
	check := demo.AddHealthCheck(googletest.HealthCheck{Name: "shop", Interval: 5 * time.Second})
	demo.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: check})
	demo.AddTargetPool(googletest.TargetPool{Name: "pool", Region: googleRegion})
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: googleRegion}, image: image}
	s.fields = map[string]any{"image": "shop-1", "instanceType": "e2-small", "zone": googleRegion + "-a", "backendServices": []any{"shop"},
		"autoHealingPolicy": map[string]any{"healthCheck": "shop", "initialDelaySec": 600}}
	s.change = map[string]any{"image": "shop-sick"} // it does not end by itself
	s.spec = func() map[string]any { return s.fields }
	s.breaks(link, func(q *http.Request) bool { return googleMethod(q) == r.loses })
	s.effects = func() map[string]int {
		count := map[string]int{}
		for _, e := range server.Effects() {
			count[e.Method]++
		}
		return count
	}
	if s.sound, err = googleAccount(server.URL); err != nil {
		return nil, err
	}
	s.doomed, err = googleAccount(link.URL)
	return s, err
}

func googleAccount(endpoint string) (providers.Provider, error) {
	return google.New(google.Config{Account: "test", Project: "demo", Regions: []string{googleRegion}, Endpoint: endpoint + "/compute/v1/", Anonymous: true})
}

// googleMethod is the method of the API that a request calls, like
// instanceGroupManagers.insert.
func googleMethod(q *http.Request) string {
	_, path, _ := strings.Cut(q.URL.Path, "/projects/demo/")
	parts := strings.Split(path, "/")
	scope := parts[0]
	if scope == "zones" || scope == "regions" {
		parts = parts[1:]
	}
	parts = parts[1:] // from the collection on
	verbs := map[string]string{http.MethodPost: "insert", http.MethodPatch: "patch", http.MethodDelete: "delete"}
	verb := verbs[q.Method]
	if len(parts) == 3 {
		verb = parts[2]
	}
	if collection := parts[0]; scope == "regions" && collection != "targetPools" {
		return "region" + strings.ToUpper(collection[:1]) + collection[1:] + "." + verb
	}
	return parts[0] + "." + verb
}

// googleRows are a row for each request that changes something.
func googleRows() []row {
	var all []row
	for _, c := range googleCalls {
		for _, request := range gennaker.SortedKeys(c.want) {
			r := c
			r.loses, r.stage = request, onGoogle
			all = append(all, r)
		}
	}
	return all
}

// pooled has a regional server group, in a target pool, scaled by an autoscaler.
func pooled(then func(*scene) error) func(*scene) error {
	return func(s *scene) error {
		delete(s.fields, "backendServices")
		delete(s.fields, "zone")
		s.fields["regional"] = true
		s.loadBalancers = []string{"pool"}
		s.fields["autoscalingPolicy"] = map[string]any{"cpuUtilization": map[string]any{"utilizationTarget": 0.6}, "mode": "ONLY_UP"}
		return then(s)
	}
}

func nothing(*scene) error { return nil }

// googleCalls are the calls, with all that they change.
var googleCalls = []row{
	{call: "gce Create", run: create, want: map[string]int{"instanceTemplates.insert": 1, "instanceGroupManagers.insert": 1, "backendServices.patch": 1}},
	{call: "gce Create, regional, in a target pool, with an autoscaler", before: pooled(nothing), run: create,
		want: map[string]int{"instanceTemplates.insert": 1, "regionInstanceGroupManagers.insert": 1, "regionAutoscalers.insert": 1}},
	{call: "gce Resize", before: have(1), run: resize, want: map[string]int{"instanceGroupManagers.patch": 1, "instanceGroupManagers.resize": 1}},
	{call: "gce Enable", before: haveDisabled(2), run: enable, want: map[string]int{"backendServices.patch": 1, "instanceGroupManagers.patch": 1}},
	{call: "gce Enable, regional, in a target pool, with an autoscaler", before: pooled(haveDisabled(2)), run: enable,
		want: map[string]int{"regionInstanceGroupManagers.setTargetPools": 1, "targetPools.addInstance": 1, "regionAutoscalers.patch": 1, "regionInstanceGroupManagers.patch": 1}},
	{call: "gce Disable", before: have(2), run: disable, want: map[string]int{"instanceGroupManagers.patch": 1, "backendServices.patch": 1}},
	{call: "gce Disable, regional, in a target pool, with an autoscaler", before: pooled(have(2)), run: disable,
		want: map[string]int{"regionInstanceGroupManagers.patch": 1, "regionAutoscalers.patch": 1, "regionInstanceGroupManagers.setTargetPools": 1, "targetPools.removeInstance": 1}},
	{call: "gce Destroy", before: have(2), run: destroy,
		want: map[string]int{"instanceGroupManagers.patch": 1, "backendServices.patch": 1, "instanceGroupManagers.delete": 1, "instanceTemplates.delete": 1}},
	{call: "gce TerminateInstances", before: have(2), run: terminate, want: map[string]int{"instanceGroupManagers.recreateInstances": 1}},
	{call: "gce TerminateInstances, shrinking", before: have(2), run: shrink, want: map[string]int{"instanceGroupManagers.deleteInstances": 1}},
	{call: "gce RebootInstances", before: have(2), run: reboot, want: map[string]int{"instances.reset": 1}},
	{call: "gce TagImage", run: tag, want: map[string]int{"images.setLabels": 1}},
	{call: "gce StartRefresh", before: have(2), run: startRefresh, want: map[string]int{"instanceTemplates.insert": 1, "instanceGroupManagers.patch": 1}},
	{call: "gce CancelRefresh", before: haveRefresh(have(2)), run: stopRefresh, want: map[string]int{"instanceGroupManagers.patch": 1}},
}
