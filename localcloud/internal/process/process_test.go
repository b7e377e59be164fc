package process_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker/localcloud/internal/process"
)

func start(t *testing.T, script string, env ...string) *process.Process {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	p, err := process.Start(process.Program{Path: sh, Args: []string{"-c", script}, Dir: t.TempDir(),
		Env: append(env, "PATH="+os.Getenv("PATH")), Log: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatalf("Start = %v", err)
	}
	t.Cleanup(func() { p.Stop(context.Background(), 0) })
	return p
}

func ended(t *testing.T, p *process.Process) string {
	t.Helper()
	select {
	case <-p.Done():
		return p.End()
	case <-time.After(30 * time.Second):
		t.Fatal("the process did not end")
		return ""
	}
}

func TestEndSaysHowTheProcessEnded(t *testing.T) {
	for script, want := range map[string]string{
		"exit 0":         "exited with status 0",
		"exit 7":         "exited with status 7",
		"kill -KILL $$":  "killed by signal: killed",
		"kill -TERM $$ ": "killed by signal: terminated",
	} {
		if got := ended(t, start(t, script)); got != want {
			t.Errorf("%s: end = %q, want %q", script, got, want)
		}
	}
}

func TestAdoptedProcessIsSeenToEnd(t *testing.T) {
	p := start(t, "sleep 1000")
	adopted, ok := process.Adopt(p.ID())
	if !ok {
		t.Fatalf("Adopt(%+v) = false", p.ID())
	}
	if err := adopted.Stop(t.Context(), time.Minute); err != nil {
		t.Fatalf("Stop = %v", err)
	}
	if got := ended(t, p); got != "killed by signal: terminated" {
		t.Errorf("end = %q, want that of SIGTERM", got)
	}
	if _, ok := process.Adopt(p.ID()); ok {
		t.Error("a process that has ended was adopted")
	}
}

func TestProcessWithTheSamePIDIsNotTheSame(t *testing.T) {
	id := start(t, "sleep 1000").ID()
	id.Started += "0"
	if id.Runs() {
		t.Errorf("%+v runs, though the process was started at another time", id)
	}
	if _, ok := process.Adopt(id); ok {
		t.Errorf("Adopt(%+v) took a stranger", id)
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	p := start(t, "trap '' TERM; touch "+ready+"; while true; do sleep 1; done")
	for _, err := os.Stat(ready); err != nil; _, err = os.Stat(ready) {
		time.Sleep(time.Millisecond)
	}
	if err := p.Stop(t.Context(), 50*time.Millisecond); err != nil {
		t.Fatalf("Stop = %v", err)
	}
	if got := ended(t, p); got != "killed by signal: killed" {
		t.Errorf("end = %q, want that of SIGKILL", got)
	}
}

func TestSweepFindsWhatLeftTheGroup(t *testing.T) {
	mark := "GENNAKER_TEST=" + filepath.Base(t.TempDir()) + t.Name()
	start(t, "setsid sleep 1000 & sleep 1000", mark)
	var found []process.Found
	for leaders := 0; leaders < 2; {
		var err error
		if found, err = process.Find(t.Context(), mark); err != nil {
			t.Fatalf("Find = %v", err)
		}
		leaders = 0
		for _, f := range found {
			if f.Leader {
				leaders++
			}
		}
	}
	if want := strings.TrimPrefix(mark, "GENNAKER_TEST="); found[0].Env("GENNAKER_TEST") != want {
		t.Errorf("Env = %q, want %q", found[0].Env("GENNAKER_TEST"), want)
	}
	if n, err := process.Sweep(t.Context(), mark); n < 2 || err != nil {
		t.Errorf("Sweep = %d, %v, want 2 or more", n, err)
	}
	if left, err := process.Find(t.Context(), mark); len(left) > 0 || err != nil {
		t.Errorf("Find after Sweep = %+v, %v", left, err)
	}
}

func TestStartOfWhatIsNotThereIsAnError(t *testing.T) {
	if _, err := process.Start(process.Program{Path: "/no/such/program", Log: filepath.Join(t.TempDir(), "log")}); err == nil {
		t.Error("Start of a program that is not there = nil")
	}
}
