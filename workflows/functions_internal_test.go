package workflows

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// began is the workflow clock's time in these tests.
var began = time.Date(2024, 2, 29, 13, 4, 5, 678_000_000, time.UTC)

// story is an execution that has deployed, was judged and is at its last stage.
func story(ctx workflow.Context) *scope {
	r := newRun(ctx, gennaker.Start{Pipeline: gennaker.Pipeline{Application: "shop", Name: "ship", Stages: []gennaker.Stage{
		{RefID: "1", Name: "Deploy", Type: "deploy"},
		{RefID: "2", Name: "Ask", Type: "manualJudgment"},
		{RefID: "3", Name: "Now", Type: "wait", Config: map[string]any{"own": "mine"}},
	}}, Trigger: gennaker.Trigger{Type: "manual", User: "ada", Parameters: map[string]any{"version": "1.2"},
		Artifacts:                 []gennaker.Artifact{{Name: "shop", Type: "docker/image"}},
		ResolvedExpectedArtifacts: []gennaker.ExpectedArtifact{{ID: "unbound"}, {Bound: &gennaker.Artifact{Name: "shop", Type: "docker/image", Reference: "shop:7"}}},
		Extra: map[string]any{
			"buildInfo": map[string]any{"number": 7.0, "scm": []any{
				map[string]any{"branch": "master", "sha1": "aaa"}, map[string]any{"branch": "feature", "sha1": "bbb"}}},
		}}})
	r.e.Stages = states(r.pipeline.Stages, nil)
	r.top.over(r.nodes())
	r.e.Stages[0].Status = gennaker.Succeeded
	r.e.Stages[0].Outputs = map[string]any{"artifacts": []any{map[string]any{"name": "out"}},
		"deployments": []any{map[string]any{"serverGroup": "shop-v001"}}}
	r.e.Stages[0].Synthetic = []*gennaker.StageExecution{{RefID: "1<0", Outputs: map[string]any{"artifacts": []any{map[string]any{"name": "within"}}}}}
	r.e.Stages[1].Status = gennaker.Terminal
	r.e.Stages[1].Outputs = map[string]any{"judgmentInput": "roll back"}
	return r.top.nodes[2].scope()
}

// evaluate evaluates expressions inside of a workflow.
func evaluate(t *testing.T, texts []string) (results []any, errs []error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(began)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		for _, text := range texts {
			result, err := expression.Evaluate("${"+text+"}", story(ctx))
			results, errs = append(results, result), append(errs, err)
		}
		return nil
	})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	return results, errs
}

type evaluation struct{ name, in, want string }

func checkEvaluations(t *testing.T, tests []evaluation) {
	t.Helper()
	texts := make([]string, len(tests))
	for i, tt := range tests {
		texts[i] = tt.in
	}
	results, errs := evaluate(t, texts)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(results[i])
			if errs[i] != nil || err != nil || string(data) != tt.want {
				t.Errorf("%s = %s, %v, want %s", tt.in, data, errs[i], tt.want)
			}
		})
	}
}

func checkRefusals(t *testing.T, tests []evaluation) {
	t.Helper()
	texts := make([]string, len(tests))
	for i, tt := range tests {
		texts[i] = tt.in
	}
	results, errs := evaluate(t, texts)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if errs[i] == nil || !strings.HasSuffix(errs[i].Error(), tt.want) {
				t.Errorf("%s = %v, %v, want an error that ends in %s", tt.in, results[i], errs[i], tt.want)
			}
		})
	}
}

func TestFunctionsOfExpressions(t *testing.T) {
	checkEvaluations(t, []evaluation{
		{"a stage by name", "{#stage('Deploy').hasSucceeded, #stage('Ask').hasFailed, #stage('Deploy')['status'].toString()}", `[true,true,"SUCCEEDED"]`},
		{"a stage by refId", "{#stage('1').name, #stageByRefId('2').type, #stageByRefId(2).name}", `["Deploy","manualJudgment","Ask"]`},
		{"whether a stage is there", "{#stageExists('Ask'), #stageExists('Nope')}", `[true,false]`},
		{"the stage itself", "#currentStage().context.own + own", `"minemine"`},
		{"who it was", "#currentUser()", `"ada"`},
		{"what was chosen", "#judgment('Ask') == #judgement('2')", `true`},
		{"what was deployed", "{#deployedServerGroups('Deploy')[0].serverGroup, #deployedServerGroups('Ask').size(), deployedServerGroups.![serverGroup]}", `["shop-v001",0,["shop-v001"]]`},
		{"stages picked out", "execution.stages.?[type == 'deploy' and hasSucceeded].![name]", `["Deploy"]`},

		{"the workflow's time", "{T(java.time.Instant).now(), new java.text.SimpleDateFormat('yyyyMMdd').format(new java.util.Date())}", `["2024-02-29T13:04:05.678Z","20240229"]`},

		{"the artifacts of the stages", "#resolvedArtifacts().![name]", `["out","within"]`},
		{"what the trigger brought", "trigger.artifacts.![name]", `["shop"]`},
		{"the trigger's artifacts", "{#triggerResolvedArtifact('shop').reference, #triggerResolvedArtifactByType('docker/image')['reference']}", `["shop:7","shop:7"]`},
		{"the build", "{buildInfo.number, scmInfo.branch, scmInfo['sha1']}", `[7,"feature","bbb"]`},

		{"to numbers", "{#toInt('-12') + 1, #toFloat('3') / 2, #toInt(7)}", `[-11,1.5,7]`},
		{"to booleans", "{#toBoolean('TRUE'), #toBoolean('yes'), #toBoolean(null)}", `[true,false,false]`},
		{"Base64, there and back", "{#toBase64('é?'), #fromBase64(#toBase64('é?'))}", `["w6k/","é?"]`},
		{"letters and digits", "#alphanumerical('a-b_C 1é')", `"abC1"`},
		{"to JSON", "#toJson({b: {1, 2.5}, a: '<x>'})", `"{\"a\":\"\u003cx\u003e\",\"b\":[1,2.5]}"`},
		{"JSON with an expression, on purpose", "#toJson(#doNotEval({a: '${x}'}))", `"{\"a\":\"${x}\"}"`},
		{"what is not evaluated is itself elsewhere", "{#doNotEval('${x}'), #doNotEval({a: 1}).a}", `["${x}",1]`},
		{"JSON", "#readJson('{\"a\": [1, true, null]}').a", `[1,true,null]`},
		{"YAML", "#readYaml('a: [1, 2.5, 0x10, true, ~, x, 2024-01-02, \"7\"]').a", `[1,2.5,16,true,null,"x","2024-01-02","7"]`},
		{"no YAML", "#readYaml('')", `null`},
		{"YAML with aliases and merges", "#readYaml('{base: &b {x: 1, y: 2}, own: {<<: *b, y: 3}}').own", `{"x":1,"y":3}`},
		{"all YAML documents", "#readAllYaml(\"a: 1\n---\nb: 2\")", `[{"a":1},{"b":2}]`},
	})
}

func TestFunctionsThatComeLaterSaySo(t *testing.T) {
	for name := range expression.Later {
		if f, ok := functions[name]; !ok {
			t.Errorf("#%s is none of the functions", name)
		} else if _, err := f.run(nil, nil); !errors.Is(err, expression.ErrLater) {
			t.Errorf("#%s = %v, want that it comes later: take it out of expression.Later when it has come", name, err)
		}
	}
	for name, f := range functions {
		if strings.HasPrefix(f.tells, "not available") && expression.Later[name] == "" {
			t.Errorf("#%s is not among those that come later", name)
		}
	}
}

func TestFunctionsOfExpressionsRefuse(t *testing.T) {
	bomb := "'{a: &a [1,1,1,1,1,1,1,1,1,1], b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c], e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]}'"
	checkRefusals(t, []evaluation{
		{"a stage that is not there", "#stage('Deplyo')", "at 1: #stage: 'Deplyo': not found: there is no such stage; did you mean 'Deploy'?"},
		{"a refId that is not there", "#stageByRefId('Deploy')", "#stageByRefId: 'Deploy': not found: there is no stage with that refId"},
		{"nothing was chosen", "#judgment('Deploy')", "#judgment: 'Deploy': not found: nobody chose an input there"},
		{"a function that is nearly one", "#toJsn(1)", "#toJsn: not found: there is no such function; did you mean #toJson?"},
		{"too many values", "#toInt(1, 2)", "#toInt: invalid: it takes 1 values and was given 2"},
		{"too few values", "#stage()", "#stage: invalid: it takes 1 values and was given 0"},
		{"no whole number", "#toInt('1.5')", "'1.5': invalid: it is no whole number between -2147483648 and 2147483647"},
		{"no number", "#toFloat('x')", "'x': invalid: it is no number"},
		{"no Base64", "#fromBase64('?')", "invalid: illegal base64 data at input byte 0"},
		{"JSON that holds an expression", "#toJson({a: '${x}'})", "invalid: the result holds ${, the beginning of an expression: #toJson(#doNotEval(…)) allows it"},
		{"no JSON", "#readJson('{')", "#readJson: invalid: unexpected end of JSON input"},
		{"no YAML", "#readYaml('a: [')", "#readYaml: invalid: yaml: line 1: did not find expected node content"},
		{"several YAML documents", "#readYaml(\"1\n---\n2\")", "invalid: there are 2 documents: #readAllYaml reads them"},
		{"YAML whose aliases explode", "#readYaml(" + bomb + ")", "the YAML has more than 100000 values"},
		{"YAML inside itself", "#readYaml('&a [*a]')", "line 1: invalid: the YAML is nested deeper than 100 levels"},
		{"no such artifact", "#triggerResolvedArtifact('x')", "'x': not found: the trigger has no artifact of that name"},
		{"what needs the network, outside of a stage", "#fromUrl('http://x')", "at 1: #fromUrl: it needs URL 'http://x'"},
		{"what needs a store, outside of a stage", "#pipelineId('x')", "at 1: #pipelineId: it needs pipeline 'x' in 'shop'"},
		{"a pipeline without a name", "#pipelineIdInApplication('x', '')", "#pipelineIdInApplication: invalid: it needs the name of a pipeline and of its application"},
		{"what is not there yet", "#cfServiceKey('x')", "it is not available here yet: it needs Cloud Foundry"},
		{"a root that is nearly one", "paramters.version", "no such value: paramters; did you mean parameters?"},
		{"an output that is nearly one", "deploymnts", "no such value: deploymnts; did you mean deployments?"},
	})
}
