package starter

import (
	"slices"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestAStageThatWaitsForManifestsShowsHowFarTheyAre(t *testing.T) {
	s := gennaker.StageExecution{Status: gennaker.Running, Waiting: "deployment shop, service shop to be stable"}
	v := view{Rollouts: []gennaker.RolloutProgress{
		{Object: "deployment shop", Rollout: gennaker.Rollout{State: gennaker.RolloutRuns, Ready: 2, Total: 3, Reason: "ImagePullBackOff"}},
		{Object: "deployment other", Rollout: gennaker.Rollout{State: gennaker.RolloutRuns}}}}
	var got []string
	for _, line := range details(v, s) {
		got = append(got, line.text)
	}
	want := []string{"waits for deployment shop, service shop to be stable", "deployment shop 2/3 ready: ImagePullBackOff"}
	if !slices.Equal(got, want) {
		t.Errorf("details = %q, want %q", got, want)
	}
	if !awaitsRollout(gennaker.StageExecution{Synthetic: []*gennaker.StageExecution{&s}}) {
		t.Error("awaitsRollout does not see the stage within")
	}
	s.Status = gennaker.Succeeded
	if awaitsRollout(s) {
		t.Error("awaitsRollout sees a stage that has ended")
	}
}
