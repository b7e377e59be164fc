package localcloud_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// untilFile is a line for sh that waits for a file.
func untilFile(file string) string {
	return fmt.Sprintf("while [ ! -e %s ]; do sleep 0.02; done; ", file)
}

func (w *world) touch(file string) {
	w.Helper()
	w.must("touch", os.WriteFile(file, nil, 0o600))
}

func TestAJobOutlivesTheDaemon(t *testing.T) {
	for _, c := range []struct {
		name string
		back func(w *world, file string) // how the daemon comes back, and the job ends
	}{
		{"and is adopted by the next", func(w *world, file string) {
			w.start()
			if j := w.saying("migrate", "ready"); j.State != gennaker.JobRunning || j.PID == 0 {
				w.Errorf("the job that was adopted = %+v", j)
			}
			w.touch(file)
		}},
		{"and ends without one", func(w *world, file string) {
			w.touch(file)
			w.eventually("no process runs", func() bool { return len(w.processes()) == 0 })
			w.start()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			file := filepath.Join(t.TempDir(), "go")
			first := w.start()
			w.run("migrate", line("echo ready; "+untilFile(file)+`echo n=7 > "$GENNAKER_PROPERTIES"; exit 5`))
			w.saying("migrate", "ready")
			first.end(syscall.SIGKILL)
			c.back(w, file)
			j := w.over("migrate")
			if j.ExitCode == nil || *j.ExitCode != 5 || fmt.Sprint(j.Properties) != "map[n:7]" || j.Log != "ready\n" {
				t.Errorf("job = %+v, %s, want it with the status 5 of its program", j, j.Condition())
			}
		})
	}
}

func TestAJobThatWasKilledWithTheDaemonIsLostAndNotRunAgain(t *testing.T) {
	w := newWorld(t)
	first := w.start()
	file := filepath.Join(t.TempDir(), "runs")
	w.run("migrate", line("echo run >> "+file+"; echo ready; sleep 1000"))
	w.saying("migrate", "ready")
	first.end(syscall.SIGKILL)
	if _, err := process.Sweep(t.Context(), w.mark()); err != nil { // as when the machine is switched off
		t.Fatal(err)
	}
	w.start()
	j := w.over("migrate")
	if text, _ := os.ReadFile(file); j.State != gennaker.JobFailed || !strings.HasPrefix(j.Reason, "lost: ") || string(text) != "run\n" {
		t.Errorf("job = %+v after %q, want it lost after one run", j, text)
	}
}

func TestTheNextDaemonGoesOnToStopAJob(t *testing.T) {
	w := newWorld(t)
	first := w.start()
	spec := line(withChildren)
	spec.StopGraceMillis = 200
	w.run("stubborn", spec)
	w.saying("stubborn", "ready")
	w.must("StopJob", w.StopJob(t.Context(), "stubborn"))
	first.end(syscall.SIGKILL)
	w.start()
	if j := w.over("stubborn"); j.Reason != "stopped" {
		t.Errorf("job = %+v", j)
	}
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

func TestJobsAreStoppedWithTheirCloud(t *testing.T) {
	w := newWorld(t)
	d := w.start("--stop-instances")
	w.run("long", line("echo ready; sleep 1000"))
	w.saying("long", "ready")
	w.must("the daemon's end", d.end(syscall.SIGTERM))
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
	w.start()
	if j := w.over("long"); j.State != gennaker.JobFailed || j.Reason != "stopped with the cloud" {
		t.Errorf("job = %+v", j)
	}
}

// However the kill falls, each job's program runs once.
func TestDaemonKilledAtAnyMomentRunsNoJobTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	w.start().end(syscall.SIGKILL)
	dir := t.TempDir()
	const jobs = 12
	name := func(n int) string { return fmt.Sprintf("job-%d", n) }
	spec := func(n int) string { return fmt.Sprintf("echo run >> %s/%s; sleep 0.0%d; exit 4", dir, name(n), n%10) }
	for n := range jobs {
		d := w.start()
		killed := make(chan struct{})
		time.AfterFunc(time.Duration(random.IntN(40))*time.Millisecond, func() {
			d.end(syscall.SIGKILL)
			close(killed)
		})
		for i := range n + 1 { // any of these may be cut off by the kill
			w.RunJob(t.Context(), name(i), request(line(spec(i)), "same"))
		}
		<-killed
	}
	w.start()
	for n := range jobs {
		w.must("RunJob", w.RunJob(t.Context(), name(n), request(line(spec(n)), "same")))
		j := w.over(name(n))
		text, _ := os.ReadFile(filepath.Join(dir, name(n)))
		if string(text) != "run\n" || j.ExitCode == nil || *j.ExitCode != 4 {
			t.Errorf("%s ran like this: %q, and ended %s", name(n), text, j.Condition())
		}
	}
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}
