package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// job is a job of about three seconds, and a stage that reads what it left.
const job = `{"application": "chaos", "name": "job", "parameterConfig": [{"name": "file"}], "stages": [
	{"refId": "1", "type": "runJob", "account": "local", "environment": {"FILE": "${parameters.file}"},
	 "command": "echo run >> $FILE; for n in 1 2 3 4 5 6; do sleep 0.5; done; echo version=7 > $GENNAKER_PROPERTIES"},
	{"refId": "2", "type": "evaluateVariables", "requisiteStageRefIds": ["1"], "variables": [{"key": "seen", "value": "${version}"}]}]}`

// TestNothingThatCrashesRunsAJobTwice kills the worker, the Temporal server and
// the local cloud with SIGKILL while a job runs, in every order of two, and
// lets each come back. The job's program runs once, to its end.
func TestNothingThatCrashesRunsAJobTwice(t *testing.T) {
	t.Parallel()
	l := startLaptop(t)
	for i, first := range l.parts {
		second := l.parts[(i+1)%len(l.parts)]
		file := filepath.Join(t.TempDir(), "runs")
		e := l.execute(t, fmt.Sprintf("chaos/job/%d", i), job, map[string]any{"file": file}, func(<-chan struct{}) {
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				if _, err := os.Stat(file); err == nil || time.Now().After(deadline) {
					break
				}
			}
			for _, victim := range []*part{first, second} {
				victim.kill(t)
				victim.start(t)
			}
		})
		text, _ := os.ReadFile(file)
		if string(text) != "run\n" || e.Stages[1].Outputs["seen"] != "7" {
			t.Errorf("killed %s and %s: it ran like this: %q, and the next stage saw %v", first.name, second.name, text, e.Stages[1].Outputs)
		}
	}
}
