package run_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

func (s *story) split(percents map[int]int) gennaker.SplitTraffic {
	q := gennaker.SplitTraffic{ClusterRef: s.ref(0).Cluster(), Percents: map[string]int{}}
	for sequence, percent := range percents {
		q.Percents[s.ref(sequence).Name] = percent
	}
	return q
}

// effective is the traffic that the API says is in effect.
func (s *story) effective() string {
	s.Helper()
	percents, err := s.cloud.GetTraffic(s.Context(), s.ref(0).Cluster())
	s.must(err)
	return fmt.Sprint(percents)
}

func TestASplitLeavesCapacitiesAlone(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 9)
	s.have(1, 1)
	s.have(2, 1)
	s.must(s.cloud.SplitTraffic(t.Context(), s.split(map[int]int{0: 0, 1: 97, 2: 3})))
	s.want("after a split", "v001 97, v002 3 AUTOMATIC")
	if scaling := s.service().Scaling; scaling.MinInstanceCount != 2 || scaling.MaxInstanceCount != 4 {
		t.Errorf("the service has %+v, want the sums of those that have traffic, 2 and 4", scaling)
	}
	g, err := s.cloud.Get(t.Context(), s.ref(0))
	if err != nil || g.Enabled || !g.Resting || g.Capacity.Desired != 9 {
		t.Errorf("who has nothing is %+v, %v, want it at rest, as big as it was", g, err)
	}
	s.must(s.cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: s.ref(2), Capacity: gennaker.Capacity{Desired: 5, Max: 5}}))
	s.want("with the second much bigger", "v001 97, v002 3 AUTOMATIC")
	s.must(s.cloud.Destroy(t.Context(), s.ref(1)))
	s.want("with the first gone", "v002 100 AUTOMATIC")
}

// A service that is turned off is turned on by a split.
func TestASplitTurnsAServiceOn(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.have(1, 1)
	for sequence := range 2 {
		s.must(s.cloud.Disable(t.Context(), s.ref(sequence)))
	}
	if got := s.effective(); got != "map[]" {
		t.Errorf("with both out the traffic is %s, want none", got)
	}
	s.must(s.cloud.SplitTraffic(t.Context(), s.split(map[int]int{0: 20, 1: 80})))
	s.want("after a split", "v000 20, v001 80 AUTOMATIC")
}

// What is not ready gets nothing, and takes nothing from the others.
func TestASplitMovesNothingToWhatIsNotReady(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	sick := s.request(1, 1)
	sick.Spec, sick.Disabled = map[string]any{"image": "shop-sick"}, true
	s.must(s.cloud.Create(t.Context(), sick))
	s.must(s.cloud.SplitTraffic(t.Context(), s.split(map[int]int{0: 0, 1: 100})))
	s.clock.Sleep(20 * time.Second)
	if got := s.effective(); got != "map[shop-web-v000:100]" {
		t.Errorf("the traffic is %s, want all where it was", got)
	}
	s.must(s.cloud.SplitTraffic(t.Context(), s.split(map[int]int{0: 100})))
	if got := s.effective(); got != "map[shop-web-v000:100]" {
		t.Errorf("after the way back the traffic is %s, want all where it was", got)
	}
}

func TestTagsStayInASplit(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.have(1, 1)
	const latest, revision = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
	s.ask("PATCH", services+"/shop-web?updateMask=traffic", map[string]any{"traffic": []any{
		map[string]any{"type": revision, "revision": "shop-web-v000", "percent": 100},
		map[string]any{"type": latest, "tag": "next"}}}, nil)
	s.clock.Sleep(20 * time.Second)
	s.must(s.cloud.SplitTraffic(t.Context(), s.split(map[int]int{0: 60, 1: 40})))
	s.want("after a split", "v000 60, v001 40,  0 next AUTOMATIC")
}

// Without traffic a server group rests, but not before its revision is ready:
// who waits for it sees whether it ever is, and why not.
func TestWhatIsMadeWithoutTrafficRestsWhenItIsReady(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	for sequence, c := range []struct{ image, before, after string }{
		{"shop:1", "2 starting, 0 down", "resting"},
		{"shop-sick", "2 starting, 0 down", "0 starting, 2 down"},
	} {
		q := s.request(sequence+1, 2)
		q.Spec, q.Disabled = map[string]any{"image": c.image}, true
		s.must(s.cloud.Create(t.Context(), q))
		if got := s.shown(q.Ref()); got != c.before {
			t.Errorf("%s is %s at first, want %s", c.image, got, c.before)
		}
		s.clock.Sleep(20 * time.Second)
		if got := s.shown(q.Ref()); got != c.after {
			t.Errorf("%s is %s in the end, want %s", c.image, got, c.after)
		}
	}
	s.want("in the end", "v000 100 AUTOMATIC")
}

// shown is a disabled server group in words.
func (s *story) shown(ref gennaker.ServerGroupRef) string {
	s.Helper()
	g, err := s.cloud.Get(s.Context(), ref)
	s.must(err)
	switch {
	case g.Enabled:
		return "enabled"
	case g.Resting:
		return "resting"
	}
	return fmt.Sprintf("%d starting, %d down", g.Count(gennaker.Starting), g.Count(gennaker.Down))
}
