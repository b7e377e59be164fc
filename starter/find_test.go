package starter

import (
	"errors"
	"strings"
	"testing"
)

func TestPick(t *testing.T) {
	runs := []run{
		{ID: "shop/deploy/01J9ZKAAAAAAAAAAAAAAAAAAA1", RunID: "a"},
		{ID: "shop/deploy/01J9ZKAAAAAAAAAAAAAAAAAAB2", RunID: "b"},
		{ID: "cart/deploy/release-42", RunID: "c"},
		{ID: "cart/deploy/release-421", RunID: "d"},
	}
	for _, c := range []struct {
		name, arg, want string
		code            int
	}{
		{"a whole last part", "01J9ZKAAAAAAAAAAAAAAAAAAB2", "b", 0},
		{"the end of one", "AAAAB2", "b", 0},
		{"in small letters", "aaaaa1", "a", 0},
		{"the beginning of two", "01J9ZK", "", exitUsage},
		{"a whole last part that another begins with", "release-42", "c", 0},
		{"of another application's name", "cart/d", "", exitNotFound},
		{"of nothing", "ZZZZZZ", "", exitNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := pick(c.arg, runs)
			if got.runID != c.want || explain(err, "").code != c.code {
				t.Errorf("pick(%s) = %v, %v; want run %q and exit code %d", c.arg, got, err, c.want, c.code)
			}
		})
	}
	_, err := pick("01J9ZK", runs)
	if err == nil || !strings.Contains(err.Error(), runs[0].ID) || !strings.Contains(err.Error(), runs[1].ID) {
		t.Errorf("pick(01J9ZK) = %v, want both ids in it", err)
	}
}

func TestOnlyTheNewestRunOfAnExecutionCounts(t *testing.T) {
	got := newestRuns([]run{
		{ID: "a", RunID: "first", StartTime: at(1)},
		{ID: "b", RunID: "only", StartTime: at(3)},
		{ID: "a", RunID: "again", StartTime: at(4)},
		{ID: "c", RunID: "long ago", StartTime: at(0), continued: true},
		{ID: "c", RunID: "restarted", StartTime: at(1)},
		{ID: "c", RunID: "began", StartTime: at(2), continued: true},
		{ID: "c", RunID: "continued", StartTime: at(5)},
	})
	if len(got) != 3 || got[0].RunID != "again" || got[1].RunID != "only" || got[2].RunID != "continued" {
		t.Errorf("newestRuns = %+v, want again, only, continued", got)
	}
	if !got[2].StartTime.Equal(at(2)) {
		t.Errorf("what was continued began %s, want when its first run did", got[2].StartTime)
	}
}

func TestListQuery(t *testing.T) {
	for _, c := range []struct{ name, application, pipeline, status, want string }{
		{"everything", "", "", "", ""},
		{"all filters", "shop", "deploy", "Terminal",
			"GennakerApplication = 'shop' AND GennakerPipeline = 'deploy' AND ExecutionStatus IN ('Failed', 'TimedOut')"},
		{"a quote cannot leave its string", `x' OR 'a' = 'a`, "", "", `GennakerApplication = 'x\' OR \'a\' = \'a'`},
		{"nor can a backslash", `x\`, "", "", `GennakerApplication = 'x\\'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := listQuery(c.application, c.pipeline, c.status)
			if got != c.want || err != nil {
				t.Errorf("listQuery = %s, %v; want %s", got, err, c.want)
			}
		})
	}
	_, err := listQuery("", "", "sleeping")
	var f failure
	if !errors.As(err, &f) || f.code != exitUsage || !strings.Contains(f.text, "running") {
		t.Errorf("listQuery with status sleeping = %v, want a usage error that names the statuses", err)
	}
}

func TestShort(t *testing.T) {
	for id, want := range map[string]string{
		"shop/deploy/01M85Q83TZXGPSBGCDBSA72TXM": "BSA72TXM",
		"shop/deploy/release-42":                 "shop/deploy/release-42",
	} {
		if got := short(id); got != want {
			t.Errorf("short(%s) = %s, want %s", id, got, want)
		}
	}
}
