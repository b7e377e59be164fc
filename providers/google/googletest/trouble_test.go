package googletest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/simulation"
)

func TestLaunchesAreRefusedForAWhile(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.demo.RefuseLaunches("ZONE_RESOURCE_POOL_EXHAUSTED")
	w.group("shop-v000", 2, nil)
	w.pass(time.Minute)
	w.is("none starts", w.states("shop-v000"), "2 CREATING")
	failed := w.managed("shop-v000")[0].LastAttempt
	if failed == nil || len(failed.Errors.Errors) != 1 || failed.Errors.Errors[0].Code != "ZONE_RESOURCE_POOL_EXHAUSTED" {
		t.Errorf("its last attempt: %+v", failed)
	}
	w.demo.RefuseLaunches("")
	w.pass(time.Minute)
	w.is("they start", w.states("shop-v000"), "2 NONE RUNNING")
}

func TestAGroupMakesAgainWhatIsKilled(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 2, nil)
	w.pass(15 * time.Second)
	victim := w.demo.Instances()[0].Name
	if !w.demo.Kill(victim) || w.demo.Kill("none") {
		t.Error("Kill does not tell whether there is such an instance")
	}
	w.is("at once", w.states("shop-v000"), "1 NONE RUNNING, 1 RECREATING PROVISIONING")
	w.pass(15 * time.Second)
	w.done(w.api.Instances.Delete(project, zone, victim).Do())
	w.is("so it does what is deleted", w.states("shop-v000"), "1 NONE RUNNING, 1 RECREATING PROVISIONING")
}

func TestAResetMakesTheProgramStartAgain(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, nil)
	w.serve("shop-v000")
	w.pass(time.Minute)
	w.is("before", w.health("shop-v000"), "1 HEALTHY")
	w.done(w.api.Instances.Reset(project, zone, w.demo.Instances()[0].Name).Do())
	w.demo.SetHealthy(w.demo.Instances()[0].Name, false)
	w.pass(31 * time.Second)
	w.is("while it does not answer", w.health("shop-v000"), "1 UNHEALTHY")
	w.done(w.api.Instances.Reset(project, zone, w.demo.Instances()[0].Name).Do())
	w.pass(time.Minute)
	w.is("what is sick stays sick", w.health("shop-v000"), "1 UNHEALTHY")
	if n := w.server.Count("instances.reset", ""); n != 2 {
		t.Errorf("%d resets took effect, want 2", n)
	}
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, nil)
	resize := func() (*compute.Operation, error) {
		return w.api.InstanceGroupManagers.Resize(project, zone, "shop-v000", 2).Do()
	}
	w.server.Inject("instanceGroupManagers.resize", googletest.TooMany, googletest.Throttling, googletest.Forbidden,
		googletest.Fault{Operation: "QUOTA_EXCEEDED"}, googletest.Fault{After: true, Status: 500, Reason: "internalError", Message: "lost"})
	w.refused("too many", second(resize()), "429 rateLimitExceeded")
	w.refused("too fast", second(resize()), "403 rateLimitExceeded")
	w.refused("forbidden", second(resize()), "403 forbidden")
	failed := w.done(resize())
	w.is("its operation", fmt.Sprint(failed.HttpErrorStatusCode, " ", failed.Error.Errors[0].Code), "400 QUOTA_EXCEEDED")
	w.is("and the size", fmt.Sprint(w.read("shop-v000").TargetSize), "1")
	w.refused("an answer that is lost", second(resize()), "500 internalError")
	w.is("and the size", fmt.Sprint(w.read("shop-v000").TargetSize), "2")

	w.server.Inject("healthChecks.insert", googletest.Fault{Operation: "QUOTA_EXCEEDED"})
	w.done(w.api.HealthChecks.Insert(project, &compute.HealthCheck{Name: "new", Type: "TCP"}).Do())
	w.refused("what was not made", second(w.api.HealthChecks.Get(project, "new").Do()), "404 notFound")
	w.done(w.api.HealthChecks.Insert(project, &compute.HealthCheck{Name: "new", Type: "TCP"}).Do())
}

func TestCallsAreLateOrWithoutAnAnswer(t *testing.T) {
	w := newWorld(t)
	w.server.Inject("zones.get", googletest.Fault{Slow: 50 * time.Millisecond}, googletest.Fault{Reset: true})
	began := time.Now()
	w.refused("late", second(w.api.Zones.Get(project, zone).Do()), "<nil>")
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("it took %s, want 50 ms", took)
	}
	if err := second(http.Get(w.server.URL + "/compute/v1/projects/" + project + "/zones/" + zone)); err == nil {
		t.Error("there is an answer")
	}
	if n := w.server.Requests()["zones.get"]; n != 2 {
		t.Errorf("%d calls came, want 2", n)
	}
}

func TestThrottle(t *testing.T) {
	w := newWorld(t)
	w.server.SetThrottle(simulation.Throttle{PerSecond: 1, Burst: 2})
	list := func() error { return second(w.api.Zones.List(project).Do()) }
	w.is("calls", fmt.Sprint(reason(list()), ", ", reason(list()), ", ", reason(list())), "<nil>, <nil>, 403 rateLimitExceeded")
	w.pass(time.Second)
	w.refused("a second later", list(), "<nil>")
	if n := w.server.Throttled(); n != 1 {
		t.Errorf("%d calls were throttled, want 1", n)
	}
}

func TestAWaitEndsAfterTwoMinutes(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, googletest.Config{Times: googletest.Times{Operation: 5 * time.Minute}})
	op := must(w.api.HealthChecks.Insert(project, &compute.HealthCheck{Name: "new", Type: "TCP"}).Do())(t)
	began := w.clock.Now()
	op = must(w.api.GlobalOperations.Wait(project, op.Name).Do())(t)
	w.is("after "+w.clock.Now().Sub(began).String(), op.Status, "PENDING")
	w.is("it took", w.clock.Now().Sub(began).String(), "2m0s")
	op = must(w.api.GlobalOperations.Wait(project, op.Name).Do())(t)
	op = must(w.api.GlobalOperations.Wait(project, op.Name).Do())(t)
	w.is("in the end", op.Status, "DONE")
}

// TestWaitOnAClockThatRuns has no judge and no virtual clock: a wait waits.
func TestWaitOnAClockThatRuns(t *testing.T) {
	t.Parallel()
	server := must(googletest.Serve(googletest.Config{Clock: simulation.Fast(20)}))(t)
	t.Cleanup(func() { server.Close() })
	server.Project(project)
	w := &world{T: t, server: server, api: client(t, server.URL)}
	began := time.Now()
	w.done(w.api.HealthChecks.Insert(project, &compute.HealthCheck{Name: "new", Type: "TCP"}).Do())
	if took := time.Since(began); took < 80*time.Millisecond {
		t.Errorf("2 s at 20 times the speed took %s", took)
	}
}

// TestTheJudgeHearsEverything plants a mistake in a request.
func TestTheJudgeHearsEverything(t *testing.T) {
	t.Parallel()
	description := must(described())(t)
	var heard []string
	server := must(googletest.Serve(googletest.Config{Judge: func(cloud http.Handler) http.Handler {
		return description.Check(cloud, func(err error) { heard = append(heard, err.Error()) })
	}}))(t)
	t.Cleanup(func() { server.Close() })
	server.Project(project)
	for _, path := range []string{"zones", "zones?colour=red"} {
		answer := must(http.Get(server.URL + "/compute/v1/projects/" + project + "/" + path))(t)
		answer.Body.Close()
	}
	if len(heard) != 1 || !strings.Contains(heard[0], "colour") {
		t.Errorf("the judge heard %q, want one mistake", heard)
	}
}
