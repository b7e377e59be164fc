package workflows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// The documents of which `gennaker validate --report` says that they run
// unchanged do run, but for those that call somebody.
func TestPipelinesOfSpinnakerRunUnchanged(t *testing.T) {
	files, err := filepath.Glob("../pipeline/testdata/spinnaker/unchanged/*")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are %d documents, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), `"webhook"`) {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			w := newWorld(t)
			w.update(10*time.Minute, gennaker.UpdateJudge, gennaker.Judgment{Stage: "2", Continue: true, Input: "today", By: "ada"})
			if e := w.run(string(data), map[string]any{"environment": "prod"}); e.Status != gennaker.Succeeded {
				t.Errorf("ended %s (%s): %s", e.Status, statuses(e), e.Error)
			}
		})
	}
}

func TestWhatTheReportSaysCannotRunFails(t *testing.T) {
	data, err := os.ReadFile("../pipeline/testdata/spinnaker/cannot/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	e := newWorld(t).run(string(data), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "account: invalid") {
		t.Errorf("ended %s: %s, want that accounts are refused", e.Status, e.Error)
	}
}
