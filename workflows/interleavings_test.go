package workflows_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// fault is something that goes wrong at a change of the cloud. Each function
// is asked around each call from then on.
type fault struct {
	name   string
	wrongs int                                // how many things go wrong
	refuse func(t *trial, c memory.Call) bool // before the call: it has no effect
	lose   func(t *trial, c memory.Call) bool // after the call: it has had its effect
	strike func(t *trial, c memory.Call)      // after the call
	kind   error                              // of what is refused; ErrDenied if nil
}

var faults = []fault{
	{name: "nothing"},
	{name: "the cloud refuses this change", wrongs: 1, refuse: func(t *trial, c memory.Call) bool { return t.same(c) }},
	{name: "the cloud is away for a moment", wrongs: 1, kind: gennaker.ErrUnavailable, refuse: func(t *trial, c memory.Call) bool { return t.fewer("away", 3) }},
	{name: "the worker dies after this change", wrongs: 1, lose: func(t *trial, c memory.Call) bool { return t.once(c) }},
	{name: "every answer to this change is lost", wrongs: 1, lose: func(t *trial, c memory.Call) bool { return t.same(c) }},
	{name: "the new server group never is healthy", wrongs: 1, strike: func(t *trial, c memory.Call) { t.sicken(t.made()) }},
	{name: "the new server group falls ill once it was seen", wrongs: 1, strike: func(t *trial, c memory.Call) {
		if c.Method == "Get" {
			t.sicken(t.made())
		}
	}},
	{name: "the old server group falls ill", wrongs: 1, strike: func(t *trial, c memory.Call) { t.sicken("shop-web-v001") }},
	{name: "it is cancelled", wrongs: 1, strike: func(t *trial, c memory.Call) { t.cancel() }},
	{name: "it is cancelled, and the next change is refused", wrongs: 2, strike: func(t *trial, c memory.Call) { t.cancel() },
		refuse: func(t *trial, c memory.Call) bool { return t.next(c) }},
	{name: "it is cancelled when the old server group has fallen ill", wrongs: 2, strike: func(t *trial, c memory.Call) { t.sicken("shop-web-v001"); t.cancel() }},
	{name: "it is cancelled, and the worker dies after the next change", wrongs: 2, strike: func(t *trial, c memory.Call) { t.cancel() },
		lose: func(t *trial, c memory.Call) bool { return t.next(c) }},
}

// scene is a strategy with all that it needs.
type scene struct {
	name, cluster string
	options       string
	floor         int // instances that must stay in service
	config        activities.Config
	before        func(*trial)                           // sets the rest up
	as            func(*memory.Cloud) providers.Provider // what the cloud can do; everything if nil
}

// trial is one deployment, with one fault at one change.
type trial struct {
	*world
	scene
	fault fault
	at    int                                // the change at which it strikes; the first is 1
	acts  *testsuite.TestWorkflowEnvironment // of the execution that deploys: this one, or its child

	mu       sync.Mutex // guards what follows
	changes  int
	chosen   memory.Call // the change number at
	struck   map[string]int
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

func changes(c memory.Call) bool {
	return c.Method != "List" && c.Method != "Get" && c.Method != "GetRefresh"
}

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
			return fmt.Errorf("memory: %s %s: %w", c.Method, c.ServerGroup, cmp.Or(t.fault.kind, gennaker.ErrDenied))
		}
		return nil
	}
	if changes(c) {
		t.note(c, "")
		if now := t.serving(); now < t.before && now < t.floor {
			t.violated("%s %s left %d instances in service, and %d must be", c.Method, c.ServerGroup, now, t.floor)
		}
		if gone := c.Method == "Disable" || c.Method == "Destroy"; gone && t.before > 0 && t.serving() == 0 {
			t.violated("%s took %s, the last healthy server group", c.Method, c.ServerGroup)
		}
	}
	if now := t.serving(); !t.ill() && now < t.floor {
		t.violated("%d instances are in service, and %d must be", now, t.floor)
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

// fewer reports whether it is called less often than that under that name.
func (t *trial) fewer(name string, n int) bool {
	if t.struck == nil {
		t.struck = map[string]int{}
	}
	t.struck[name]++
	return t.struck[name] <= n
}

func (t *trial) first(name string) bool { return t.fewer(name, 1) }

// ill reports whether a server group has fallen ill, which takes capacity away
// by itself.
func (t *trial) ill() bool {
	return slices.ContainsFunc(t.timeline, func(line string) bool { return strings.Contains(line, "falls ill") })
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
		t.acts.RegisterDelayedCallback(func() {
			t.acts.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
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
func try(t *testing.T, sc scene, f fault, at int) *trial {
	sc.config.LookOnce = true
	cloud := &memory.Cloud{}
	if sc.as != nil {
		sc.config.Providers = providers.NewRegistry(map[string]providers.Provider{"cloud": sc.as(cloud)})
	}
	w := worldWith(t, sc.config)
	if sc.as != nil {
		w.cloud = cloud
	}
	w.cloud.Now = w.env.Now
	w.have("shop-web-v000", "shop-web-v001")
	w.disable("shop-web-v000")
	w.sized("shop-web-v001", oldSize)
	tr := &trial{world: w, scene: sc, fault: f, at: at, acts: w.env}
	if sc.before != nil {
		sc.before(tr)
	}
	w.cloud.Fault = tr.around
	e := w.run(deploying(sc.cluster, sc.options), map[string]any{"strategy": "reckless"})
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
	if now := t.serving(); !t.ill() && now < t.floor {
		t.violated("in the end %d instances are in service, and %d must be", now, t.floor)
	}
	if r, err := t.cloud.GetRefresh(t.t.Context(), webRef("shop-web-v001")); err == nil && !r.State.Over() && !strings.Contains(string(words), "stopping the push to shop-web-v001 did not work") {
		t.violated("instances of shop-web-v001 are still being replaced, and nobody says so")
	}
}

// walk tries every fault at every change of a deployment and returns those
// trials that break an invariant: first the one with the fewest things that go
// wrong, the earliest, with the shortest timeline.
func walk(t *testing.T, sc scene) (broken []*trial, tried int) {
	for _, f := range faults {
		for at := 1; ; at++ {
			tr := try(t, sc, f, at)
			tried++
			if tr.broken != "" {
				broken = append(broken, tr)
			}
			if tr.changes < at || f.wrongs == 0 {
				break
			}
		}
	}
	slices.SortStableFunc(broken, func(a, b *trial) int {
		return cmp.Or(a.fault.wrongs-b.fault.wrongs, a.at-b.at, len(a.timeline)-len(b.timeline))
	})
	return broken, tried
}

func story(tr *trial) string {
	return fmt.Sprintf("%s at change %d:\n%s", tr.fault.name, tr.at, strings.Join(tr.timeline, "\n"))
}

// scenes are every strategy, with what decides about its way back.
func scenes(t *testing.T) []scene {
	const rollback = `, "rollback": {"onFailure": true, "destroyLatest": true}`
	list := []scene{
		{name: "none", floor: 2},
		{name: "none with rollback", cluster: rollback, floor: 2},
		{name: "highlander", cluster: `, "strategy": "highlander"`, floor: 2},
		{name: "highlander with rollback", cluster: `, "strategy": "highlander"` + rollback, floor: 2},
		{name: "redblack", cluster: `, "strategy": "redblack", "delayBeforeCleanup": 60, "scaleDown": true`, floor: 2},
		{name: "redblack with rollback", cluster: `, "strategy": "redblack", "maxRemainingAsgs": 1, "allowDeleteActive": true` + rollback, floor: 2},
		{name: "redblack as big as its source", cluster: `, "strategy": "redblack", "useSourceCapacity": true` + rollback, floor: 4},
		{name: "redblack that may be partly healthy", cluster: `, "strategy": "redblack", "useSourceCapacity": true, "targetHealthyDeployPercentage": 50` + rollback, floor: 2},
		{name: "rollingredblack", cluster: `, "strategy": "rollingredblack", "targetPercentages": [50], "scaleDown": true`, floor: 4},
		{name: "rollingredblack with rollback", cluster: `, "strategy": "rollingredblack", "targetPercentages": [25, 75], "delayBeforeCleanup": 60` + rollback, floor: 4},
		{name: "cfrollingredblack", cluster: `, "strategy": "cfrollingredblack", "targetPercentages": [50]`, floor: 2},
		{name: "cfrollingredblack with rollback", cluster: `, "strategy": "cfrollingredblack", "targetPercentages": [50], "delayBeforeCleanup": 60, "maxRemainingAsgs": 2` + rollback, floor: 2},
		// The strategy itself has one instance less in service, or two.
		{name: "rollingpush", cluster: `, "strategy": "rollingpush", "image": "shop:2", "start": 5`, floor: 3},
		{name: "rollingpush of two at a time", cluster: `, "strategy": "rollingpush", "image": "shop:2", "start": 10, "termination": {"concurrentRelaunches": 2}`, floor: 2},
		{name: "rollingpush in steps", cluster: `, "strategy": "rollingpush", "targetPercentages": [50], "delayBeforeCleanup": 60, "image": "shop:2", "start": 5`, floor: 3},
		{name: "rollingpush of what never is healthy", cluster: `, "strategy": "rollingpush", "health": "Down"`, floor: 3},
		{name: "rollingpush in batches", cluster: `, "strategy": "rollingpush", "termination": {"concurrentRelaunches": 2}`, floor: 2, as: batches},
		{name: "custom", cluster: customised, floor: 2, before: func(tr *trial) { tr.runsStrategy(dark) }},
		{name: "custom by another strategy", cluster: customised, floor: 2, before: func(tr *trial) {
			tr.runsStrategy(`{"refId": "1", "type": "deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web", "strategy": "redblack",
				"capacity": {"min": 1, "desired": 2, "max": 3}` + rollback + `}]}`)
		}},
	}
	for _, m := range []struct {
		name, more string
		verdict    reply
	}{
		{"monitored", `, "scaleDown": true, "maxRemainingAsgs": 2`, says("continue")},
		{"monitored that is aborted", ``, says("abort")},
		{"monitored that is aborted and rolled back", `, "failureActions": {"rollback": "Automatic", "destroyInstances": true}`, says("abort")},
		{"monitored by who does not answer", `, "failureActions": {"rollback": "Automatic"}`, reply{code: 503}},
	} {
		s := serve(t, map[string][]reply{starting: {says("continue")}, evaluate: {m.verdict}, completed: {says("continue")}})
		list = append(list, scene{name: m.name, floor: 4,
			cluster: `, "strategy": "monitored", "deploySteps": [50], "deploymentMonitor": {"id": "canary"}` + m.more,
			config:  activities.Config{Webhooks: policyFor(s), Monitors: []activities.Monitor{{ID: "canary", BaseURL: s.URL + "/v1", FailOnError: true}}}})
	}
	return list
}

// runsStrategy stores a strategy, whose execution is the one that deploys, and
// that a cancellation reaches.
func (t *trial) runsStrategy(stages string) {
	t.runs(strategyOf(stages), func(child *world) { t.acts = child.env })
}

// Whatever goes wrong at whatever change, by whatever strategy: a change never
// leaves fewer instances in service than the smaller of old and wanted
// capacity, or what the strategy allows; the last healthy server group stays;
// what is left is named, and the cluster is free when the execution has ended.
func TestNoFaultTakesCapacityAway(t *testing.T) {
	covered := map[string]bool{}
	for _, sc := range scenes(t) {
		for _, name := range gennaker.SortedKeys(strategies.Table) {
			covered[name] = covered[name] || name == "" && sc.cluster == "" || name == "none" || strings.Contains(sc.cluster, `"`+name+`"`)
		}
		sc.options = `"stageTimeoutMs": 600000,`
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			broken, tried := walk(t, sc)
			if len(broken) > 0 {
				t.Errorf("%d of %d timelines break an invariant; the shortest: %s", len(broken), tried, story(broken[0]))
			}
			t.Logf("%d timelines", tried)
		})
	}
	for _, name := range gennaker.SortedKeys(strategies.Table) {
		if !covered[name] {
			t.Errorf("no scene is of the strategy %q", name)
		}
	}
}

// The walk finds what is broken on purpose, and tells the shortest way to it.
func TestTheWalkFindsAStrategyThatIsBroken(t *testing.T) {
	old := webRef("shop-web-v001")
	for _, c := range []struct {
		name string
		run  func(workflow.Context, *strategies.Deployment) error
		want string
	}{
		{"because it disables the old before the new is there", func(ctx workflow.Context, d *strategies.Deployment) error {
			if err := ops.Disable(ctx, old); err != nil {
				return err
			}
			return strategies.None(ctx, d)
		}, `nothing at change 1:
Disable shop-web-v001: in service []
  ! Disable shop-web-v001 left 0 instances in service, and 2 must be`},
		{"because it does not look whether the new is healthy", func(ctx workflow.Context, d *strategies.Deployment) error {
			if err := ops.Create(ctx, d.New); err != nil {
				return err
			}
			d.Change.Created = true
			return ops.Disable(ctx, old)
		}, `the new server group never is healthy at change 1:
Create shop-web-v002: in service [shop-web-v001:4 shop-web-v002:2]
  * shop-web-v002 falls ill
Disable shop-web-v001: in service []
  ! Disable shop-web-v001 left 0 instances in service, and 2 must be`},
		{"because it forgets what it has made", func(ctx workflow.Context, d *strategies.Deployment) error {
			forgotten := d.New
			forgotten.Name, forgotten.Moniker.Sequence = "shop-web-v007", 7
			if err := ops.Create(ctx, forgotten); err != nil {
				return err
			}
			return strategies.None(ctx, d)
		}, `nothing at change 1:
Create shop-web-v007: in service [shop-web-v001:4 shop-web-v007:2]
Create shop-web-v002: in service [shop-web-v001:4 shop-web-v002:2 shop-web-v007:2]
ended SUCCEEDED: 
  ! shop-web-v007 is left, and nobody says so`},
	} {
		t.Run(c.name, func(t *testing.T) {
			strategies.Table["reckless"] = strategies.Strategy{Run: c.run}
			defer delete(strategies.Table, "reckless")
			broken, tried := walk(t, scene{cluster: `, "strategy": "${parameters.strategy}"`, floor: 2})
			if len(broken) == 0 {
				t.Fatalf("none of %d timelines breaks an invariant", tried)
			}
			if got := story(broken[0]); !strings.HasPrefix(got, c.want) {
				t.Errorf("the shortest timeline is\n%s\nwant it to begin with\n%s", got, c.want)
			}
		})
	}
}
