package localcloud_test

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func (w *world) kill(pid int) {
	w.Helper()
	w.must(fmt.Sprintf("kill %d", pid), syscall.Kill(pid, syscall.SIGKILL))
}

func TestKilledProcessIsStartedAgain(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, helloSpec(), "shop")
	before := w.untilUp("shop-v000", 1)
	id := before.Instances[0].ID
	w.kill(before.Processes[id])
	after := w.until("shop-v000", "up again", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Up) == 1 && g.Processes[id] != before.Processes[id]
	})
	if after.Instances[0].ID != id || after.Instances[0].Address != before.Instances[0].Address {
		t.Errorf("after the restart the instance is %+v, want the one before: %+v", after.Instances[0], before.Instances[0])
	}
	w.eventually("one process runs", func() bool { return len(w.processes()) == 1 })
}

func TestCrashingProgramIsDownAndSaysWhy(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, client.Spec{Command: "sh", Arguments: []string{"-c", "echo about to fail on {port} $PORT; exit 3"}})
	second := regexp.MustCompile(`^exited with status 3, restart 2 in 1s$`)
	g := w.until("shop-v000", "down for the second time", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Down) == 1 && second.MatchString(g.Instances[0].Reason)
	})
	port := strings.TrimPrefix(g.Instances[0].Address, "127.0.0.1:")
	text, err := w.Log(t.Context(), g.Instances[0].ID, 1)
	w.must("Log", err)
	if want := "about to fail on " + port + " " + port + "\n"; text != want {
		t.Errorf("the last line of the log = %q, want %q", text, want)
	}
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	if text, err := w.Log(t.Context(), g.Instances[0].ID, 10); err != nil || !strings.Contains(text, "about to fail") {
		t.Errorf("the log of an instance that is gone = %q, %v", text, err)
	}
}

func TestRestartKillsWhatTheProcessLeftBehind(t *testing.T) {
	w := opened(t)
	// A child in a session of its own, which no signal to the group reaches.
	script := "setsid sleep 1000 & while true; do sleep 1; done"
	w.create("shop-v000", 1, client.Spec{Command: "sh", Arguments: []string{"-c", script},
		HealthCheck: client.HealthCheck{Type: client.CheckProcess}})
	g := w.untilUp("shop-v000", 1)
	pid := g.Processes[g.Instances[0].ID]
	w.eventually("there are two sessions", func() bool { return len(w.processes()) == 2 })
	first := w.processes()
	w.kill(pid)
	w.until("shop-v000", "up again", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Up) == 1 && g.Processes[g.Instances[0].ID] != pid
	})
	for _, p := range first {
		if p.Runs() {
			t.Errorf("process %d of the first start still runs", p.PID)
		}
	}
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

func TestHealthFollowsTheCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		spec   func(*client.Spec)
		health gennaker.Health
		reason string
	}{
		{"an unhealthy instance is starting within its grace", func(s *client.Spec) { s.Environment["HEALTHY"] = "false" },
			gennaker.Starting, "GET /healthz answers 503"},
		{"an unhealthy instance is down after its grace", func(s *client.Spec) {
			s.Environment["HEALTHY"], s.HealthCheck.GraceMillis = "false", 1
		}, gennaker.Down, "GET /healthz answers 503"},
		{"an instance that accepts connections is up", func(s *client.Spec) { s.HealthCheck = client.HealthCheck{} }, gennaker.Up, ""},
		{"an instance that listens elsewhere is not up", func(s *client.Spec) {
			s.Command, s.Arguments = "sleep", []string{"1000"}
			s.HealthCheck = client.HealthCheck{GraceMillis: 1}
		}, gennaker.Down, "connection refused"},
		{"an instance that only has to run is up", func(s *client.Spec) {
			s.Command, s.Arguments = "sleep", []string{"1000"}
			s.HealthCheck = client.HealthCheck{Type: client.CheckProcess}
		}, gennaker.Up, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := opened(t)
			spec := helloSpec()
			c.spec(&spec)
			w.create("shop-v000", 1, spec)
			w.until("shop-v000", string(c.health), func(g client.ServerGroup) bool {
				return len(g.Instances) == 1 && g.Instances[0].Health == c.health && strings.Contains(g.Instances[0].Reason, c.reason)
			})
		})
	}
}
