package googletest_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/simulation"
)

const (
	project = "demo"
	zone    = "us-central1-a"
	region  = "us-central1"
)

// described is Google's description of the API, read once.
var described = sync.OnceValues(func() (*discovery.API, error) {
	dir, err := discovery.Dir()
	if err != nil {
		return nil, err
	}
	return discovery.Load(dir, "compute/v1")
})

// world is a cloud with a virtual clock, which Google's own client speaks to,
// and in which every request and answer is as Google describes it.
type world struct {
	*testing.T
	server *googletest.Server
	demo   *googletest.Project
	clock  *simulation.Virtual
	api    *compute.Service
	check  string // a health check: 10 s, 2 and 3 answers
	target string // a backend service, with 30 s to drain
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return newWorldWith(t, googletest.Config{})
}

func newWorldWith(t *testing.T, c googletest.Config) *world {
	t.Helper()
	w := &world{T: t, clock: simulation.NewVirtual(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))}
	description := must(described())(t)
	c.Clock = w.clock
	c.Judge = func(cloud http.Handler) http.Handler {
		return description.Check(cloud, func(err error) { t.Error(err) })
	}
	w.server = must(googletest.Serve(c))(t)
	t.Cleanup(func() { w.server.Close() })
	w.demo = w.server.Project(project)
	for _, name := range []string{"shop-1", "shop-2", "shop-sick"} {
		w.demo.AddImage(googletest.Image{Name: name, Family: "shop", Labels: map[string]string{"stage": "released"}})
	}
	w.check = w.demo.AddHealthCheck(googletest.HealthCheck{Name: "shop", Interval: 10 * time.Second, Unhealthy: 3})
	w.target = w.demo.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: w.check, Drain: 30 * time.Second})
	w.api = client(t, w.server.URL)
	return w
}

func client(t *testing.T, url string) *compute.Service {
	t.Helper()
	return must(compute.NewService(t.Context(), option.WithEndpoint(url+"/compute/v1/"), option.WithoutAuthentication()))(t)
}

// pass lets time pass, second by second, so that nothing is looked at late.
func (w *world) pass(d time.Duration) {
	for range int(d / time.Second) {
		w.clock.Advance(time.Second)
		w.demo.Names("zones")
	}
}

// done waits for an operation, and shows how it ended.
func (w *world) done(op *compute.Operation, err error) *compute.Operation {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	switch {
	case op.Zone != "":
		op, err = w.api.ZoneOperations.Wait(project, last(op.Zone), op.Name).Do()
	case op.Region != "":
		op, err = w.api.RegionOperations.Wait(project, last(op.Region), op.Name).Do()
	default:
		op, err = w.api.GlobalOperations.Wait(project, op.Name).Do()
	}
	if err != nil {
		w.Fatal(err)
	}
	if op.Status != "DONE" {
		w.Fatalf("operation %s of %s is %s, want DONE", op.OperationType, last(op.TargetLink), op.Status)
	}
	return op
}

func last(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// template makes one of an image.
func (w *world) template(name, image string) string {
	w.Helper()
	w.done(w.api.InstanceTemplates.Insert(project, &compute.InstanceTemplate{Name: name, Properties: &compute.InstanceProperties{
		MachineType: "e2-small",
		Disks: []*compute.AttachedDisk{{Boot: true, AutoDelete: true,
			InitializeParams: &compute.AttachedDiskInitializeParams{SourceImage: "global/images/" + image}}},
		NetworkInterfaces: []*compute.NetworkInterface{{Network: "global/networks/default",
			AccessConfigs: []*compute.AccessConfig{{Name: "External NAT", Type: "ONE_TO_ONE_NAT"}}}},
		Labels:   map[string]string{"app": "shop"},
		Metadata: &compute.Metadata{Items: []*compute.MetadataItems{{Key: "startup-script", Value: googleapi.String("echo global/images/none")}}},
		Tags:     &compute.Tags{Items: []string{"http"}},
	}}).Do())
	return "global/instanceTemplates/" + name
}

// group makes a managed group in the zone, which edit may change before.
func (w *world) group(name string, size int64, edit func(*compute.InstanceGroupManager)) {
	w.Helper()
	g := &compute.InstanceGroupManager{Name: name, BaseInstanceName: name, TargetSize: size, InstanceTemplate: "global/instanceTemplates/t1",
		ForceSendFields: []string{"TargetSize"}}
	if edit != nil {
		edit(g)
	}
	w.done(w.api.InstanceGroupManagers.Insert(project, zone, g).Do())
}

// states counts a group's instances by what the group does and their status:
// "2 NONE RUNNING".
func (w *world) states(name string) string {
	w.Helper()
	count := map[string]int{}
	for _, i := range w.managed(name) {
		count[strings.TrimSpace(i.CurrentAction+" "+i.InstanceStatus)]++
	}
	return counted(count)
}

func (w *world) managed(name string) []*compute.ManagedInstance {
	w.Helper()
	return must(w.api.InstanceGroupManagers.ListManagedInstances(project, zone, name).Do())(w.T).ManagedInstances
}

// templates counts a group's instances by what they are made of.
func (w *world) templates(name string) string {
	w.Helper()
	count := map[string]int{}
	for _, i := range w.managed(name) {
		count[last(i.Version.InstanceTemplate)]++
	}
	return counted(count)
}

// health counts what the backend service finds of a group's instances.
func (w *world) health(name string) string {
	w.Helper()
	count := map[string]int{}
	found := must(w.api.BackendServices.GetHealth(project, "shop", &compute.ResourceGroupReference{Group: w.groupLink(name)}).Do())(w.T)
	for _, h := range found.HealthStatus {
		count[h.HealthState]++
	}
	return counted(count)
}

func (w *world) groupLink(name string) string { return "zones/" + zone + "/instanceGroups/" + name }

// serve has the backend service serve the groups.
func (w *world) serve(names ...string) {
	w.Helper()
	service := must(w.api.BackendServices.Get(project, "shop").Do())(w.T)
	patch := &compute.BackendService{Fingerprint: service.Fingerprint, ForceSendFields: []string{"Backends"}}
	for _, name := range names {
		patch.Backends = append(patch.Backends, &compute.Backend{Group: w.groupLink(name)})
	}
	w.done(w.api.BackendServices.Patch(project, "shop", patch).Do())
}

func (w *world) read(name string) *compute.InstanceGroupManager {
	w.Helper()
	return must(w.api.InstanceGroupManagers.Get(project, zone, name).Do())(w.T)
}

func counted(count map[string]int) string {
	var parts []string
	for what, n := range count {
		parts = append(parts, fmt.Sprintf("%d %s", n, what))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// is compares, in words.
func (w *world) is(what, got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}

// refused compares the status and reason of a refusal.
func (w *world) refused(what string, err error, want string) {
	w.Helper()
	w.is(what, reason(err), want)
}

func reason(err error) string {
	var e *googleapi.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	if len(e.Errors) == 0 {
		return fmt.Sprint(e.Code)
	}
	return fmt.Sprintf("%d %s", e.Code, e.Errors[0].Reason)
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func second[T any](_ T, err error) error { return err }
