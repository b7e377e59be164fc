package workflows_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// The cluster shop-main has two server groups, one of them disabled; the stage
// Early has succeeded, and so has the one with the refId 2, which is called 1.
func TestPreconditions(t *testing.T) {
	const size = `{"type": "clusterSize", "context": {"cluster": "shop-main", "credentials": "cloud"`
	for _, c := range []struct{ name, stage, conditions, want string }{
		{"an expression that is true", ``, `{"type": "expression", "context": {"expression": "${1 < 2}"}}`, ""},
		{"written as true", ``, `{"type": "expression", "context": {"expression": true}}`, ""},
		{"an expression that is false", ``, `{"type": "expression", "context": {"expression": "1 > 2"}}`, "precondition 1 > 2 is false"},
		{"with a message", ``, `{"type": "expression", "context": {"expression": "false", "failureMessage": "no ${1 + 1}"}}`, "no 2"},
		{"with a message that fails", ``, `{"type": "expression", "context": {"expression": "false", "failureMessage": "${nope}"}}`, "${nope}: "},
		{"that fails", ``, `{"type": "expression", "context": {"expression": "nope"}}`, "${nope}: "},
		{"that is neither true nor false", ``, `{"type": "expression", "context": {"expression": "7"}}`, "${7}: "},
		{"that is empty", ``, `{"type": "expression", "context": {"expression": " "}}`, "precondition expression: invalid: it has no expression, which is never met"},
		{"that is missing", ``, `{"type": "expression"}`, "precondition expression: invalid: it has no expression"},

		{"a stage's status", ``, `{"type": "stageStatus", "context": {"stageName": "Early", "stageStatus": "${'SUCC' + 'EEDED'}"}}`, ""},
		{"a stage by its name before its refId", ``, `{"type": "stageStatus", "context": {"stageName": "1", "stageStatus": "TERMINAL"}}`, "stage 1 is SUCCEEDED, not TERMINAL"},
		{"a stage by its refId", ``, `{"type": "stageStatus", "context": {"stageName": "3", "stageStatus": "RUNNING"}}`, ""},
		{"a stage that is not there", ``, `{"type": "stageStatus", "context": {"stageName": "Late", "stageStatus": "TERMINAL"}}`, `precondition stageStatus: stage "Late": not found`},
		{"no status", ``, `{"type": "stageStatus", "context": {"stageName": "Early"}}`, "precondition stageStatus: invalid: it needs stageName and stageStatus"},
		{"no stage", ``, `{"type": "stageStatus", "context": {"stageStatus": "TERMINAL"}}`, "precondition stageStatus: invalid: it needs stageName and stageStatus"},

		{"the size of a cluster, one by default", ``, size + `}}`, "cluster cloud/local/shop-main has 2 server groups, wanted == 1"},
		{"the size that is expected", ``, size + `, "expected": "${2}"}}`, ""},
		{"of what is enabled", ``, size + `, "onlyEnabledServerGroups": true}}`, ""},
		{"less", ``, size + `, "comparison": "<", "expected": 3}}`, ""},
		{"at most", ``, size + `, "comparison": "<=", "expected": 1}}`, "cluster cloud/local/shop-main has 2 server groups, wanted <= 1"},
		{"more", ``, size + `, "comparison": ">", "expected": 1}}`, ""},
		{"at least", ``, size + `, "comparison": ">=", "expected": 3}}`, "cluster cloud/local/shop-main has 2 server groups, wanted >= 3"},
		{"a comparison that there is not", ``, size + `, "comparison": "!="}}`, `precondition clusterSize: comparison "!=": invalid: it is ==, <, <=, > or >=`},
		{"fewer than none", ``, size + `, "expected": -1}}`, "precondition clusterSize: expected -1: invalid: it is at least 0"},
		{"a cluster that is not there has none", ``, `{"type": "clusterSize", "context": {"cluster": "shop-gone", "credentials": "cloud", "expected": 0}}`, ""},
		{"in every region, all that are wrong", ``, size + `, "regions": ["eu", "us"]}}`,
			"cluster cloud/eu/shop-main has 0 server groups, wanted == 1\ncluster cloud/us/shop-main has 0 server groups, wanted == 1"},
		{"no cluster", ``, `{"type": "clusterSize", "context": {"credentials": "cloud"}}`, "cluster: invalid: the stage names no cluster"},
		{"the stage's cluster and account", `"cluster": "shop-main", "credentials": "cloud", "regions": ["eu"],`, `{"type": "clusterSize"}`, "cluster cloud/eu/shop-main has 0 server groups, wanted == 1"},
		{"and its own before the stage's", `"cluster": "shop-main", "credentials": "cloud", "regions": ["eu"],`, `{"type": "clusterSize", "context": {"regions": ["us"]}}`, "cluster cloud/us/shop-main has 0 "},

		{"none", ``, ``, ""},
		{"nothing", ``, `{"type": "noop"}`, ""},
		{"a type that there is not", ``, `{"type": "${'moon'}"}`, `precondition "${'moon'}": invalid: it is expression, `},
		{"several that are not met", ``, `{"type": "expression", "context": {"expression": "1 > 2"}}, {"type": "noop"}, {"type": "expression", "context": {"expression": "2 > 3"}}`,
			"precondition 1 > 2 is false\nprecondition 2 > 3 is false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-main-v001", "shop-main-v002")
			w.disable("shop-main-v001")
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", "type": "group", "name": "Early"},
				{"refId": "2", "type": "group", "name": "1", "requisiteStageRefIds": ["1"]},
				{"refId": "3", "type": "checkPreconditions", `+c.stage+` "preconditions": [`+c.conditions+`], "requisiteStageRefIds": ["2"]}]}`, nil)
			got := e.Stage("3")
			if met := got.Status == gennaker.Succeeded; met != (c.want == "") || !strings.HasPrefix(got.Error, c.want) {
				t.Errorf("ended %s: %s, want %q", got.Status, got.Error, c.want)
			}
		})
	}
}

func TestTheWorstPreconditionCounts(t *testing.T) {
	const soft, hard = `{"type": "expression", "failPipeline": false, "context": {"expression": "1 > 2"}}`, `{"type": "expression", "context": {"expression": "2 > 3"}}`
	for _, c := range []struct {
		conditions string
		want       gennaker.Status
	}{{soft, gennaker.Stopped}, {soft + "," + hard, gennaker.Terminal}, {hard, gennaker.Terminal}} {
		e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"type": "checkPreconditions", "preconditions": [`+c.conditions+`]}]}`, nil)
		if got := e.Stages[0].Status; got != c.want {
			t.Errorf("%s: ended %s, want %s", c.conditions, got, c.want)
		}
	}
}
