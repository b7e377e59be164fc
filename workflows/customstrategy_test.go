package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/store"
)

// strategyOf is a stored strategy of those stages.
func strategyOf(stages string) string {
	return `{"application": "shop", "name": "mine", "strategy": true, "parameterConfig": [{"name": "soak", "default": "5"}], "stages": [` + stages + `]}`
}

// dark deploys without traffic, soaks, and swaps the traffic.
const dark = `{"refId": "1", "type": "deploy", "trafficOptions": "disable"},
	{"refId": "2", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": "${parameters.soak}"},
	{"refId": "3", "requisiteStageRefIds": ["2"], "type": "enableServerGroup", "cloudProvider": "memory", "credentials": "${parameters.credentials}",
		"cluster": "${parameters.cluster}", "regions": ["${parameters.region}"], "target": "current_asg_dynamic"},
	{"refId": "4", "requisiteStageRefIds": ["3"], "type": "disableServerGroup", "cloudProvider": "memory", "credentials": "${parameters.credentials}",
		"cluster": "${parameters.cluster}", "regions": ["${parameters.region}"], "target": "ancestor_asg_dynamic"}`

// customWorld is a world in which executions of the stored strategy really run,
// on the same cloud.
func customWorld(t *testing.T, stages string) *world {
	t.Helper()
	w := newWorld(t)
	w.runs(strategyOf(stages), nil)
	return w
}

// runs stores a pipeline and has its executions run when they are started.
// With, if not nil, sees the world of each before.
func (w *world) runs(document string, with func(*world)) {
	p := decode(w.t, document)
	w.stored = append(w.stored, p)
	w.others.Ends = func(start gennaker.Start) gennaker.Execution {
		child := worldWith(w.t, activities.Config{LookOnce: true, Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": w.cloud})})
		child.cloud = w.cloud
		if before := w.cloud.Now; before != nil {
			w.cloud.Now = child.env.Now
			defer func() { // its clock, which went on while this one stood
				end := child.env.Now()
				w.cloud.Now = func() time.Time { return end.Add(before().Sub(w.begun)) }
			}()
		}
		if with != nil {
			with(child)
		}
		return child.start(start)
	}
}

const customised = `, "strategy": "custom", "strategyPipeline": "mine"`

func TestACustomStrategyDeploysInPlaceOfTheStage(t *testing.T) {
	w := customWorld(t, dark)
	w.have("shop-web-v000")
	seen := w.traffic()
	e := w.run(deploying(customised+`, "image": "shop:7", "pipelineParameters": {"soak": "60", "color": "blue"}`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000 shop-web-v001+" {
		t.Fatalf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	if got := strings.Join(*seen, " "); got != "[shop-web-v000:2] [shop-web-v000:2 shop-web-v001:2] [shop-web-v001:2]" {
		t.Errorf("traffic went %s, want the new server group to be made without", got)
	}
	g, err := w.cloud.Get(t.Context(), webRef("shop-web-v001"))
	if err != nil || g.Image != "shop:7" || g.Capacity.String() != "1/2/3" {
		t.Errorf("deployed %+v, want the stage's cluster: %v", g, err)
	}
	outputs := fmt.Sprint(e.Stages[0].Outputs["deploy.server.groups"], len(e.Stages[0].Outputs["deployments"].([]any)))
	if outputs != "map["+gennaker.DefaultRegion+":[shop-web-v001]] 1" {
		t.Errorf("outputs = %s", outputs)
	}
	p := w.others.Started()[0].Trigger
	if got := fmt.Sprint(p.Parameters); got != "map[application:shop clone:false cloudProvider:memory cluster:shop-web color:blue credentials:cloud "+
		"moniker:map[app:shop cluster:shop-web detail: stack:web] parentPipelineId:"+executionID+" parentStageId:1 region:"+gennaker.DefaultRegion+" soak:60 strategy:true]" {
		t.Errorf("parameters = %s", got)
	}
	if got := e.Stages[0].Executions; len(got) != 1 || !strings.HasPrefix(got[0], "shop/mine/") {
		t.Errorf("executions = %v", got)
	}
}

// While the strategy runs nobody holds the cluster: otherwise its own stages
// would wait for the stage that waits for them.
func TestACustomStrategyDoesNotHoldTheCluster(t *testing.T) {
	w := customWorld(t, dark)
	var held []string
	w.when("StartExecution", func() {
		w.view(0, func(e gennaker.Execution) { held = append(held, fmt.Sprint(e.Stages[0].Operations)) })
	})
	if e := w.run(deploying(customised, ""), nil); e.Status != gennaker.Terminal || !strings.Contains(e.Error, "ancestor_asg_dynamic") {
		t.Fatalf("ended %s: %s, want that there is none to disable", e.Status, e.Error)
	}
	if len(held) != 1 || held[0] != "[]" {
		t.Errorf("operations = %v, want none", held)
	}
}

func TestACustomStrategyThatCannotRun(t *testing.T) {
	const again = `{"refId": "1", "type": "deploy", "clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web", "strategy": "redblack", "trafficOptions": "disable"}]}`
	for _, c := range []struct{ name, stages, fields, want string }{
		{"has no pipeline", dark, `, "strategy": "custom"`, "strategyPipeline: invalid"},
		{"has one that is not stored", dark, `, "strategy": "custom", "strategyPipeline": "yours"`, "shop/yours: not found"},
		{"has one that fails", `{"refId": "1", "type": "deploy"}, {"refId": "2", "requisiteStageRefIds": ["1"], "type": "checkPreconditions", "preconditions": [{"type": "expression", "context": {"expression": "${false}"}}]}`,
			customised, ", which deploys, is TERMINAL: stage 2"},
		{"would take all traffic away", again, customised, "trafficOptions disable: invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := customWorld(t, c.stages)
			w.have("shop-web-v000")
			e := w.run(deploying(c.fields, ""), nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || w.serves("shop-web-v000") != 2 {
				t.Errorf("ended %s with %s: %s\nwant %s", e.Status, w.groups(), e.Error, c.want)
			}
		})
	}
}

func TestACustomStrategyEndsWithItsStage(t *testing.T) {
	for _, c := range []struct {
		name, options string
		want          gennaker.Status
		text          string
	}{
		{"when the execution is cancelled", ``, gennaker.Canceled, ""},
		{"when its time is over", `"stageTimeoutMs": 300,`, gennaker.Terminal, "which deploys, was cancelled after 300ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.stored = store.Memory{{Application: "shop", Name: "mine", Strategy: true}}
			w.others.Ends = func(gennaker.Start) gennaker.Execution {
				return gennaker.Execution{Status: gennaker.Running, Stages: []gennaker.StageExecution{{RefID: "3", Error: "taking shop-web-v001 back did not work"}}}
			}
			if c.want == gennaker.Canceled {
				w.when("AwaitExecution", func() {
					w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
				})
			}
			e := w.run(deploying(customised, c.options), nil)
			id := e.Stages[0].Executions[0]
			child, err := w.others.State(t.Context(), refTo(id))
			if err != nil || e.Status != c.want || child.Status != gennaker.Canceled || !strings.Contains(e.Error, c.text) {
				t.Errorf("ended %s, and the strategy %s: %s %v", e.Status, child.Status, e.Error, err)
			}
			if got := strings.Join(e.Stages[0].Warnings, "\n"); !strings.HasSuffix(got, ": stage 3: taking shop-web-v001 back did not work") {
				t.Errorf("warnings = %s, want what the strategy could not put right", got)
			}
			if took := e.EndTime.Sub(e.StartTime); took > 2*time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestEachLocationOfACustomStrategyHasItsOwnExecution(t *testing.T) {
	w := customWorld(t, `{"refId": "1", "type": "deploy"}`)
	e := w.run(deploying(customised+`, "regions": ["eu", "us"]`, ""), nil)
	if got := fmt.Sprint(e.Stages[0].Outputs["deploy.server.groups"]); e.Status != gennaker.Succeeded || got != "map[eu:[shop-web-v000] us:[shop-web-v000]]" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	if got := len(e.Stages[0].Outputs["deployments"].([]any)); got != 2 || len(w.others.Started()) != 2 {
		t.Errorf("%d deployments by %d executions, want 2", got, len(w.others.Started()))
	}
}

func TestAStrategyByItselfHasNothingToDeploy(t *testing.T) {
	w := newWorld(t)
	e := w.run(strategyOf(dark), nil)
	if want := "clusters: invalid: a list of at least one cluster is wanted"; e.Status != gennaker.Terminal || !strings.Contains(e.Error, want) {
		t.Errorf("ended %s: %s, want %s", e.Status, e.Error, want)
	}
}
