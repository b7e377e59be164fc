package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// windowed is a stage that may start in the two minutes from one an hour ahead
// of the world's clock, in UTC.
func (w *world) windowed(more, stage string) string {
	opens := w.begun.UTC().Truncate(time.Minute).Add(time.Hour)
	last := opens.Add(time.Minute)
	return fmt.Sprintf(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", %s,
		"restrictExecutionDuringTimeWindow": true, "restrictedExecutionWindow": {%s "whitelist": [
		{"startHour": %d, "startMin": %d, "endHour": %d, "endMin": %d}]}}]}`,
		stage, more, opens.Hour(), opens.Minute(), last.Hour(), last.Minute())
}

func TestAWindowDelaysItsStage(t *testing.T) {
	w := newWorld(t)
	w.view(time.Minute, func(e gennaker.Execution) {
		if s := e.Stages[0]; !s.Skippable || !strings.HasPrefix(s.Waiting, "its execution window, which opens ") {
			t.Errorf("while it waits: %+v", s)
		}
	})
	e := w.run(w.windowed("", `"type": "wait", "waitTime": 60, "stageTimeoutMs": 90000`), nil)
	took := e.EndTime.Sub(e.StartTime)
	if e.Status != gennaker.Succeeded || took < 59*time.Minute || took > 62*time.Minute {
		t.Errorf("ended %s after %s, want an hour for the window, which counts against no limit, and the minute: %s", e.Status, took, e.Error)
	}
}

func TestTwoParallelWindowsDoNotDouble(t *testing.T) {
	w := newWorld(t)
	one := decode(t, w.windowed("", `"type": "noop"`))
	second := one.Stages[0]
	second.RefID = "2"
	one.Stages = append(one.Stages, second)
	e := w.start(gennaker.Start{Pipeline: one})
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took > 61*time.Minute {
		t.Errorf("ended %s after %s, want both at once after an hour", e.Status, took)
	}
}

func TestAPauseThatOutlastsTheWindowWaitsForTheNext(t *testing.T) {
	w := newWorld(t)
	w.update(time.Minute, gennaker.UpdatePause, gennaker.Command{User: "ada"})
	w.update(2*time.Hour, gennaker.UpdateResume, gennaker.Command{User: "ada"})
	e := w.run(w.windowed("", `"type": "noop"`), nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took < 24*time.Hour || took > 26*time.Hour {
		t.Errorf("ended %s after %s, want the window of the next day", e.Status, took)
	}
}

func TestAWindowAndAWaitCanBeSkipped(t *testing.T) {
	w := newWorld(t)
	skips := []*answer{
		w.update(10*time.Minute, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "ada", Reason: "hot fix"}),
		w.update(20*time.Minute, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "ada"}),
	}
	unknown := w.update(15*time.Minute, gennaker.UpdateSkip, gennaker.Skip{Stage: "7", User: "ada"})
	e := w.run(w.windowed("", `"type": "wait", "waitTime": 3600`), nil)
	if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took != 20*time.Minute {
		t.Errorf("ended %s after %s, want the window and then the wait skipped", e.Status, took)
	}
	if skips[0].err != nil || skips[1].err != nil || unknown.accepted {
		t.Errorf("skips = %v, %v; of an unknown stage accepted: %t", skips[0].err, skips[1].err, unknown.accepted)
	}
	if s := e.Stages[0]; len(s.Skips) != 2 || s.Skips[0].Reason != "hot fix" || s.Skippable {
		t.Errorf("recorded %+v", s)
	}
}

func TestWhatWaitsForNoTimeCannotBeSkipped(t *testing.T) {
	w := newWorld(t)
	skip := w.update(time.Minute, gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "ada"})
	w.update(time.Hour, gennaker.UpdateJudge, gennaker.Judgment{Stage: "1", Continue: true, By: "ada"})
	e := w.run(asking, nil)
	if skip.accepted || e.Status != gennaker.Succeeded {
		t.Errorf("skip of a judgment accepted: %t, ended %s", skip.accepted, e.Status)
	}
}

func TestJitterDelaysWithinItsBounds(t *testing.T) {
	for _, c := range []struct {
		name, jitter string
		low, high    time.Duration
	}{
		{"spread out", `"jitter": {"enabled": true, "minDelay": 600, "maxDelay": 1200},`, 69 * time.Minute, 81 * time.Minute},
		{"not for manual starts", `"jitter": {"enabled": true, "minDelay": 600, "maxDelay": 1200, "skipManual": true},`, 59 * time.Minute, 61 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			e := w.run(w.windowed(c.jitter, `"type": "noop"`), nil)
			if took := e.EndTime.Sub(e.StartTime); e.Status != gennaker.Succeeded || took < c.low || took > c.high {
				t.Errorf("ended %s after %s, want between %s and %s: %s", e.Status, took, c.low, c.high, e.Error)
			}
		})
	}
}

func TestAWindowThatCannotBeFailsItsStage(t *testing.T) {
	for _, c := range []struct{ top, window, want string }{
		{``, `{}`, "neither days nor hours"},
		{`"timeZone": "Mars/Base",`, `{"days": [1,2,3,4,5,6,7]}`, "IANA"},
	} {
		e := newWorld(t).run(`{"application": "shop", "name": "deploy", `+c.top+` "stages": [{"refId": "1", "type": "noop",
			"restrictExecutionDuringTimeWindow": true, "restrictedExecutionWindow": `+c.window+`}]}`, nil)
		if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) {
			t.Errorf("window %s: ended %s: %s", c.window, e.Status, e.Error)
		}
	}
}
