package workflows_test

import (
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

func TestWhatIsNotWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name, stage string
		want        time.Duration
	}{
		{"a time", `"type": "wait", "waitTime": "${1.5}"`, 1500 * time.Millisecond},
		{"no time", `"type": "wait"`, 0},
		{"none", `"type": "wait", "waitTime": 0`, 0},
		{"what the document skips", `"type": "wait", "waitTime": 60, "skipRemainingWait": true`, 0},
		{"no moment", `"type": "waitUntil"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{`+c.stage+`}]}`, nil)
			if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != c.want {
				t.Errorf("ended %s after %s, want SUCCEEDED after %s: %s", e.Status, took, c.want, e.Error)
			}
		})
	}
}
