package examples_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

// foundry is what make cf starts, with the account of worker.yaml.
type foundry struct {
	*testing.T
	registry *providers.Registry
}

func start(t *testing.T) *foundry {
	t.Helper()
	server, err := cftest.Serve(cftest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddSpace("shop", "dev")
	server.AddSpace("shop", "prod")
	server.AddDomain("apps.example.com")
	return &foundry{t, exampletest.Accounts(t, "http://127.0.0.1:7247", server.URL, "500ms", "10ms")}
}

// execute runs a document of this folder.
func (f *foundry) execute(name string, parameters map[string]any) gennaker.Execution {
	f.Helper()
	return exampletest.Run(f, exampletest.Document(f, name), exampletest.On(f.registry), parameters)
}

func (f *foundry) groups() []gennaker.ServerGroup {
	f.Helper()
	cloud, err := providers.Find[providers.ServerGroups](f.registry, "cf")
	if err != nil {
		f.Fatal(err)
	}
	list, err := cloud.List(f.Context(), gennaker.Scope{Region: "shop > dev", Cluster: "shop-web"})
	if err != nil {
		f.Fatal(err)
	}
	return list
}

func TestCloudFoundryExchangesInstances(t *testing.T) {
	f := start(t)
	for _, image := range []string{"shop:1", "shop:2"} {
		e := f.execute("rollingredblack.yaml", map[string]any{"image": image})
		if e.Status != gennaker.Succeeded || e.Stages[1].Outputs["version"] != "7" {
			t.Fatalf("with %s it ended %s: %s, outputs %v", image, e.Status, e.Error, e.Stages[1].Outputs)
		}
	}
	list := f.groups()
	if len(list) != 2 {
		t.Fatalf("there are %+v, want two server groups", list)
	}
	was, is := list[0], list[1]
	if was.Enabled || len(was.Instances) > 0 || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it empty and out of traffic", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 4 || is.Image != "shop:2" {
		t.Errorf("the new server group is %+v, want it up with four instances", is)
	}
}

// The instances of the second app crash: the first has what it had.
func TestASickAppIsTakenBack(t *testing.T) {
	f := start(t)
	if e := f.execute("rollingredblack.yaml", map[string]any{"image": "shop:1"}); e.Status != gennaker.Succeeded {
		t.Fatalf("the first ended %s: %s", e.Status, e.Error)
	}
	e := f.execute("rollingredblack.yaml", map[string]any{"image": "shop-sick", "patience": "1"})
	list := f.groups()
	if e.Status != gennaker.Terminal || len(list) != 1 || list[0].Image != "shop:1" || !list[0].Enabled || list[0].Count(gennaker.Up) != 4 {
		t.Errorf("it ended %s: %s, with %+v; want the first whole", e.Status, e.Error, list)
	}
	if !strings.Contains(e.Error, "CRASHED") {
		t.Errorf("error = %q, want what Cloud Foundry says", e.Error)
	}
}

// The tests' Temporal begins every change of a cluster with the same run, so that
// there is one canary of a server group.
func TestACanary(t *testing.T) {
	for _, c := range []struct {
		name, image, patience string
		status                gennaker.Status
		want                  string
		left                  int // instances of before
	}{
		{"takes the place of what ran", "shop:2", "300", gennaker.Succeeded, "shop:2", 0},
		{"that is sick goes away again", "shop-sick", "3", gennaker.Terminal, "shop:1", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			if e := f.execute("rollingredblack.yaml", map[string]any{"image": "shop:1"}); e.Status != gennaker.Succeeded {
				t.Fatalf("the first ended %s: %s", e.Status, e.Error)
			}
			var before []string
			for _, i := range f.groups()[0].Instances {
				before = append(before, i.ID)
			}
			e := f.execute("canary.yaml", map[string]any{"image": c.image, "patience": c.patience})
			list := f.groups()
			if e.Status != c.status || len(list) != 1 || list[0].Image != c.want || list[0].Count(gennaker.Up) != 4 || len(list[0].Having(before)) != c.left {
				t.Errorf("it ended %s: %s, with %+v; want %s of %s, and %d instances of before", e.Status, e.Error, list, c.status, c.want, c.left)
			}
		})
	}
}
