package starter

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
)

// TestTimeline reads the histories of real executions that the workflows'
// tests replay.
func TestTimeline(t *testing.T) {
	for _, c := range []struct {
		name, history, stage string
		want                 []string // patterns of lines, in this order
	}{
		{"a judgment", "judged.json", "", []string{`started by \S+$`, `\S+ said continue`, `SUCCEEDED$`}},
		{"a judgment by signal, after ones that were refused", "judged-by-signal.json", "", []string{`started by`, `signal judge from \S+: .*invalid`, `signal: \S+ said stop`, `TERMINAL`}},
		{"a deployment", "redblack.json", "", []string{`began deploy in cluster `, `deploy in cluster .* \(.*\)$`, `SUCCEEDED$`}},
		{"the steps of a deployment", "redblack-cluster.json", "1", []string{`1 +look at cluster`, `1 +create .* with \d instances \(`, `1 +disable `}},
		{"a deployment that failed", "rolled-back.json", "", []string{`began deploy`, `deploy in cluster .*\): .`, `TERMINAL: .`}},
		{"a person's words", "paused-and-cancelled.json", "", []string{`pause by \S+`, `resume by|cancel by`, `CANCELED$`}},
		{"a restart", "restarted-while-running.json", "", []string{`restarted by \S+`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := strings.Split(readTimeline(t, c.history, c.stage), "\n")
			at := 0
			for _, pattern := range c.want {
				wanted := regexp.MustCompile(pattern)
				for at < len(lines) && !wanted.MatchString(lines[at]) {
					at++
				}
				if at == len(lines) {
					t.Fatalf("the timeline of %s has no line %q, or not in order:\n%s", c.history, pattern, strings.Join(lines, "\n"))
				}
				at++
			}
		})
	}
}

func readTimeline(t *testing.T, name, stage string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "workflows", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recorded, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	h := history{session: &session{data: converter.GetDefaultDataConverter()}, stage: stage, child: func(ref, string) {},
		tell: func(e entry) error { entries = append(entries, e); return nil }}
	for _, event := range recorded.GetEvents() {
		if err := h.event(event); err != nil {
			t.Fatal(err)
		}
	}
	return text(entryLines(entries))
}

func TestStageAt(t *testing.T) {
	stages := []gennaker.StageExecution{
		{RefID: "1", StartTime: at(0), EndTime: at(10)},
		{RefID: "2", StartTime: at(10), EndTime: at(30)},
		{RefID: "3", StartTime: at(20)},
		{RefID: "4"},
	}
	for second, want := range map[int]string{5: "1", 15: "2", 25: "", 40: "3"} {
		if got := stageAt(stages, at(second)); got != want {
			t.Errorf("the stage at second %d is %q, want %q", second, got, want)
		}
	}
}
