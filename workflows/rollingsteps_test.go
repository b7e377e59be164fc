package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// stepping is a rolling push in steps, with a minute at each and a pipeline that
// judges it.
func stepping(options string) string {
	return pushing(`, "targetPercentages": [25, 50], "delayBeforeCleanup": 60, "pipelineBeforeCleanup": {"pipelineId": "smoke"}`, options)
}

// stepWorld is a pushWorld whose validation pipeline ends so.
func stepWorld(t *testing.T, status gennaker.Status) *world {
	w := pushWorld(t)
	w.stored = store.Memory{{Application: "shop", Name: "smoke"}}
	w.others.Ends = func(gennaker.Start) gennaker.Execution {
		return gennaker.Execution{Status: status, Error: "too slow"}
	}
	return w
}

func (w *world) refresh(name string) gennaker.Refresh {
	w.t.Helper()
	r, err := w.cloud.GetRefresh(w.t.Context(), webRef(name))
	if err != nil {
		w.t.Fatalf("GetRefresh(%s) = %v", name, err)
	}
	return r
}

func TestARollingPushInStepsIsJudgedAtEach(t *testing.T) {
	w := stepWorld(t, gennaker.Succeeded)
	at := map[float64]string{}
	w.others.Ends = func(s gennaker.Start) gennaker.Execution {
		percent := s.Trigger.Parameters["percentageComplete"].(float64)
		at[percent] = w.instances("shop-web-v001")
		return gennaker.Execution{Status: gennaker.Succeeded}
	}
	e := w.run(stepping(""), nil)
	if got := w.instances("shop-web-v001"); e.Status != gennaker.Succeeded || got != "shop:2: 0 old, 4 up of 4" {
		t.Fatalf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	want := map[float64]string{25: "shop:1: 3 old, 4 up of 4", 50: "shop:1: 2 old, 4 up of 4", 100: "shop:1: 0 old, 4 up of 4"}
	if fmt.Sprint(at) != fmt.Sprint(want) {
		t.Errorf("it was judged with %v, want %v", at, want)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 3*time.Minute {
		t.Errorf("took %s, want a minute at each of three steps", took)
	}
	if n := w.cloud.Calls()["ContinueRefresh shop-web-v001"]; n != 3 {
		t.Errorf("it was told to go on %d times, want once at each step", n)
	}
}

func TestARollingPushInStepsGoesBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		limit  int // milliseconds
		judges gennaker.Status
		before func(*world)
		status gennaker.Status
		want   string
	}{
		{"when a step is judged to be bad", 300000, gennaker.Terminal, func(*world) {}, gennaker.Terminal, "shop-web-v001 at 25 %: execution shop/smoke/"},
		{"when what is new falls ill in the pause", 300000, gennaker.Succeeded, func(w *world) {
			w.env.RegisterDelayedCallback(func() { w.cloud.SickenSome(webRef("shop-web-v001"), 4, gennaker.Down) }, 45*time.Second)
		}, gennaker.Terminal, "shop-web-v001 at 25 %: not healthy: 25 % of its instances were new and up when it paused, and 0 % are now"},
		{"when it is cancelled", 300000, gennaker.Succeeded, func(w *world) {
			w.update(45*time.Second, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
		}, gennaker.Canceled, ""},
		{"when its time is over", 40000, gennaker.Succeeded, func(*world) {}, gennaker.Terminal, "after 40s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := stepWorld(t, c.judges)
			c.before(w)
			e := w.run(stepping(fmt.Sprintf(`"stageTimeoutMs": %d,`, c.limit)), nil)
			r := w.refresh("shop-web-v001")
			g, err := w.cloud.Get(t.Context(), webRef("shop-web-v001"))
			if err != nil || e.Status != c.status || r.State != gennaker.RefreshCancelled || g.Image != "shop:1" || g.Count(gennaker.Up) != 4 || len(g.Instances) != 4 {
				t.Errorf("ended %s with %+v, and the refresh is %+v: %v", e.Status, g, r, err)
			}
			if !strings.Contains(e.Error, c.want) {
				t.Errorf("error = %s\nwant %s", e.Error, c.want)
			}
			if n := w.cloud.Calls()["ContinueRefresh shop-web-v001"]; n != 0 {
				t.Errorf("it was told %d times to go on", n)
			}
		})
	}
}
