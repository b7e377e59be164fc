package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers/memory"
)

func TestAServerGroupThatIsNotSeenYetIsWaitedFor(t *testing.T) {
	w := worldWith(t, activities.Config{LookOnce: true})
	unseen := 3
	w.cloud.Fault = func(c memory.Call) error {
		if c.Method == "Get" && !c.After && unseen > 0 {
			unseen--
			return fmt.Errorf("memory: %s: %w", c.ServerGroup, gennaker.ErrNotFound)
		}
		return nil
	}
	if e := w.run(deploying(``, ""), nil); e.Status != gennaker.Succeeded || unseen > 0 {
		t.Errorf("ended %s after %d looks, want SUCCEEDED after 3 that saw nothing: %s", e.Status, 3-unseen, e.Error)
	}
}

func TestAServerGroupThatIsGoneIsNotWaitedForWithoutEnd(t *testing.T) {
	w := worldWith(t, activities.Config{LookOnce: true})
	w.cloud.Fault = func(c memory.Call) error {
		if c.Method == "Create" && c.After {
			w.env.RegisterDelayedCallback(func() {
				_ = w.cloud.Destroy(context.Background(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v000"})
			}, 0)
		}
		return nil
	}
	e := w.run(deploying(`, "health": "Starting"`, ""), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "shop-web-v000: not found") {
		t.Errorf("ended %s, want TERMINAL because it is not found: %s", e.Status, e.Error)
	}
	if took := e.EndTime.Sub(e.StartTime).Minutes(); took > 2 {
		t.Errorf("it took %.0f minutes, want two at most", took)
	}
}
