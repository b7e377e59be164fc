package local_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/providers/providertest"
)

var hello string // the program that the server groups run

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "local")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	hello = filepath.Join(dir, "hello")
	if out, err := exec.Command("go", "build", "-o", hello, "../../examples/hello").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build hello: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// open starts a cloud of its own for the test, and stops all of it afterwards.
func open(t *testing.T) (*localcloud.Cloud, string) {
	t.Helper()
	state := t.TempDir()
	c, err := localcloud.Open(t.Context(), localcloud.Config{State: state})
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := c.StopInstances(ctx); err != nil {
			t.Errorf("StopInstances = %v", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return c, state
}

func account(t *testing.T, c local.Config) *local.Cloud {
	t.Helper()
	c.Account = "laptop"
	cloud, err := local.New(c)
	if err != nil {
		t.Fatalf("New(%+v) = %v", c, err)
	}
	return cloud
}

func helloSpec() map[string]any {
	return map[string]any{
		"strategy": "redblack", // not ours, and so no mistake
		"command":  hello,
		"healthCheck": map[string]any{
			"type": "http", "path": "/healthz", "intervalMillis": 50,
		},
	}
}

func TestConformance(t *testing.T) {
	var link *providertest.Link
	sick := filepath.Join(t.TempDir(), "sick")
	spec := helloSpec()
	spec["environment"] = map[string]any{"SICK": sick}
	runs := sh("sleep 1000")
	runs["stopGraceMillis"] = 300 // a signal may come before the program does
	providertest.Run(t, providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			cloud, state := open(t)
			link = providertest.NewLink(t, cloud.URL())
			return account(t, local.Config{Endpoint: link.URL, TokenFile: filepath.Join(state, client.TokenFile)})
		},
		Spec:  spec,
		Pause: func() { time.Sleep(20 * time.Millisecond) },
		Faults: &providertest.Faults{
			Lose: func(n int) func() bool { return link.Lose(n) },
			Fail: func(kind error) { link.Decide(refuses(kind)) },
		},
		Sicken: func(_ gennaker.ServerGroup, ill bool) {
			if !ill {
				_ = os.Remove(sick)
			} else if err := os.WriteFile(sick, nil, 0o600); err != nil {
				t.Error(err)
			}
		},
		NoInstance: "conform-it-v000-nobody00",
		Jobs: &providertest.JobSpecs{
			Succeeds: sh(`echo begin; echo '{"version": "7", "hosts": ["a"]}' > $GENNAKER_PROPERTIES; echo done`),
			Fails:    sh("echo no such table; exit 3"),
			Runs:     runs,
			Wrong:    map[string]any{"command": ""},
		},
	})
}

// refuses is a daemon that answers everything with an error of that kind.
func refuses(kind error) func(*http.Request) providertest.Fate {
	if kind == nil {
		return nil
	}
	status, _ := client.StatusOf(kind)
	return func(*http.Request) providertest.Fate {
		return providertest.Fate{Status: status, Body: `{"error": "told to refuse"}`}
	}
}

// sh is a job of one line.
func sh(line string) map[string]any {
	return map[string]any{"type": "runJob", "command": line, "propertyFile": "a.json"}
}

func request(name string) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{
		Location: gennaker.In("laptop", ""), Name: name, Moniker: gennaker.ParseMoniker(name),
		Capacity: gennaker.Capacity{Min: 1, Desired: 1, Max: 1}, LoadBalancers: []string{"shop"},
		Marks: map[string]string{gennaker.MarkToken: "a"}, Spec: helloSpec(),
	}
}

func TestLoadBalancersAreTheAccounts(t *testing.T) {
	_, state := open(t)
	cloud := account(t, local.Config{StateDir: state})
	if err := cloud.Create(t.Context(), request("shop-v000")); err != nil {
		t.Fatalf("Create = %v", err)
	}
	for region, want := range map[string]int{"": 1, "local": 1, "elsewhere": 0} {
		list, err := cloud.ListLoadBalancers(t.Context(), region)
		if err != nil || len(list) != want {
			t.Errorf("ListLoadBalancers(%q) = %+v, %v, want %d", region, list, err, want)
		}
		for _, b := range list {
			if b.Account != "laptop" || b.Region != "local" || b.Name != "shop" || !slices.Equal(b.ServerGroups, []string{"shop-v000"}) {
				t.Errorf("load balancer = %+v", b)
			}
		}
	}
	g, err := cloud.Get(t.Context(), request("shop-v000").Ref())
	if err != nil || g.Location != gennaker.In("laptop", "") || g.Image != hello {
		t.Errorf("Get = %+v, %v, want it in the account and with its program for an image", g, err)
	}
}

func TestAnotherRegionHoldsNothing(t *testing.T) {
	_, state := open(t)
	cloud := account(t, local.Config{StateDir: state})
	if err := cloud.Create(t.Context(), request("shop-v000")); err != nil {
		t.Fatalf("Create = %v", err)
	}
	r := request("shop-v000")
	r.Region = "elsewhere"
	if err := cloud.Create(t.Context(), r); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("Create elsewhere = %v, want ErrInvalid", err)
	}
	if _, err := cloud.Get(t.Context(), r.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("Get elsewhere = %v, want ErrNotFound", err)
	}
	if err := cloud.Destroy(t.Context(), r.Ref()); err != nil {
		t.Errorf("Destroy elsewhere = %v, want none", err)
	}
	if list, err := cloud.List(t.Context(), gennaker.Scope{Region: "elsewhere"}); len(list) > 0 || err != nil {
		t.Errorf("List elsewhere = %+v, %v", list, err)
	}
	job := gennaker.RunJob{Location: r.Location, Name: "migrate", Spec: sh("true")}
	if err := cloud.RunJob(t.Context(), job); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("RunJob elsewhere = %v, want ErrInvalid", err)
	}
	if _, err := cloud.GetJob(t.Context(), job.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("GetJob elsewhere = %v, want ErrNotFound", err)
	}
	if _, err := cloud.Get(t.Context(), request("shop-v000").Ref()); err != nil {
		t.Errorf("Get here after a Destroy elsewhere = %v", err)
	}
}

func TestCloudThatIsNotThereIsUnavailable(t *testing.T) {
	cloud := account(t, local.Config{Endpoint: "http://127.0.0.1:1", Token: "t"})
	for name, err := range map[string]error{
		"Create":  cloud.Create(t.Context(), request("shop-v000")),
		"Destroy": cloud.Destroy(t.Context(), request("shop-v000").Ref()),
	} {
		if !errors.Is(err, gennaker.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", name, err)
		}
	}
}

func TestWrongTokenIsDenied(t *testing.T) {
	c, _ := open(t)
	cloud := account(t, local.Config{Endpoint: c.URL(), Token: "wrong"})
	if _, err := cloud.List(t.Context(), gennaker.Scope{}); !errors.Is(err, gennaker.ErrDenied) {
		t.Errorf("List = %v, want ErrDenied", err)
	}
}

func TestAccountMustSayHowToReachItsCloud(t *testing.T) {
	for _, c := range []local.Config{{StateDir: "x"}, {Account: "laptop"}, {Account: "laptop", Endpoint: "http://127.0.0.1:1"}} {
		if _, err := local.New(c); !errors.Is(err, gennaker.ErrInvalid) {
			t.Errorf("New(%+v) = %v, want ErrInvalid", c, err)
		}
	}
}
