package localcloud_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// abrupt runs hello so that it is killed right after it is asked to end: what
// it has not answered by then is lost.
func abrupt(env ...string) client.Spec {
	s := helloSpec(env...)
	s.StopGraceMillis = 1
	return s
}

func TestRedBlackUnderLoadLosesNoRequest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 2, abrupt("VERSION=1", "LATENCY=20ms"), "shop")
	w.untilUp("shop-v000", 2)
	l := startLoad(t, w.address("shop"))

	w.create("shop-v001", 2, abrupt("VERSION=2", "LATENCY=20ms"), "shop")
	w.untilUp("shop-v001", 2)
	w.eventually("version 2 answers", func() bool { return l.saw("2") > 10 })
	w.must("Disable", w.Disable(t.Context(), "shop-v000"))
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	before := l.saw("2")
	w.eventually("only version 2 answers", func() bool { return l.saw("2") > before+50 })
	l.faultless(t)
}

func TestRollBackUnderLoadLosesNoRequest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, helloSpec("VERSION=1"), "shop")
	w.untilUp("shop-v000", 1)
	w.create("shop-v001", 1, helloSpec("VERSION=2"), "shop")
	w.untilUp("shop-v001", 1)
	w.must("Disable", w.Disable(t.Context(), "shop-v000"))
	l := startLoad(t, w.address("shop"))
	w.eventually("version 2 answers", func() bool { return l.saw("2") > 10 })
	w.must("Enable", w.Enable(t.Context(), "shop-v000"))
	w.must("Destroy", w.Destroy(t.Context(), "shop-v001"))
	w.untilGone("shop-v001")
	l.faultless(t)
	if l.saw("1") == 0 {
		t.Error("version 1 never answered after it was enabled again")
	}
}

func TestResizeUnderLoadLosesNoRequest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, abrupt("LATENCY=10ms"), "shop")
	w.untilUp("shop-v000", 1)
	l := startLoad(t, w.address("shop"))
	for _, n := range []int{4, 1, 3, 1} {
		w.must("Resize", w.Resize(t.Context(), "shop-v000", exactly(n)))
		w.untilUp("shop-v000", n)
	}
	l.faultless(t)
	w.eventually("one process is left", func() bool { return len(w.processes()) == 1 })
}

func TestScalingDownKeepsWhatIsUpAndTheEldest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 2, helloSpec())
	old := w.untilUp("shop-v000", 2)
	w.must("Resize", w.Resize(t.Context(), "shop-v000", exactly(3)))
	w.untilUp("shop-v000", 3)
	w.must("Resize", w.Resize(t.Context(), "shop-v000", exactly(2)))
	g := w.untilUp("shop-v000", 2)
	for i := range old.Instances {
		if g.Instances[i].ID != old.Instances[i].ID {
			t.Errorf("instance %d = %s, want the elder %s", i, g.Instances[i].ID, old.Instances[i].ID)
		}
	}
}

func TestDisabledGroupGetsNoRequestAndKeepsItsProcesses(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, helloSpec("VERSION=1"), "shop")
	up := w.untilUp("shop-v000", 1)
	w.must("Disable", w.Disable(t.Context(), "shop-v000"))
	if status, text := w.get(w.address("shop")); status != http.StatusServiceUnavailable || !strings.Contains(text, "load balancer shop: no healthy instance") {
		t.Errorf("a load balancer with nothing behind it answers %d %q", status, text)
	}
	g := w.until("shop-v000", "out of service", func(g client.ServerGroup) bool { return g.Count(gennaker.OutOfService) == 1 })
	if g.Processes[g.Instances[0].ID] != up.Processes[up.Instances[0].ID] {
		t.Errorf("processes = %v, want those before: %v", g.Processes, up.Processes)
	}
	w.must("Enable", w.Enable(t.Context(), "shop-v000"))
	if status, text := w.get(w.address("shop")); status != http.StatusOK {
		t.Errorf("right after Enable the load balancer answers %d %q", status, text)
	}
}

func TestAPartOfAServerGroupLeavesTheTrafficAndStaysOutAfterARestart(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 3, helloSpec("VERSION=1", "LATENCY=5ms"), "shop")
	w.untilUp("shop-v000", 3)
	l := startLoad(t, w.address("shop"))
	partly := func(g client.ServerGroup) bool {
		return g.Enabled && g.Count(gennaker.Up) == 1 && g.Count(gennaker.OutOfService) == 2
	}
	w.must("DisablePart", w.DisablePart(t.Context(), "shop-v000", 70))
	w.until("shop-v000", "partly out of traffic", partly)
	before := l.saw("1")
	w.eventually("the rest answers", func() bool { return l.saw("1") > before+20 })
	l.faultless(t)
	w.close()
	w.open()
	g := w.until("shop-v000", "still partly out of traffic", partly)
	if g.Out != 70 {
		t.Errorf("after a restart %d %% are out of traffic, want 70", g.Out)
	}
	w.must("Enable", w.Enable(t.Context(), "shop-v000"))
	w.untilUp("shop-v000", 3)
}

// slowRequest sends a request that is answered after a while, and returns
// once it is in flight.
func slowRequest(w *world) (answer chan string) {
	w.Helper()
	answer = make(chan string, 1)
	url := w.address("shop")
	go func() {
		got, err := http.Get(url)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			answer <- err.Error()
			return
		}
		answer <- string(text)
	}()
	w.until("shop-v000", "answering", func(g client.ServerGroup) bool { return g.InFlight == 1 })
	return answer
}

func TestDestroyLetsRequestsInFlightFinish(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, abrupt("LATENCY=1500ms"), "shop")
	w.untilUp("shop-v000", 1)
	answer := slowRequest(w)
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	g := w.until("shop-v000", "draining", func(g client.ServerGroup) bool { return g.Destroying && g.Count(gennaker.Draining) == 1 })
	if !strings.Contains(g.Instances[0].Reason, "requests in flight: 1") {
		t.Errorf("reason = %q, want the number of requests in flight", g.Instances[0].Reason)
	}
	if got := <-answer; !strings.HasPrefix(got, "hello version=1") {
		t.Errorf("the request in flight was answered with %q", got)
	}
	w.untilGone("shop-v000")
}

func TestDrainingIsBounded(t *testing.T) {
	w := opened(t)
	spec := helloSpec("LATENCY=1h")
	spec.DrainMillis, spec.StopGraceMillis = 50, 50
	w.create("shop-v000", 1, spec, "shop")
	w.untilUp("shop-v000", 1)
	answer := slowRequest(w)
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	select {
	case got := <-answer:
		if strings.HasPrefix(got, "hello") {
			t.Errorf("a request of an hour was answered with %q", got)
		}
	case <-time.After(patience):
		t.Error("a request to a process that was killed never ended")
	}
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
}

func TestKilledInstanceLosesNoRepeatableRequest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 2, helloSpec(), "shop")
	g := w.untilUp("shop-v000", 2)
	url := w.address("shop")
	browser := &http.Client{Transport: &http.Transport{}}
	defer browser.CloseIdleConnections()
	for n := range 300 {
		if n == 100 {
			w.kill(g.Processes[g.Instances[0].ID])
		}
		if _, err := ask(browser, url, false); err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
	}
}
