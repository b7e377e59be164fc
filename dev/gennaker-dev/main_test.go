package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/dev"
	"github.com/gennaker/gennaker/dev/devtest"
)

var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

// build makes the binary once: what is tested is the process.
func build(m *testing.M) int {
	bin, err := devtest.Programs("dev/gennaker-dev")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary = filepath.Join(bin, "gennaker-dev")
	return m.Run()
}

// process is a running gennaker-dev.
type process struct {
	*exec.Cmd
	state string
	out   *bytes.Buffer // to be read when it has ended
	ended chan error
}

// start runs gennaker-dev and does not wait for it. It is killed when the
// test ends.
func start(t *testing.T, state string, args ...string) *process {
	t.Helper()
	if err := devtest.OwnPorts(state, dev.DefaultPorts, 66); err != nil {
		t.Fatal(err)
	}
	p := &process{state: state, out: &bytes.Buffer{}, ended: make(chan error, 1)}
	p.Cmd = exec.Command(binary, append([]string{"--state", state}, args...)...)
	p.Stdout, p.Stderr = p.out, p.out
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.Wait() }()
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// ready waits until the parts are ready, all when none is named.
func (p *process) ready(t *testing.T, parts ...string) dev.Addresses {
	t.Helper()
	args := []string{"wait", "--state", p.state, "--timeout", "90s"}
	for _, part := range parts {
		args = append(args, "--only", part)
	}
	if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
		t.Fatalf("gennaker-dev wait: %v\n%s%s", err, out, p.kill(t))
	}
	a, err := dev.ReadAddresses(p.state)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// kill ends it as a crash would, and returns what it printed.
func (p *process) kill(t *testing.T) string {
	t.Helper()
	_ = p.Process.Kill() // it may have ended
	return p.end(t)
}

// stop asks it to stop, and returns what it printed.
func (p *process) stop(t *testing.T) string {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	return p.end(t)
}

// end waits for its end and returns what it printed.
func (p *process) end(t *testing.T) string {
	t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(60 * time.Second):
		t.Fatal("gennaker-dev does not end")
	}
	return p.out.String()
}

// hello is a workflow that needs a signal, a timer and an activity to end.
func hello(ctx workflow.Context) (string, error) {
	var name, greeting string
	workflow.GetSignalChannel(ctx, "name").Receive(ctx, &name)
	if err := workflow.Sleep(ctx, 100*time.Millisecond); err != nil {
		return "", err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	err := workflow.ExecuteActivity(ctx, "greet", name).Get(ctx, &greeting)
	return greeting, err
}

func greet(name string) (string, error) { return "hello, " + name, nil }

// connect returns a client of the Temporal, and runs a worker for hello.
func connect(t *testing.T, address string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: address})
	if err != nil {
		t.Fatal(err)
	}
	w := worker.New(c, "hello", worker.Options{})
	w.RegisterWorkflow(hello)
	w.RegisterActivity(greet)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(); c.Close() })
	return c
}

func TestAWorkflowSurvivesTheKillOfEverything(t *testing.T) {
	state := t.TempDir()
	p := start(t, state)
	before := p.ready(t)
	c := connect(t, before.Temporal)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "hello"}, hello)
	if err != nil {
		t.Fatal(err)
	}
	p.kill(t)

	after := start(t, state).ready(t)
	if before.Temporal != after.Temporal || before.UI != after.UI || before.Cloud != after.Cloud || before.Metrics != after.Metrics {
		t.Errorf("the addresses changed from %+v to %+v", before, after)
	}
	if err := c.SignalWorkflow(t.Context(), run.GetID(), "", "name", "ada"); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := run.Get(t.Context(), &got); err != nil || got != "hello, ada" {
		t.Errorf("workflow = %q, %v", got, err)
	}
}

func TestACleanStopLeavesNothingBehind(t *testing.T) {
	p := start(t, t.TempDir())
	a := p.ready(t)
	out := p.stop(t)
	if code := p.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	for _, want := range []string{a.Temporal, a.UI, a.Cloud, a.Metrics, "ready in ", "stopped"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not print %q:\n%s", want, out)
		}
	}
	if c, err := net.Dial("tcp", a.Temporal); err == nil {
		c.Close()
		t.Error("somebody still listens where Temporal was")
	}
	if a, err := dev.ReadAddresses(p.state); err != nil || len(a.PIDs) != 0 || a.Temporal != "" {
		t.Errorf("addresses after the stop = %+v, %v", a, err)
	}
}

func TestOneStateIsForOneProcess(t *testing.T) {
	p := start(t, t.TempDir(), "--only", "temporal")
	p.ready(t, "temporal")
	second := start(t, p.state, "--only", "temporal,ui")
	out := second.end(t)
	want := fmt.Sprintf("temporal in %s: being changed by another: stop process %d first, or use another --state", p.state, p.Process.Pid)
	if second.ProcessState.ExitCode() != 1 || !strings.Contains(out, want) {
		t.Errorf("the second process ended with %d, want 1 and %q:\n%s", second.ProcessState.ExitCode(), want, out)
	}
	p.ready(t, "temporal") // the first is not disturbed
}

func TestAStartWaitsForTheOneThatIsStopping(t *testing.T) {
	p := start(t, t.TempDir(), "--only", "temporal")
	first := p.ready(t, "temporal")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for a := first; a.PIDs["temporal"] != 0; { // until it has said that it goes
		var err error
		if a, err = dev.ReadAddresses(p.state); err != nil {
			t.Fatal(err)
		}
	}
	second := start(t, p.state, "--only", "temporal").ready(t, "temporal")
	if second.PIDs["temporal"] == p.Process.Pid || second.Temporal != first.Temporal {
		t.Errorf("after %+v comes %+v, want another process on the same address", first, second)
	}
}

func TestATakenPortIsNamedAndReplacedForGood(t *testing.T) {
	state := t.TempDir()
	p := start(t, state, "--only", "temporal")
	first := p.ready(t, "temporal").Temporal
	p.stop(t)
	taken, err := net.Listen("tcp", first)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(first)

	refused := start(t, state, "--only", "temporal", "--temporal-port", port)
	out := refused.end(t)
	want := "port " + port + ": taken by another program: stop what listens there, or give another --temporal-port"
	if refused.ProcessState.ExitCode() != 1 || !strings.Contains(out, want) {
		t.Errorf("with the port asked for it ended with %d, want 1 and %q:\n%s", refused.ProcessState.ExitCode(), want, out)
	}

	p = start(t, state, "--only", "temporal")
	second := p.ready(t, "temporal").Temporal
	out = p.stop(t)
	if second == first || !strings.Contains(out, "port "+port+" is taken: temporal uses ") {
		t.Errorf("Temporal was at %s, is at %s:\n%s", first, second, out)
	}

	taken.Close()
	p = start(t, state, "--only", "temporal")
	if third := p.ready(t, "temporal").Temporal; third != second {
		t.Errorf("Temporal is at %s, want %s as before", third, second)
	}
}

func TestTheWorkerSaysWhenTemporalIsGoneAndBack(t *testing.T) {
	state := t.TempDir()
	temporal := start(t, state, "--only", "temporal")
	temporal.ready(t, "temporal")
	worker := start(t, state, "--only", "worker")
	a := worker.ready(t, "worker")
	await(t, a.Health, http.StatusOK, "ready")
	await(t, a.Metrics, http.StatusOK, "temporal_worker_task_slots_available{")

	temporal.kill(t)
	await(t, a.Health, http.StatusServiceUnavailable, "temporal at "+a.Temporal+": unavailable")
	start(t, state, "--only", "temporal").ready(t, "temporal")
	await(t, a.Health, http.StatusOK, "ready")
	if out := worker.stop(t); worker.ProcessState.ExitCode() != 0 {
		t.Errorf("the worker ended with %d:\n%s", worker.ProcessState.ExitCode(), out)
	}
}

func TestAWrongPartIsRefused(t *testing.T) {
	p := start(t, t.TempDir(), "--only", "temporl")
	out := p.end(t)
	want := `part "temporl": invalid: the parts are temporal, ui, cloud, worker`
	if p.ProcessState.ExitCode() != 1 || !strings.Contains(out, want) {
		t.Errorf("it ended with %d, want 1 and %q:\n%s", p.ProcessState.ExitCode(), want, out)
	}
}

func TestAddressesAreForOtherPrograms(t *testing.T) {
	p := start(t, t.TempDir(), "--only", "temporal")
	p.ready(t, "temporal")
	text, err := os.ReadFile(filepath.Join(p.state, "dev.json"))
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Temporal  string
		Namespace string
		PIDs      map[string]int
	}
	if err := json.Unmarshal(text, &found); err != nil || found.PIDs["temporal"] != p.Process.Pid || found.Namespace != "default" {
		t.Errorf("dev.json = %s, %v", text, err)
	}
}
