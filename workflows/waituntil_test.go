package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// waitingUntil is a document that waits for a moment after the world began.
func waitingUntil(w *world, after time.Duration) string {
	return fmt.Sprintf(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "waitUntil", "epochMillis": %d}]}`, w.begun.Add(after).UnixMilli())
}

func TestWaitUntilEndsAtItsMoment(t *testing.T) {
	for _, c := range []struct {
		name        string
		after, want time.Duration
	}{
		{"a moment to come is waited for", 3 * time.Hour, 3 * time.Hour},
		{"a moment that has passed is not", -time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			e := w.run(waitingUntil(w, c.after), nil)
			if got := e.EndTime.Sub(w.begun).Round(time.Second); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s after %s, want SUCCEEDED after %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestAPauseDoesNotPutTheMomentOff(t *testing.T) {
	for _, c := range []struct {
		name              string
		pause, resume, to time.Duration
	}{
		{"a pause that ends before it", 10 * time.Minute, 30 * time.Minute, time.Hour},
		{"a pause that ends after it", 10 * time.Minute, 2 * time.Hour, 2 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.update(c.pause, gennaker.UpdatePause, gennaker.Command{User: "ada"})
			w.update(c.resume, gennaker.UpdateResume, gennaker.Command{User: "ada"})
			e := w.run(waitingUntil(w, time.Hour), nil)
			if got := e.EndTime.Sub(w.begun).Round(time.Second); e.Status != gennaker.Succeeded || got != c.to {
				t.Errorf("ended %s after %s, want SUCCEEDED after %s: %s", e.Status, got, c.to, e.Error)
			}
		})
	}
}

func TestWaitUntilIsCancelledAtOnce(t *testing.T) {
	w := newWorld(t)
	w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(waitingUntil(w, time.Hour), nil)
	if got := e.EndTime.Sub(w.begun).Round(time.Second); e.Status != gennaker.Canceled || got != time.Minute {
		t.Errorf("ended %s after %s, want CANCELED after a minute", e.Status, got)
	}
}
