package google_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

func (w *world) quota(block map[string]any) (string, error) {
	q, err := w.cloud.GetQuota(w.Context(), gennaker.QuotaQuery{Location: gennaker.In("test", region), Spec: block})
	left := "any number"
	if q.Left != nil {
		left = fmt.Sprint(*q.Left)
	}
	return left + " by " + q.Limit, err
}

func TestAMachineTypeCountsForTheQuotaOfItsFamily(t *testing.T) {
	w := newWorld(t)
	for metric, limit := range map[string]float64{"CPUS": 24, "N2_CPUS": 20, "IN_USE_ADDRESSES": 11, "INSTANCES": 17, "NVIDIA_T4_GPUS": 3} {
		w.demo.SetQuota(region, metric, limit)
	}
	w.have(request(0, 2, spec(map[string]any{"instanceType": "n1-standard-8"})))
	for _, c := range []struct {
		block map[string]any
		want  string
	}{
		{map[string]any{"instanceType": "n1-standard-4"}, "2 by CPUS in us-central1: 16 of 24 used"},
		{map[string]any{"instanceType": "e2-small"}, "4 by CPUS in us-central1: 16 of 24 used"},
		{map[string]any{"instanceType": "custom-6-4096"}, "1 by CPUS in us-central1: 16 of 24 used"},
		{map[string]any{"instanceType": "n2-standard-4"}, "5 by N2_CPUS in us-central1: 0 of 20 used"},
		{map[string]any{"instanceType": "n2-standard-2"}, "9 by IN_USE_ADDRESSES in us-central1: 2 of 11 used"},
		{map[string]any{"instanceType": "c4-standard-2", "associatePublicIpAddress": false}, "15 by INSTANCES in us-central1: 2 of 17 used"},
		{map[string]any{"instanceType": "e2-small", "acceleratorConfigs": []any{map[string]any{"acceleratorType": "nvidia-tesla-t4", "acceleratorCount": 2}}},
			"1 by NVIDIA_T4_GPUS in us-central1: 0 of 3 used"},
		{map[string]any{"instanceType": "n2-standard-4", "preemptible": true}, "5 by N2_CPUS in us-central1: 0 of 20 used"},
		{map[string]any{"instanceType": "n1-standard-4", "regional": true, "zone": ""}, "2 by CPUS in us-central1: 16 of 24 used"},
	} {
		if got, err := w.quota(spec(c.block)); err != nil || got != c.want {
			t.Errorf("quota of %v = %s, %v, want %s", c.block, got, err, c.want)
		}
	}
	w.demo.SetQuota(region, "PREEMPTIBLE_CPUS", 12)
	if got, err := w.quota(spec(map[string]any{"instanceType": "n2-standard-4", "preemptible": true})); err != nil || got != "3 by PREEMPTIBLE_CPUS in us-central1: 0 of 12 used" {
		t.Errorf("quota of a preemptible machine = %s, %v", got, err)
	}
	if got, err := w.quota(spec(map[string]any{"instanceType": "n1-enormous"})); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("quota of a machine that there is not = %s, %v, want ErrInvalid", got, err)
	}
}

// What is said to be left comes up, and one more does not.
func TestAQuotaLeavesWhatGoogleLaunches(t *testing.T) {
	w := newWorld(t)
	w.demo.SetQuota(region, "CPUS", 11)
	block := spec(map[string]any{"instanceType": "n1-standard-4"})
	if got, err := w.quota(block); err != nil || !strings.HasPrefix(got, "2 by CPUS") {
		t.Fatalf("quota = %s, %v, want 2 by CPUS", got, err)
	}
	w.have(request(0, 2, block))
	more := request(1, 1, block)
	w.must(w.cloud.Create(t.Context(), more))
	g := w.until(more.Ref(), func(g gennaker.ServerGroup) bool { return g.Trouble != "" })
	if want := "Quota 'CPUS' exceeded.  Limit: 11.0 in region us-central1."; !strings.Contains(g.Trouble, want) {
		t.Errorf("its trouble is %q, want %q", g.Trouble, want)
	}
	w.clock.Advance(time.Minute)
	if g := w.until(more.Ref(), func(gennaker.ServerGroup) bool { return true }); g.Count(gennaker.Up) != 0 {
		t.Errorf("it came up all the same: %+v", g)
	}
}
