package starter

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestTreeShowsWhatAJobSays(t *testing.T) {
	waits := gennaker.StageExecution{RefID: "1<0", Type: "runJob", Name: "Migrate", Status: gennaker.Running, Waiting: "job shop-1-1-ab to end"}
	v := deployment()
	v.Jobs = map[string]string{"shop-1-1-ab": "table 3 of 9\x1b[2J"}
	v.Stages = []gennaker.StageExecution{{RefID: "1", Type: "custom", Name: "Prepare", Status: gennaker.Running,
		Synthetic: []*gennaker.StageExecution{&waits}}}
	if got := text(tree(v, at(125))); !strings.Contains(got, "it says: table 3 of 9") || strings.Contains(got, "\x1b[2J") {
		t.Errorf("tree =\n%s\nwant what the job says", got)
	}
	if !awaitsJob(v.Stages[0]) {
		t.Error("awaitsJob does not see the stage within")
	}
	waits.Status = gennaker.Canceled
	if awaitsJob(v.Stages[0]) {
		t.Error("awaitsJob sees a stage that has ended")
	}
}
