package memory_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformance(t *testing.T) {
	var last *breakable
	providertest.Run(t, providertest.Harness{
		Open: func(*testing.T) providers.Provider {
			last = &breakable{}
			last.Fault = last.fault
			return &last.Cloud
		},
		Region: "somewhere",
		AddImage: func(_ testing.TB, p providers.Provider, name string) {
			p.(*memory.Cloud).AddImage(gennaker.Image{Location: gennaker.In("test", "somewhere"), ID: "image-" + name, Name: name})
		},
		Limit:        func(_ testing.TB, p providers.Provider, n int) { p.(*memory.Cloud).Limit(n) },
		LoadBalancer: "conform", Service: map[string]any{}, Elsewhere: "elsewhere",
		NoImage: "image-none", NoInstance: "conform-it-v000-99",
		Faults: &providertest.Faults{
			Lose: func(n int) func() bool { return last.lose(n) },
			Fail: func(kind error) { last.fail(kind) },
		},
		Sicken: func(g gennaker.ServerGroup, ill bool) {
			last.Sicken(g.Ref(), map[bool]gennaker.Health{true: gennaker.Down, false: gennaker.Up}[ill])
		},
		Pause: func() {},
		Manifests: &providertest.ManifestSpecs{
			Workload: func(name, image string) map[string]any {
				return map[string]any{"kind": "Deployment", "metadata": map[string]any{"name": name}, "spec": map[string]any{memory.SpecImage: image, memory.SpecLooks: 2.0}}
			},
			Settings: func(name, content string) map[string]any {
				return map[string]any{"kind": "ConfigMap", "metadata": map[string]any{"name": name}, "data": map[string]any{"content": content}}
			},
			Patch: func(image string) map[string]any {
				return map[string]any{"spec": map[string]any{memory.SpecImage: image}}
			},
		},
		Jobs: &providertest.JobSpecs{
			Succeeds: outcome(`{"exitCode": 0, "log": "begin\ndone\n", "properties": {"version": "7", "hosts": ["a"]}}`),
			Fails:    outcome(`{"jobState": "Failed", "exitCode": 3, "reason": "exited with status 3", "log": "no such table\n"}`),
			Runs:     outcome(`{"jobState": "Running"}`),
			Wrong:    outcome(`"wrong"`),
		},
	})
}

// breakable is a cloud whose answers can be lost, and that can be told to
// refuse everything.
type breakable struct {
	memory.Cloud
	mu   sync.Mutex // guards all below
	n    int        // which answer is lost
	seen int        // answers since then
	kind error
}

func (b *breakable) lose(n int) (lost func() bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n, b.seen = n, 0
	return func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.n > 0 && b.seen >= b.n
	}
}

func (b *breakable) fail(kind error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kind = kind
}

func (b *breakable) fault(c memory.Call) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kind != nil {
		return providertest.Refusal(b.kind)
	}
	if c.After {
		b.seen++
		if b.seen == b.n {
			return providertest.Refusal(gennaker.ErrUnavailable)
		}
	}
	return nil
}

func outcome(text string) map[string]any {
	return map[string]any{memory.SpecOutcome: json.RawMessage(text)}
}

// create makes a server group of two instances on a cloud of its own.
func create(t *testing.T, cloud *memory.Cloud, spec map[string]any) gennaker.ServerGroupRef {
	t.Helper()
	ref := gennaker.ServerGroupRef{Location: gennaker.In("a", ""), Name: "shop-v000"}
	err := cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: ref.Location, Name: ref.Name, Moniker: gennaker.ParseMoniker(ref.Name),
		Capacity: gennaker.Capacity{Desired: 2, Max: 2}, Spec: spec})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func get(t *testing.T, cloud *memory.Cloud, ref gennaker.ServerGroupRef) gennaker.ServerGroup {
	t.Helper()
	g, err := cloud.Get(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestARebootedInstanceStartsAnew(t *testing.T) {
	now := time.Now()
	cloud := &memory.Cloud{Now: func() time.Time { return now }}
	ref := create(t, cloud, map[string]any{memory.SpecStart: 30.0})
	now = now.Add(time.Minute)
	one := gennaker.InstancesRef{ServerGroupRef: ref, IDs: []string{"shop-v000-1"}}
	if err := cloud.RebootInstances(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if g := get(t, cloud, ref); g.Count(gennaker.Up) != 1 || g.Count(gennaker.Starting) != 1 {
		t.Errorf("after the reboot %+v, want one instance Starting", g.Instances)
	}
	now = now.Add(time.Minute)
	if g := get(t, cloud, ref); g.Count(gennaker.Up) != 2 {
		t.Errorf("a minute later %+v, want two instances Up", g.Instances)
	}
}

func TestSuspendedProcessesAreLeft(t *testing.T) {
	cloud := &memory.Cloud{}
	ref := create(t, cloud, nil)
	set := func(suspend, resume []string) {
		t.Helper()
		if err := cloud.SetProcesses(t.Context(), gennaker.SetProcesses{ServerGroupRef: ref, Suspend: suspend, Resume: resume}); err != nil {
			t.Fatal(err)
		}
	}
	size := func(desired, want int) {
		t.Helper()
		if err := cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: gennaker.Capacity{Desired: desired, Max: desired}}); err != nil {
			t.Fatal(err)
		}
		if g := get(t, cloud, ref); len(g.Instances) != want {
			t.Errorf("with %v suspended and %d desired there are %d instances, want %d", g.Suspended, desired, len(g.Instances), want)
		}
	}
	set([]string{memory.Terminate}, nil)
	size(1, 2)
	set([]string{memory.Launch}, []string{memory.Terminate})
	size(3, 1)
	set(nil, []string{memory.Launch})
	size(3, 3)
}

func TestChecksAreThoseOfTheSpec(t *testing.T) {
	cloud := &memory.Cloud{}
	ref := create(t, cloud, map[string]any{memory.SpecChecks: map[string]any{"LoadBalancer": "Down", "Cloud": "Up"}})
	want := []gennaker.Check{{Provider: "Cloud", Health: gennaker.Up}, {Provider: "LoadBalancer", Health: gennaker.Down}}
	if g := get(t, cloud, ref); !slices.Equal(g.Instances[1].Checks, want) {
		t.Errorf("checks = %+v, want %+v", g.Instances[1].Checks, want)
	}
}

func TestInstancesTakeTheirTimeAndFallIll(t *testing.T) {
	now := time.Now()
	cloud := &memory.Cloud{Now: func() time.Time { return now }}
	ref := create(t, cloud, map[string]any{memory.SpecStart: 30.0, memory.SpecImage: "shop:7"})
	is := func(when string, want gennaker.Health) {
		t.Helper()
		if g, err := cloud.Get(t.Context(), ref); err != nil || g.Count(want) != 2 || g.Image != "shop:7" {
			t.Errorf("%s: %+v, %v; want two instances %s", when, g, err, want)
		}
	}
	is("at first", gennaker.Starting)
	now = now.Add(30 * time.Second)
	is("when they have started", gennaker.Up)
	cloud.Sicken(ref, gennaker.Down)
	is("when they are ill", gennaker.Down)
	if serving := cloud.InService(ref.Cluster()); len(serving) > 0 {
		t.Errorf("in service are %v, want none", serving)
	}
}

func TestASingleInstanceIsRefreshedWhenItsSuccessorIsUp(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := &memory.Cloud{Now: func() time.Time { return now }}
	create := gennaker.CreateServerGroup{Location: gennaker.In("test", ""), Name: "shop-v000", Capacity: gennaker.Capacity{Desired: 1, Max: 1}}
	ref := create.Ref()
	if err := c.Create(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	refresh := gennaker.StartRefresh{ServerGroupRef: ref, MinHealthy: 100, Token: "a", Spec: map[string]any{memory.SpecImage: "shop:2", memory.SpecStart: 60.0}}
	if err := c.StartRefresh(t.Context(), refresh); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" 2 1 running", "shop:2 1 1 succeeded"} {
		g, err := c.Get(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.GetRefresh(t.Context(), ref)
		if got := fmt.Sprint(g.Image, " ", len(g.Instances), " ", g.Count(gennaker.Up), " ", r.State); err != nil || got != want {
			t.Errorf("it is %q, want %q: %v", got, want, err)
		}
		now = now.Add(time.Hour)
	}
}
