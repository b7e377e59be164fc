package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// fault is something that goes wrong at a change of the cloud. Each function
// is asked around each call from then on.
type fault struct {
	name   string
	refuse func(t *trial, c memory.Call) bool // before the call: it has no effect
	lose   func(t *trial, c memory.Call) bool // after the call: it has had its effect
	strike func(t *trial, c memory.Call)      // after the call
}

var faults = []fault{
	{name: "nothing"},
	{name: "the cloud refuses this change", refuse: func(t *trial, c memory.Call) bool { return t.same(c) }},
	{name: "the worker dies after this change", lose: func(t *trial, c memory.Call) bool { return t.once(c) }},
	{name: "every answer to this change is lost", lose: func(t *trial, c memory.Call) bool { return t.same(c) }},
	{name: "the new server group never is healthy", strike: func(t *trial, c memory.Call) { t.sicken(t.made()) }},
	{name: "the new server group falls ill once it was seen", strike: func(t *trial, c memory.Call) {
		if c.Method == "Get" {
			t.sicken(t.made())
		}
	}},
	{name: "the old server group falls ill", strike: func(t *trial, c memory.Call) { t.sicken("shop-web-v001") }},
	{name: "it is cancelled", strike: func(t *trial, c memory.Call) { t.cancel() }},
	{name: "it is cancelled, and the next change is refused", strike: func(t *trial, c memory.Call) { t.cancel() },
		refuse: func(t *trial, c memory.Call) bool { return t.next(c) }},
	{name: "it is cancelled when the old server group has fallen ill", strike: func(t *trial, c memory.Call) { t.sicken("shop-web-v001"); t.cancel() }},
}

// trial is one deployment, with one fault at one change.
type trial struct {
	*world
	fault fault
	at    int // the change at which it strikes; the first is 1
	floor int // instances that must stay in service

	mu       sync.Mutex // guards what follows
	changes  int
	chosen   memory.Call // the change number at
	struck   map[string]bool
	before   int
	timeline []string
	broken   string // the invariant that was broken first
}

var webCluster = gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop-web"}

func (t *trial) serving() int {
	n := 0
	for _, up := range t.cloud.InService(webCluster) {
		n += up
	}
	return n
}

func changes(c memory.Call) bool { return c.Method != "List" && c.Method != "Get" }

// around is the cloud's Fault: it strikes, and watches the invariants.
func (t *trial) around(c memory.Call) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !c.After {
		if changes(c) {
			t.changes++
			t.before = t.serving()
			if t.changes == t.at {
				t.chosen = c
			}
		}
		if t.on() && t.fault.refuse != nil && t.fault.refuse(t, c) {
			t.note(c, "refused")
			return fmt.Errorf("memory: %s %s: %w", c.Method, c.ServerGroup, gennaker.ErrDenied)
		}
		return nil
	}
	if changes(c) {
		t.note(c, "")
		if now := t.serving(); now < t.before && now < t.floor {
			t.violated("%s %s left %d instances in service, and %d must be", c.Method, c.ServerGroup, now, t.floor)
		}
	}
	if t.on() && t.fault.strike != nil {
		t.fault.strike(t, c)
	}
	if t.on() && t.fault.lose != nil && t.fault.lose(t, c) {
		t.note(c, "answer lost")
		return fmt.Errorf("memory: %s: %w: the answer is lost", c.Method, gennaker.ErrUnavailable)
	}
	return nil
}

func (t *trial) on() bool { return t.at > 0 && t.changes >= t.at }

func (t *trial) same(c memory.Call) bool {
	return c.Method == t.chosen.Method && c.ServerGroup == t.chosen.ServerGroup
}

// first reports whether it is called for the first time under that name.
func (t *trial) first(name string) bool {
	if t.struck == nil {
		t.struck = map[string]bool{}
	}
	before := t.struck[name]
	t.struck[name] = true
	return !before
}

func (t *trial) once(c memory.Call) bool { return t.same(c) && t.first("once") }
func (t *trial) next(c memory.Call) bool { return t.changes > t.at && changes(c) && t.first("next") }

func (t *trial) made() string { return "shop-web-v002" }

func (t *trial) sicken(name string) {
	if t.first("sicken " + name) {
		t.timeline = append(t.timeline, "  * "+name+" falls ill")
		t.cloud.Sicken(webRef(name), gennaker.Down)
	}
}

func (t *trial) cancel() {
	if t.first("cancel") {
		t.timeline = append(t.timeline, "  * it is cancelled")
		t.env.RegisterDelayedCallback(func() {
			t.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
		}, 0)
	}
}

func (t *trial) note(c memory.Call, what string) {
	t.timeline = append(t.timeline, strings.TrimSpace(fmt.Sprintf("%s %s: in service %v %s", c.Method, c.ServerGroup,
		strings.TrimPrefix(fmt.Sprint(t.cloud.InService(webCluster)), "map"), what)))
}

func (t *trial) violated(format string, args ...any) {
	if t.broken == "" {
		t.broken = fmt.Sprintf(format, args...)
		t.timeline = append(t.timeline, "  ! "+t.broken)
	}
}

var oldSize = gennaker.Capacity{Min: 1, Desired: 4, Max: 6}

// try makes the deployment and returns it when it has ended.
func try(t *testing.T, document string, floor int, f fault, at int) *trial {
	w := worldWith(t, activities.Config{LookOnce: true})
	w.cloud.Now = w.env.Now
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.sized("shop-web-v001", oldSize)
	tr := &trial{world: w, fault: f, at: at, floor: floor}
	w.cloud.Fault = tr.around
	e := w.run(document, map[string]any{"strategy": "reckless"})
	w.cloud.Fault = nil
	tr.judge(e)
	return tr
}

// judge looks at what an ended execution leaves.
func (t *trial) judge(e gennaker.Execution) {
	t.timeline = append(t.timeline, fmt.Sprintf("ended %s: %s", e.Status, e.Stages[0].Error))
	if len(e.Stages[0].Operations) > 0 {
		t.violated("the cluster is still being changed")
	}
	words, err := json.Marshal(e.Stages)
	if err != nil {
		t.t.Fatal(err)
	}
	list, err := t.cloud.List(t.t.Context(), gennaker.Scope{})
	if err != nil {
		t.t.Fatal(err)
	}
	for _, g := range list {
		named := strings.Contains(string(words), g.Name)
		if g.Marks[gennaker.MarkExecution] == executionID && !named {
			t.violated("%s is left, and nobody says so", g.Name)
		}
		if g.Name == "shop-web-v001" && g.Enabled && g.Capacity != oldSize && !named {
			t.violated("%s is left with %s, and nobody says so", g.Name, g.Capacity)
		}
	}
	ill := slices.ContainsFunc(t.timeline, func(line string) bool { return strings.Contains(line, "falls ill") })
	if now := t.serving(); !ill && now < t.floor {
		t.violated("in the end %d instances are in service, and %d must be", now, t.floor)
	}
}

// walk tries every fault at every change of a deployment and returns the
// shortest timelines of those that break an invariant, the shortest first.
func walk(t *testing.T, document string, floor int) (broken []*trial, tried int) {
	for _, f := range faults {
		for at := 1; ; at++ {
			tr := try(t, document, floor, f, at)
			tried++
			if tr.broken != "" {
				broken = append(broken, tr)
			}
			if tr.changes < at || f.name == "nothing" {
				break
			}
		}
	}
	slices.SortStableFunc(broken, func(a, b *trial) int { return len(a.timeline) - len(b.timeline) })
	return broken, tried
}

func story(tr *trial) string {
	return fmt.Sprintf("%s at change %d:\n%s", tr.fault.name, tr.at, strings.Join(tr.timeline, "\n"))
}

// Whatever goes wrong at whatever change: a change never leaves fewer
// instances in service than the smaller of old and wanted capacity, what is
// left is named, and the cluster is free when the execution has ended.
func TestNoFaultTakesCapacityAway(t *testing.T) {
	const rollback = `, "rollback": {"onFailure": true, "destroyLatest": true}`
	const limit = `"stageTimeoutMs": 600000,`
	for _, c := range []struct {
		name, cluster string
		floor         int
	}{
		{"none", ``, 2},
		{"none with rollback", rollback, 2},
		{"highlander", `, "strategy": "highlander"`, 2},
		{"highlander with rollback", `, "strategy": "highlander"` + rollback, 2},
		{"redblack", `, "strategy": "redblack", "delayBeforeCleanup": 60, "scaleDown": true`, 2},
		{"redblack with rollback", `, "strategy": "redblack", "maxRemainingAsgs": 1, "allowDeleteActive": true` + rollback, 2},
		{"redblack as big as its source", `, "strategy": "redblack", "useSourceCapacity": true` + rollback, 4},
		{"rollingredblack", `, "strategy": "rollingredblack", "targetPercentages": [50], "scaleDown": true`, 4},
		{"rollingredblack with rollback", `, "strategy": "rollingredblack", "targetPercentages": [25, 75], "delayBeforeCleanup": 60` + rollback, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			broken, tried := walk(t, deploying(c.cluster, limit), c.floor)
			if len(broken) > 0 {
				t.Errorf("%d of %d timelines break an invariant; the shortest: %s", len(broken), tried, story(broken[0]))
			}
		})
	}
}

func TestTheWalkFindsAStrategyThatIsBroken(t *testing.T) {
	strategies.Table["reckless"] = strategies.Strategy{Run: func(ctx workflow.Context, d *strategies.Deployment) error {
		if err := ops.Disable(ctx, d.Source.Ref()); err != nil {
			return err
		}
		return strategies.None(ctx, d)
	}}
	defer delete(strategies.Table, "reckless")
	broken, _ := walk(t, deploying(`, "strategy": "${parameters.strategy}"`, ""), 2)
	if len(broken) == 0 || len(broken[0].timeline) > 4 || !strings.Contains(broken[0].broken, "Disable shop-web-v001 left 0 instances in service, and 2 must be") {
		t.Fatalf("%d timelines break an invariant, want the shortest to say that nothing is in service", len(broken))
	}
}
