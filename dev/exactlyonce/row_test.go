package exactlyonce

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// row is a call, one of the requests that it is made of, and what it changes.
type row struct {
	call  string // as the document names it
	loses string // the request whose answer is lost
	stage func(t *testing.T, w *world, r row) (*scene, error)
	// before makes what is there before the call; nil is nothing.
	before func(*scene) error
	run    func(workflow.Context, *scene) error
	// want counts the effects.
	want map[string]int
}

func (r row) String() string { return r.call + ", losing the answer to " + r.loses }

// scene is where a row plays: an account of its own, or nothing but Temporal.
type scene struct {
	location gennaker.Location
	sound    providers.Provider // as the worker that lives reaches the cloud
	doomed   providers.Provider // as the one that dies does
	// arm has the answer lost from now on, and struck is closed when it is.
	arm    func()
	struck chan struct{}
	// spared are requests of the worker that lives, where both reach the cloud by
	// the same name.
	spared func(*http.Request) bool
	// effects counts what was changed, from the beginning.
	effects       func() map[string]int
	spec          func() map[string]any          // of a server group
	jobSpec       func(ends bool) map[string]any // of a job
	group         gennaker.ServerGroup           // that is there before
	image         string                         // that there is
	change        map[string]any                 // of spec, that a refresh makes
	fields        map[string]any                 // of spec, on Amazon
	amazon        string                         // its URL
	loadBalancers []string
	app           string // shop if it is empty
	directory     string
	url           string
	world         *world
}

func (s *scene) groups() providers.ServerGroups { return s.sound.(providers.ServerGroups) }

func (s *scene) ref() gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: s.location, Name: cmp.Or(s.app, "shop") + "-v000"}
}

// rows are all of them.
func rows() []row {
	var all []row
	for _, some := range [][]row{memoryRows(), localRows(), awsRows(), azureRows(), ecsRows(), kubernetesRows(), cloudFoundryRows(), cloudRunRows(), googleRows(), engineRows()} {
		all = append(all, some...)
	}
	return all
}

// patience bounds each wait of the test, on a machine that does much else.
const patience = 4 * time.Minute

func TestDoneOnce(t *testing.T) {
	begun := time.Now()
	lap := func(what string) { t.Logf("%s after %s", what, time.Since(begun).Round(time.Second/10)) }
	w := newWorld(t)
	lap("Temporal is up")
	plays := w.stage(rows())
	lap("the scenes are set")
	first := w.worker(w.doomed())
	for _, p := range plays {
		p.start()
	}
	late := time.After(patience)
	for _, p := range plays {
		late = p.awaitStrike(late)
	}
	lap("all answers are lost")
	first.die()
	w.worker(w.sound())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, p := range plays {
		p.finish(ctx)
	}
	lap("all calls have ended")
	time.Sleep(time.Second) // what comes twice may come late
	for _, p := range plays {
		t.Run(p.row.String(), p.check)
	}
}

// finish waits until the call has ended and what it changed is seen.
func (p *play) finish(ctx context.Context) {
	if p.problem != nil {
		return
	}
	if err := p.run.Get(ctx, nil); err != nil {
		p.problem = fmt.Errorf("the call ended with %w", err)
	}
	for deadline := time.Now().Add(20 * time.Second); !maps.Equal(p.changed(), p.wanted()) && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
}

// check counts.
func (p *play) check(t *testing.T) {
	if p.problem != nil {
		t.Fatal(p.problem)
	}
	if by := p.world.attempts(p.id); by.dead == 0 || by.living == 0 {
		t.Errorf("the worker that died has tried %d times, the other one %d times; want both to have", by.dead, by.living)
	}
	if got, want := p.changed(), p.wanted(); !maps.Equal(got, want) {
		t.Errorf("it has changed %v, want %v", got, want)
	}
}

// eachTry stands for one by the worker that dies, and one by each try of the
// other: of what cannot be done once.
const eachTry = -1000

// wanted is what shall have changed.
func (p *play) wanted() map[string]int {
	want := maps.Clone(p.row.want)
	by := p.world.attempts(p.id)
	for what, n := range want {
		if n == eachTry {
			want[what] = 1 + by.living
		}
	}
	return want
}

// changed is what was changed since the row began.
func (p *play) changed() map[string]int {
	now := maps.Clone(p.scene.effects())
	for what, n := range p.before {
		now[what] -= n
	}
	maps.DeleteFunc(now, func(_ string, n int) bool { return n == 0 })
	return now
}
