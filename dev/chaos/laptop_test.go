package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev"
	"github.com/gennaker/gennaker/dev/devtest"
)

// laptop is gennaker-dev with each of its parts in a process of its own.
type laptop struct {
	state    string
	hello    string // the program that is deployed
	parts    []*part
	temporal client.Client
	cloud    *part
}

// part is one process of gennaker-dev. Its down times are when it could not
// answer.
type part struct {
	name    string
	program string
	state   string
	process *exec.Cmd

	mu   sync.Mutex // guards down
	down []span
}

type span struct{ from, to time.Time }

// laptops is how many there were. Each has ports that no other has.
var laptops atomic.Int32

func startLaptop(t *testing.T) *laptop {
	t.Helper()
	bin, err := devtest.Programs("dev/gennaker-dev")
	if err != nil {
		t.Fatal(err)
	}
	l := &laptop{state: t.TempDir()}
	if l.hello, err = devtest.Hello(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := devtest.OwnPorts(l.state, dev.DefaultPorts, int(28+3*laptops.Add(1))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"temporal", "cloud", "worker"} {
		p := &part{name: name, program: filepath.Join(bin, "gennaker-dev"), state: l.state}
		p.start(t)
		t.Cleanup(p.stop)
		l.parts = append(l.parts, p)
		if name == "cloud" {
			l.cloud = p
		}
	}
	t.Cleanup(func() { l.killHellos(t) })
	addresses, err := dev.ReadAddresses(l.state)
	if err != nil {
		t.Fatal(err)
	}
	if l.temporal, err = client.NewLazyClient(client.Options{HostPort: addresses.Temporal, Logger: quiet{}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.temporal.Close)
	return l
}

// quiet drops the client's complaints about a server that is down.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

// start runs the part and returns when it is ready.
func (p *part) start(t *testing.T) {
	p.process = exec.Command(p.program, "--state", p.state, "--only", p.name)
	log, err := os.OpenFile(filepath.Join(t.TempDir(), p.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	defer log.Close()
	p.process.Stdout, p.process.Stderr = log, log
	if err := p.process.Start(); err != nil {
		t.Error(err)
		return
	}
	deadline := time.Now().Add(time.Minute)
	for dev.Ready(p.state, []string{p.name}) != nil || !p.owned() {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log.Name())
			t.Errorf("%s did not start:\n%s", p.name, text)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.down); n > 0 {
		p.down[n-1].to = time.Now()
	}
}

// owned reports whether the part that is ready is the process just started.
func (p *part) owned() bool {
	a, err := dev.ReadAddresses(p.state)
	return err == nil && a.PIDs[p.name] == p.process.Process.Pid
}

func (p *part) kill(t *testing.T) {
	p.mu.Lock()
	p.down = append(p.down, span{from: time.Now(), to: time.Now().Add(time.Hour)})
	p.mu.Unlock()
	if err := p.process.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = p.process.Wait() // it says that it was killed
}

func (p *part) stop() {
	_ = p.process.Process.Signal(os.Interrupt)
	_ = p.process.Wait()
}

// wasDown reports whether the part was down at any time in between.
func (p *part) wasDown(from, to time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.down {
		if from.Before(d.to) && to.After(d.from) {
			return true
		}
	}
	return false
}

// ready waits until the cloud answers again.
func (l *laptop) ready(ctx context.Context, t *testing.T) {
	t.Helper()
	l.insist(ctx, t, "the local cloud", func(ctx context.Context) error {
		return l.get(ctx, "/v1/server-groups", &[]gennaker.ServerGroup{})
	})
}

// get reads from the local cloud's API.
func (l *laptop) get(ctx context.Context, path string, into any) error {
	a, err := dev.ReadAddresses(l.state)
	if err != nil {
		return err
	}
	token, err := os.ReadFile(a.CloudTokenFile)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Cloud+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}

func (l *laptop) groups(t *testing.T) []gennaker.ServerGroup {
	t.Helper()
	var list []gennaker.ServerGroup
	if err := l.get(t.Context(), "/v1/server-groups", &list); err != nil {
		t.Fatalf("server groups: %v", err)
	}
	return list
}

// checkProcesses compares the processes that run with those the cloud knows.
func (l *laptop) checkProcesses(t *testing.T, groups []gennaker.ServerGroup) {
	t.Helper()
	want := 0
	for _, g := range groups {
		want += g.Capacity.Desired
	}
	deadline := time.Now().Add(20 * time.Second)
	for len(l.hellos(t)) != want {
		if time.Now().After(deadline) {
			t.Errorf("%d processes of the program run, want the %d of %v", len(l.hellos(t)), want, names(groups))
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// hellos are the processes of the program that is deployed.
func (l *laptop) hellos(t *testing.T) []*process.Process {
	t.Helper()
	all, err := process.Processes()
	if err != nil {
		t.Fatal(err)
	}
	var found []*process.Process
	for _, p := range all {
		if exe, err := p.Exe(); err == nil && exe == l.hello {
			found = append(found, p)
		}
	}
	return found
}

func (l *laptop) killHellos(t *testing.T) {
	for _, p := range l.hellos(t) {
		_ = p.Kill()
	}
}

// destroyAll destroys every server group through Gennaker, and checks that no
// process is left.
func (l *laptop) destroyAll(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, g := range l.groups(t) {
		op := gennaker.Operation{Kind: gennaker.OpDestroy, Cluster: g.Ref().Cluster(), ServerGroup: g.Name, User: "chaos",
			Config: map[string]any{"allowLastServerGroup": true}}
		op.Cluster.Location = gennaker.In("local", g.Region)
		run, err := l.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: op.Cluster.WorkflowID(),
			TaskQueue: gennaker.TaskQueue}, gennaker.ClusterWorkflow, op)
		if err == nil {
			err = run.Get(ctx, nil)
		}
		if err != nil {
			t.Errorf("destroy %s: %v", g.Name, err)
		}
	}
	l.checkProcesses(t, nil)
}

// isOutcome reports whether the error is how a workflow ended.
func isOutcome(err error) bool {
	var ended *temporal.WorkflowExecutionError
	return errors.As(err, &ended)
}
