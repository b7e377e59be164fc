package localcloud_test

import (
	"os/exec"
	"syscall"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// closedWith is a world whose cloud was closed while one instance runs, as
// the store and the machine know it.
func closedWith(t *testing.T) (w *world, row store.Instance) {
	t.Helper()
	w = opened(t)
	w.create("shop-v000", 1, helloSpec())
	w.untilUp("shop-v000", 1)
	w.close()
	rows, err := w.kept().Instances()
	w.must("Instances", err)
	if len(rows) != 1 || !rows[0].Process.Runs() {
		t.Fatalf("instances kept = %+v, want one that runs", rows)
	}
	return w, rows[0]
}

func TestProcessThatWasStartedButNotRecordedIsAdopted(t *testing.T) {
	w, row := closedWith(t)
	pid := row.Process.PID
	row.Process = process.ID{}
	w.must("PutInstance", w.kept().PutInstance(row))
	w.open()
	g := w.untilUp("shop-v000", 1)
	if g.Processes[row.ID] != pid || len(w.processes()) != 1 {
		t.Errorf("processes = %v, want %d alone", w.processes(), pid)
	}
}

func TestProcessThatWasRecordedButNotStartedIsStarted(t *testing.T) {
	w, row := closedWith(t)
	w.kill(row.Process.PID)
	row.Process = process.ID{}
	w.must("PutInstance", w.kept().PutInstance(row))
	w.open()
	w.untilUp("shop-v000", 1)
	if n := len(w.processes()); n != 1 {
		t.Errorf("%d processes run, want 1", n)
	}
}

func TestAnotherProcessWithARecycledPIDIsLeftAlone(t *testing.T) {
	w, row := closedWith(t)
	w.kill(row.Process.PID)
	stranger := exec.Command("sleep", "1000")
	w.must("start a stranger", stranger.Start())
	t.Cleanup(func() {
		stranger.Process.Kill()
		stranger.Wait()
	})
	row.Process.PID = stranger.Process.Pid // as if it had been given the same
	w.must("PutInstance", w.kept().PutInstance(row))
	w.open()
	g := w.untilUp("shop-v000", 1)
	if g.Processes[row.ID] == stranger.Process.Pid {
		t.Errorf("the instance's process is a stranger's")
	}
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	if err := exec.Command("kill", "-0", itoa(stranger.Process.Pid)).Run(); err != nil {
		t.Errorf("the stranger was killed")
	}
}

func TestProcessOfAnInstanceThatIsNotKnownIsEnded(t *testing.T) {
	w, row := closedWith(t)
	kept := w.kept()
	w.must("DeleteInstance", kept.DeleteInstance(row.ID))
	w.must("DeleteServerGroup", kept.DeleteServerGroup("shop-v000"))
	w.open()
	w.eventually("no process runs", func() bool { return len(w.processes()) == 0 })
}

// A machine that is busy delays health checks; until they are heard, what was
// healthy gets requests.
func TestAdoptedInstanceIsAsHealthyAsItWasKnownToBe(t *testing.T) {
	w, row := closedWith(t)
	w.must("stop the process", syscall.Kill(row.Process.PID, syscall.SIGSTOP))
	w.open()
	g, err := w.ServerGroup(t.Context(), "shop-v000")
	w.must("continue the process", syscall.Kill(row.Process.PID, syscall.SIGCONT))
	if err != nil || g.Count(gennaker.Up) != 1 {
		t.Errorf("ServerGroup before any check was answered = %+v, %v, want it up", g, err)
	}
}

func TestHalfMadeServerGroupIsCompleted(t *testing.T) {
	w, row := closedWith(t)
	g, err := w.kept().ServerGroups()
	w.must("ServerGroups", err)
	g[0].Capacity = exactly(3)
	w.must("PutServerGroup", w.kept().PutServerGroup(g[0]))
	w.open()
	if g := w.untilUp("shop-v000", 3); g.Processes[row.ID] != row.Process.PID {
		t.Errorf("processes = %v, want %d among them", g.Processes, row.Process.PID)
	}
}
