package workflows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
	"github.com/gennaker/gennaker/providers/memory"
)

// lag is how old every answer of a lagging world is.
const lag = 10 * time.Second

// laggingWorld is a world whose cloud shows each change ten seconds later.
func laggingWorld(t *testing.T) *world {
	t.Helper()
	return worldOn(t, activities.Config{LookOnce: true}, func(w *world) providers.Provider {
		w.cloud.Now = w.env.Now
		return faulty.Wrap(w.cloud, faulty.Config{Now: w.env.Now, Lag: lag,
			Fault: func(faulty.Call) faulty.Fault { return faulty.Fault{Kind: faulty.Stale, By: lag} }})
	})
}

// then is a document with a second stage after its first.
func then(document, stage string) string {
	return strings.TrimSuffix(document, "]}") + `, {"refId": "2", "requisiteStageRefIds": ["1"], ` + stage + `}]}`
}

// redeploy is a stage that deploys to the same cluster.
func redeploy(cluster string) string {
	return fmt.Sprintf(`"type": "deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web",
		"capacity": {"min": 1, "desired": 2, "max": 3} %s}]`, cluster)
}

// Whoever decides by what the cloud shows waits until that must be true.
func TestNothingIsDecidedByAnAnswerThatIsOld(t *testing.T) {
	const rollback = `"type": "rollbackCluster", "account": "cloud", "cluster": "shop-web"`
	for _, c := range []struct {
		name, document, want string
		before               []string
		cancel               time.Duration
		status               gennaker.Status
	}{
		{name: "a server group that was just made is not missed", document: deploying(``, ""),
			want: "shop-web-v000+", status: gennaker.Succeeded},
		{name: "a deployment follows what the one before has made", document: then(deploying(`, "strategy": "redblack"`, ""), redeploy(`, "strategy": "redblack"`)),
			before: []string{"shop-web-v003"}, want: "shop-web-v003 shop-web-v004 shop-web-v005+", status: gennaker.Succeeded},
		{name: "a deployment does not look for what the one before has destroyed", document: then(deploying(`, "strategy": "highlander"`, ""), redeploy(`, "strategy": "highlander"`)),
			before: []string{"shop-web-v003"}, want: "shop-web-v005+", status: gennaker.Succeeded},
		{name: "a rollback goes back by one", document: then(deploying(`, "strategy": "redblack"`, ""), rollback),
			before: []string{"shop-web-v003", "shop-web-v004"}, want: "shop-web-v003 shop-web-v004+ shop-web-v005", status: gennaker.Succeeded},
		{name: "a deployment that is cancelled at once leaves nothing", document: deploying(`, "health": "Starting"`, ""),
			before: []string{"shop-web-v003"}, cancel: 2 * time.Second, want: "shop-web-v003+", status: gennaker.Canceled},
		{name: "a deployment that is cancelled later puts back what it has taken out of traffic",
			document: deploying(`, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 3600`, ""),
			before:   []string{"shop-web-v003"}, cancel: 5 * time.Minute, want: "shop-web-v003+", status: gennaker.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := laggingWorld(t)
			w.have(c.before...)
			if len(c.before) > 1 {
				w.disable(c.before[0])
			}
			if c.cancel > 0 {
				w.update(c.cancel, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
			}
			e := w.run(c.document, nil)
			if got := w.groups(); e.Status != c.status || got != c.want {
				t.Errorf("ended %s with %s, want %s with %s: %s", e.Status, got, c.status, c.want, e.Error)
			}
		})
	}
}

func TestAServerGroupThatIsGoneIsNotWaitedForWithoutEnd(t *testing.T) {
	w := laggingWorld(t)
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

func TestAChangeOfWhatTheCloudDoesNotShowYetIsMadeAgain(t *testing.T) {
	w := laggingWorld(t)
	var made time.Time
	refused := 0
	w.cloud.Fault = func(c memory.Call) error {
		switch {
		case c.Method == "Create" && c.After:
			made = w.env.Now()
		case c.Method == "Resize" && !c.After && w.env.Now().Before(made.Add(lag)):
			refused++
			return fmt.Errorf("memory: %s: %w", c.ServerGroup, gennaker.ErrNotFound)
		}
		return nil
	}
	e := w.run(deploying(`, "strategy": "rollingredblack", "targetPercentages": [50]`, ""), nil)
	if e.Status != gennaker.Succeeded || refused == 0 {
		t.Errorf("ended %s after %d resizes that found nothing, want SUCCEEDED after one: %s", e.Status, refused, e.Error)
	}
}

// shy is a cloud that does not show at once that what was enabled serves.
type shy struct {
	*memory.Cloud
	looks int // at the cluster since something was enabled
}

func (s *shy) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	list, err := s.Cloud.List(ctx, scope)
	if s.looks++; s.Calls()["Enable shop-web-v000"] > 0 && s.looks < 5 {
		for i := range list[0].Instances {
			list[0].Instances[i].Health = gennaker.Starting
		}
	}
	return list, err
}

func TestTheWayBackWaitsUntilWhatItPutBackIsSeen(t *testing.T) {
	var cloud *shy
	w := worldOn(t, activities.Config{LookOnce: true}, func(w *world) providers.Provider {
		cloud = &shy{Cloud: w.cloud}
		return cloud
	})
	w.have("shop-web-v000")
	w.update(time.Minute, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(deploying(`, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 3600`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000+" || cloud.looks < 5 {
		t.Errorf("ended %s with %s after %d looks, want CANCELED with shop-web-v000+ after 5: %s", e.Status, got, cloud.looks, e.Error)
	}
}
