package chaos

import (
	"slices"
	"sync"
	"testing"
)

// TestDeploymentsOfOneClusterTakeTurns starts three deployments of one cluster
// at once: each makes its own server group, one after another, and the last one
// alone takes traffic.
func TestDeploymentsOfOneClusterTakeTurns(t *testing.T) {
	t.Parallel()
	l := startLaptop(t)
	var mu sync.Mutex // guards all
	var all []string
	var turns sync.WaitGroup
	for round := range 3 {
		turns.Go(func() {
			made := l.deploy(t, round, nil)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, made...)
		})
	}
	turns.Wait()
	slices.Sort(all)
	if want := []string{"chaos-v000", "chaos-v001", "chaos-v002"}; !slices.Equal(all, want) {
		t.Errorf("made %v, want %v", all, want)
	}
	for _, g := range l.groups(t) {
		if g.Enabled != (g.Name == "chaos-v002") {
			t.Errorf("%s enabled is %t, want the last one alone", g.Name, g.Enabled)
		}
	}
	l.destroyAll(t)
}
