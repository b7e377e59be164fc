package localcloud_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// daemon is gennaker-cloud as a process of its own.
type daemon struct {
	*exec.Cmd
	ended chan error
}

// start runs the daemon and returns once it serves.
func (w *world) start(args ...string) *daemon {
	w.Helper()
	d := w.startUnready(args...)
	w.eventually("the daemon answers", func() bool {
		_, err := w.LoadBalancers(w.Context())
		return err == nil
	})
	return d
}

func (w *world) startUnready(args ...string) *daemon {
	w.Helper()
	d := &daemon{Cmd: exec.Command(daemonProgram, append([]string{"serve", "--state", w.state}, args...)...), ended: make(chan error, 1)}
	errors, err := d.StderrPipe()
	w.must("stderr", err)
	w.must("start the daemon", d.Start())
	go func() {
		for lines := bufio.NewScanner(errors); lines.Scan(); {
			w.Logf("daemon %d: %s", d.Process.Pid, lines.Text())
		}
		d.ended <- d.Wait()
	}()
	w.Cleanup(func() { d.end(syscall.SIGKILL) })
	return d
}

// end returns once the daemon is gone.
func (d *daemon) end(s os.Signal) error {
	d.Process.Signal(s)
	err := <-d.ended
	d.ended <- err
	return err
}

func TestKilledDaemonIsFollowedByOneThatAdoptsEverything(t *testing.T) {
	w := newWorld(t)
	first := w.start()
	w.create("shop-v000", 2, helloSpec("VERSION=1"), "shop")
	before := w.untilUp("shop-v000", 2)
	address := w.address("shop")
	first.end(syscall.SIGKILL)
	if _, err := w.ServerGroups(t.Context(), gennaker.Scope{}); !is(err, gennaker.ErrUnavailable) {
		t.Errorf("ServerGroups of a daemon that was killed = %v, want ErrUnavailable", err)
	}

	w.start()
	// The first request already has to find the instances.
	if status, text := w.get(address); status != 200 {
		t.Errorf("the first request at %s is answered with %d %q", address, status, text)
	}
	after := w.untilUp("shop-v000", 2)
	for id, pid := range before.Processes {
		if after.Processes[id] != pid {
			t.Errorf("process of %s = %d, want %d as before", id, after.Processes[id], pid)
		}
	}
	if !after.Created.Equal(before.Created) {
		t.Errorf("created = %s, want %s as before", after.Created, before.Created)
	}
	// An adopted process is watched and stopped like any other.
	id := after.Instances[0].ID
	w.kill(after.Processes[id])
	w.until("shop-v000", "up again", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Up) == 2 && g.Processes[id] != after.Processes[id]
	})
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

func TestInstancesThatDiedWithoutADaemonAreStartedAgain(t *testing.T) {
	w := newWorld(t)
	first := w.start()
	w.create("shop-v000", 2, helloSpec())
	before := w.untilUp("shop-v000", 2)
	first.end(syscall.SIGKILL)
	dead := before.Instances[0].ID
	w.kill(before.Processes[dead])
	w.start()
	// It may just have been adopted, if it was slow to die.
	after := w.until("shop-v000", "up with another process", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Up) == 2 && g.Processes[dead] != before.Processes[dead]
	})
	if len(w.processes()) != 2 {
		t.Errorf("processes = %v, want the two of %v", w.processes(), after.Processes)
	}
}

func TestDaemonGoesOnWithADestroyThatWasInterrupted(t *testing.T) {
	w := newWorld(t)
	first := w.start()
	w.create("shop-v000", 2, helloSpec("LATENCY=1h"), "shop")
	w.untilUp("shop-v000", 2)
	slowRequest(w)
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	first.end(syscall.SIGKILL)
	w.start()
	w.untilGone("shop-v000")
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

// However the kill falls, no process is lost and none runs twice.
func TestDaemonKilledAtAnyMomentLosesNoProcess(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	w.start().end(syscall.SIGKILL)
	for range 12 {
		d := w.start()
		killed := make(chan struct{})
		time.AfterFunc(time.Duration(random.IntN(40))*time.Millisecond, func() {
			d.end(syscall.SIGKILL)
			close(killed)
		})
		// Any of these may be cut off by the kill.
		w.Create(t.Context(), "shop-v000", client.Create{Capacity: exactly(3), Spec: helloSpec(),
			Marks: map[string]string{gennaker.MarkToken: "same"}})
		w.Resize(t.Context(), "shop-v000", exactly(1+random.IntN(4)))
		<-killed
	}
	w.start()
	w.must("Create", w.Create(t.Context(), "shop-v000", client.Create{Capacity: exactly(3), Spec: helloSpec(),
		Marks: map[string]string{gennaker.MarkToken: "same"}}))
	w.must("Resize", w.Resize(t.Context(), "shop-v000", exactly(2)))
	g := w.untilUp("shop-v000", 2)
	running := map[int]bool{}
	for _, p := range w.processes() {
		running[p.PID] = true
	}
	for id, pid := range g.Processes {
		if !running[pid] {
			t.Errorf("the process of %s, %d, does not run", id, pid)
		}
	}
	if len(running) != 2 {
		t.Errorf("processes %v run, want the two of %v", running, g.Processes)
	}
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

func TestDaemonToldToEndLeavesOrStopsTheInstances(t *testing.T) {
	w := newWorld(t)
	d := w.start()
	w.create("shop-v000", 1, helloSpec())
	before := w.untilUp("shop-v000", 1)
	w.must("the daemon's end", d.end(syscall.SIGTERM))
	if n := len(w.processes()); n != 1 {
		t.Errorf("%d processes run after the daemon was told to end, want 1", n)
	}
	d = w.start("--stop-instances")
	if after := w.untilUp("shop-v000", 1); after.Processes[after.Instances[0].ID] != before.Processes[before.Instances[0].ID] {
		t.Errorf("processes = %v, want %v as before", after.Processes, before.Processes)
	}
	w.must("the daemon's end", d.end(syscall.SIGTERM))
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over by --stop-instances: %+v", left)
	}
	w.start()
	w.untilUp("shop-v000", 1)
}

func TestStateDirectoryHasOneDaemon(t *testing.T) {
	w := opened(t)
	out, err := exec.Command(daemonProgram, "serve", "--state", w.state).CombinedOutput()
	if err == nil || !strings.Contains(string(out), w.state+": being changed by another: another process has it open") {
		t.Errorf("a second daemon on one state directory: %v, %s", err, out)
	}
}
