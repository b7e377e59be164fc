package workflows_test

import (
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker/workflows"
)

// TestReplayOfRecordedHistories replays what real executions left in testdata:
// code that would decide otherwise now than it did then breaks every execution
// that is under way when it is released. `go run ./record` in dev makes new
// recordings.
func TestReplayOfRecordedHistories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 8 {
		t.Fatalf("testdata has %d histories, %v: want at least 8", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			workflows.Register(replayer)
			if err := replayer.ReplayWorkflowHistoryFromJSONFile(nil, file); err != nil {
				t.Errorf("replay: %v", err)
			}
		})
	}
}
