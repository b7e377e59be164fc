package starter

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

func TestJournalTellsEachChangeOnce(t *testing.T) {
	var out strings.Builder
	j := newJournal(page{out: &out})
	j.now = func() time.Time { return at(3600) }
	v := deployment()
	v.Stages = v.Stages[1:2]
	v.WaysBack = map[string]string{"cluster/local/local/shop-east": "if it fails: shop-east-v002 stays"}
	asking := gennaker.StageExecution{RefID: "4", Type: "manualJudgment", Name: "Go on?", Status: gennaker.Running, StartTime: at(60),
		Question: &gennaker.Question{Inputs: []string{"eu"}, Roles: []string{"sre"}}}
	show := func() {
		t.Helper()
		for range 2 { // the second time there is nothing new
			if err := j.show(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	show()
	v.Progress = map[string][]gennaker.Progress{"cluster/local/local/shop-east": {{ServerGroup: "shop-east-v002", Up: 3, Total: 3}}}
	show()
	v.Stages = append([]gennaker.StageExecution{}, v.Stages...)
	v.Stages[0].Status, v.Stages[0].EndTime = gennaker.Succeeded, at(60)
	v.Stages = append(v.Stages, asking)
	show()
	v.Stages = append([]gennaker.StageExecution{}, v.Stages...)
	v.Stages[1].Judgment, v.Stages[1].Question = &gennaker.Judgment{By: "eve", Comment: "no", At: at(61)}, nil
	v.Stages[1].Status, v.Stages[1].EndTime, v.Stages[1].Error = gennaker.Terminal, at(61), "stopped by eve: no"
	v.Status, v.EndTime = gennaker.Terminal, at(61)
	show()
	want := trimmed(`
10:00:00 shop/deploy/01J9ZK started by ada
10:00:12 stage 2 Deploy east: RUNNING
11:00:00 stage 2 Deploy east: waits for shop-east-v002 to be healthy
11:00:00 stage 2 Deploy east: shop-east-v002: 2/3 instances up: starting
11:00:00 stage 2 Deploy east: if it fails: shop-east-v002 stays
11:00:00 stage 2 Deploy east: shop-east-v002: 3/3 instances up
10:01:00 stage 2 Deploy east: SUCCEEDED after 48s
10:01:00 stage 4 Go on?: RUNNING
11:00:00 stage 4 Go on?: asks whether to go on [eu] (for sre)
11:00:00 stage 4 Go on?: answer with ` + "`gennaker judge shop/deploy/01J9ZK 4 --continue --input eu --key FILE` or with --stop" + `
10:01:01 stage 4 Go on?: eve said stop: no
10:01:01 stage 4 Go on?: TERMINAL after 1.0s: stopped by eve: no
10:01:01 shop/deploy/01J9ZK TERMINAL after 1m01s
`)
	if got := out.String(); got != want {
		t.Errorf("journal =\n%s\nwant\n%s", got, want)
	}
}

func TestJournalOutlivesTemporal(t *testing.T) {
	var out strings.Builder
	j := newJournal(page{out: &out})
	for range 3 {
		if err := j.lost(errors.New(`rpc error: desc = "connection refused"`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.show(deployment()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "Temporal does not answer; trying again (connection refused)"); n != 1 {
		t.Errorf("it is said %d times that Temporal is away, want once:\n%s", n, out.String())
	}
	if n := strings.Count(out.String(), "Temporal answers again"); n != 1 {
		t.Errorf("it is said %d times that Temporal is back, want once:\n%s", n, out.String())
	}
}

// Server groups in several places have the same names.
func TestAJournalTellsPlacesApart(t *testing.T) {
	var out strings.Builder
	j := newJournal(page{out: &out})
	v := deployment()
	v.Stages = append([]gennaker.StageExecution{}, v.Stages...)
	v.Stages[1].Operations = []string{"cluster/aws/eu/shop-web", "cluster/k8s/shop/shop-web"}
	up := func(n int) []gennaker.Progress {
		return []gennaker.Progress{{ServerGroup: "shop-web-v001", Up: n, Total: 2}}
	}
	for _, n := range []int{0, 1, 1} {
		v.Progress = map[string][]gennaker.Progress{"cluster/aws/eu/shop-web": up(n), "cluster/k8s/shop/shop-web": up(2 - n)}
		if err := j.show(v); err != nil {
			t.Fatal(err)
		}
	}
	for want, times := range map[string]int{
		"aws/eu: shop-web-v001: 0/2": 1, "aws/eu: shop-web-v001: 1/2": 1, "k8s/shop: shop-web-v001: 2/2": 1, "k8s/shop: shop-web-v001: 1/2": 1,
	} {
		if got := strings.Count(out.String(), want); got != times {
			t.Errorf("%q is said %d times, want %d:\n%s", want, got, times, out.String())
		}
	}
}
