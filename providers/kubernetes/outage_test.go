package kubernetes_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// insist makes a call again and again until it is done, as workers do.
func insist(t *testing.T, what string, call func() error) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := call()
		if err == nil {
			return
		}
		if !errors.Is(err, gennaker.ErrUnavailable) || time.Now().After(deadline) {
			t.Fatalf("%s = %v, want it done, or ErrUnavailable for a while", what, err)
		}
	}
}

// TestTheAPIServerRestartsInTheMiddleOfWhatIsDone makes each call while the
// API server goes and comes.
func TestTheAPIServerRestartsInTheMiddleOfWhatIsDone(t *testing.T) {
	a := open(t)
	old, next := a.ask("shop-web-v000", 2), a.ask("shop-web-v001", 3)
	a.create(old.Name, 2)
	before := a.eventually(old.Name, "up", up(2))
	restarted := make(chan error)
	a.cluster.StopAPI()
	go func() {
		time.Sleep(200 * time.Millisecond)
		restarted <- a.cluster.StartAPI(t.Context())
	}()
	insist(t, "Create", func() error { return a.Create(t.Context(), next) })
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	a.eventually(next.Name, "up", up(3))
	go func() {
		a.cluster.StopAPI()
		restarted <- a.cluster.StartAPI(t.Context())
	}()
	insist(t, "Disable", func() error { return a.Disable(t.Context(), old.Ref()) })
	insist(t, "Resize", func() error {
		return a.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: next.Ref(), Capacity: gennaker.Capacity{Desired: 2, Max: 2}})
	})
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	a.eventually(next.Name, "resized", up(2))
	after := a.eventually(old.Name, "out of traffic", func(g gennaker.ServerGroup) bool { return g.Count(gennaker.OutOfService) == 2 })
	if len(after.Instances) != 2 || after.Instances[0].ID != before.Instances[0].ID {
		t.Errorf("its pods are %v, and were %v", ids(after), ids(before))
	}
	if list, err := a.List(t.Context(), gennaker.Scope{}); err != nil || len(list) != 2 {
		t.Errorf("List = %v, %v, want the two", list, err)
	}
}
