package localcloud_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// The programs under test, built once.
var hello, daemonProgram string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "localcloud")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	hello, daemonProgram = filepath.Join(dir, "hello"), filepath.Join(dir, "gennaker-cloud")
	for program, source := range map[string]string{hello: "../examples/hello", daemonProgram: "./gennaker-cloud"} {
		if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", source, err, out)
			return 1
		}
	}
	return m.Run()
}

const patience = time.Minute

// world is one state directory and a client of the cloud on it.
type world struct {
	*testing.T
	state string
	*client.Client
	cloud *localcloud.Cloud // nil while none is open in this process
}

// newWorld leaves no process behind, whatever the test does.
func newWorld(t *testing.T) *world {
	t.Helper()
	state := t.TempDir()
	reach, err := client.New(client.Config{StateDir: state})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, state: state, Client: reach}
	t.Cleanup(w.clear)
	return w
}

func (w *world) clear() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	orderly := w.cloud != nil
	if orderly {
		if err := w.cloud.StopInstances(ctx); err != nil {
			w.Errorf("StopInstances = %v", err)
		}
		w.close()
	}
	if n, err := process.Sweep(ctx, w.mark()); orderly && n > 0 || err != nil {
		w.Errorf("%d processes were left over; %v", n, err)
	}
}

// open starts the cloud in this process.
func (w *world) open() {
	w.Helper()
	var err error
	w.cloud, err = localcloud.Open(w.Context(), localcloud.Config{State: w.state, Log: zaptest.NewLogger(w.T)})
	if err != nil {
		w.Fatalf("Open = %v", err)
	}
}

func (w *world) close() {
	w.Helper()
	if err := w.cloud.Close(); err != nil {
		w.Errorf("Close = %v", err)
	}
	w.cloud = nil
}

func opened(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.open()
	return w
}

// kept opens the store of the cloud, which may be open.
func (w *world) kept() *store.Store {
	w.Helper()
	s, err := store.Open(filepath.Join(w.state, "cloud.db"))
	if err != nil {
		w.Fatalf("open the store: %v", err)
	}
	w.Cleanup(func() { s.Close() })
	return s
}

func (w *world) mark() string {
	w.Helper()
	id, err := w.kept().Fact("cloud")
	if err != nil {
		w.Fatalf("the cloud's id: %v", err)
	}
	return "GENNAKER_CLOUD=" + id
}

// processes are those of this cloud that lead a group: one for each instance
// that runs.
func (w *world) processes() []process.Found {
	w.Helper()
	found, err := process.Find(context.Background(), w.mark())
	if err != nil {
		w.Fatalf("find processes: %v", err)
	}
	var leaders []process.Found
	for _, f := range found {
		if f.Leader {
			leaders = append(leaders, f)
		}
	}
	return leaders
}

// helloSpec runs hello with a variable or more.
func helloSpec(env ...string) client.Spec {
	s := client.Spec{Command: hello, Environment: map[string]string{},
		HealthCheck: client.HealthCheck{Path: "/healthz", IntervalMillis: 50}}
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		s.Environment[name] = value
	}
	return s
}

func exactly(n int) gennaker.Capacity { return gennaker.Capacity{Min: n, Desired: n, Max: n} }

func (w *world) create(name string, n int, spec client.Spec, balancers ...string) {
	w.Helper()
	err := w.Create(w.Context(), name, client.Create{Capacity: exactly(n), LoadBalancers: balancers, Spec: spec})
	w.must("Create "+name, err)
}

func (w *world) must(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s = %v", what, err)
	}
}

// eventually asks until it is so.
func (w *world) eventually(what string, so func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			groups, err := w.ServerGroups(context.Background(), gennaker.Scope{})
			w.Fatalf("it never came about that %s: %+v %v", what, groups, err)
		}
	}
}

// until reads the server group until it is as wanted.
func (w *world) until(name, what string, so func(client.ServerGroup) bool) client.ServerGroup {
	w.Helper()
	var g client.ServerGroup
	w.eventually(name+" is "+what, func() bool {
		var err error
		g, err = w.ServerGroup(w.Context(), name)
		return err == nil && so(g)
	})
	return g
}

func (w *world) untilUp(name string, n int) client.ServerGroup {
	w.Helper()
	return w.until(name, fmt.Sprintf("up with %d", n), func(g client.ServerGroup) bool {
		return len(g.Instances) == n && g.Count(gennaker.Up) == n
	})
}

func (w *world) untilGone(name string) {
	w.Helper()
	w.eventually(name+" is gone", func() bool {
		_, err := w.ServerGroup(w.Context(), name)
		return is(err, gennaker.ErrNotFound)
	})
}

// address is the URL of a load balancer.
func (w *world) address(name string) string {
	w.Helper()
	list, err := w.LoadBalancers(w.Context())
	w.must("LoadBalancers", err)
	for _, b := range list {
		if b.Name == name {
			return b.Address
		}
	}
	w.Fatalf("there is no load balancer %s in %+v", name, list)
	return ""
}

// get answers what the load balancer answers.
func (w *world) get(url string) (int, string) {
	w.Helper()
	answer, err := http.Get(url)
	w.must("GET "+url, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must("read "+url, err)
	return answer.StatusCode, string(text)
}
