package pipeline_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
)

type waitStage struct {
	Seconds float64 `json:"waitTime" jsonschema:"required,minimum=0" jsonschema_description:"Seconds to wait."`
}

type address struct {
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
}

type cluster struct {
	address
	Strategy    string            `json:"strategy,omitempty" jsonschema:"enum=,enum=none,enum=redblack"`
	Capacity    gennaker.Capacity `json:"capacity,omitzero"`
	Percent     *int              `json:"percent,omitempty" jsonschema:"minimum=0,maximum=100"`
	Environment map[string]string `json:"environment,omitempty"`
	Enabled     bool              `json:"enabled,omitempty"`
	Since       time.Time         `json:"since,omitzero"`
}

// Option has the name of one of the document's own types.
type Option struct {
	Label string `json:"label" jsonschema:"required"`
}

type noteStage struct {
	Lines []string `json:"lines" jsonschema:"required"`
}

type deployStage struct {
	Clusters []cluster `json:"clusters" jsonschema:"required" jsonschema_description:"What to deploy."`
	Levels   []string  `json:"levels,omitempty" jsonschema:"enum=low,enum=high"`
	Spec     any       `json:"spec,omitempty"`
	Choices  []Option  `json:"choices,omitempty"`
	Port     uint16    `json:"port,omitempty"`
}

// hookStage is a type that stages have as their alias.
type hookStage struct {
	URL string `json:"url,omitempty"`
}

func (hookStage) DefinedIn() string { return "hooks.yml" }

var types = pipeline.Types{"wait": waitStage{}, "deploy": &deployStage{}, "note": noteStage{}, "noop": nil, "hook": hookStage{}}

// stages puts the stages of a document into one that is otherwise right.
func stages(yaml string) string {
	return "name: n\napplication: a\nstages:\n" + yaml
}

func decode(t *testing.T, document string) pipeline.Document {
	t.Helper()
	d, err := pipeline.Decode([]byte(document), types)
	if err != nil {
		t.Fatalf("Decode error:\n%v\nin\n%s", err, document)
	}
	return d
}

func TestDecodeReadsJSONAndYAMLAlike(t *testing.T) {
	asJSON := decode(t, "{\n\t\"name\": \"n\", \"application\": \"caf\\u00e9 \\ud83d\\ude80\",\n\t\"stages\": [{\"type\": \"wait\", \"waitTime\": 1.5e1, \"x\": [null, true, {\"y\": \"z\"}]}]}")
	asYAML := decode(t, "name: n\napplication: café 🚀\nstages:\n- type: wait\n  waitTime: 15\n  x: [null, true, {y: z}]\n")
	if !reflect.DeepEqual(asJSON.Pipeline, asYAML.Pipeline) {
		t.Errorf("JSON = %+v\nYAML = %+v", asJSON.Pipeline, asYAML.Pipeline)
	}
	want := gennaker.Stage{RefID: "0", Type: "wait", Config: map[string]any{
		"waitTime": 15.0, "x": []any{nil, true, map[string]any{"y": "z"}}}}
	if got := asJSON.Pipeline.Stages[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("stage = %+v, want %+v", got, want)
	}
}

func TestDecodeNormalises(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"integer refIds become text", stages("- {type: noop, refId: 1}\n- {type: noop, refId: 2, requisiteStageRefIds: [1]}"),
			`[{"refId":"1","type":"noop"},{"refId":"2","requisiteStageRefIds":["1"],"type":"noop"}]`},
		{"stages without refIds become a line", stages("- {type: noop}\n- {type: noop, requisiteStageRefIds: []}"),
			`[{"refId":"0","type":"noop"},{"refId":"1","requisiteStageRefIds":["0"],"type":"noop"}]`},
		{"numbers and booleans may be written as text", stages(`- {type: wait, waitTime: "30", failPipeline: "False", stageTimeoutMs: "5"}`),
			`[{"failPipeline":false,"refId":"0","stageTimeoutMs":5,"type":"wait","waitTime":30}]`},
		{"an empty refId is none", stages("- {type: noop, refId: ''}\n- {type: noop, refId: ''}"), `[{"refId":"0","type":"noop"},{"refId":"1","requisiteStageRefIds":["0"],"type":"noop"}]`},
		{"a required list may hold empty text", stages("- {type: note, lines: ['']}"), `[{"lines":[""],"refId":"0","type":"note"}]`},
		{"null is absent", stages("- {type: noop, name: null, refId: ~, comments: ~}"), `[{"refId":"0","type":"noop"}]`},
		{"expressions stand for any kind of value", stages(`- {type: wait, waitTime: "${a}", failPipeline: "${b}", notifications: "${c}"}`),
			`[{"failPipeline":"${b}","notifications":"${c}","refId":"0","type":"wait","waitTime":"${a}"}]`},
		{"expressions stand in the structs of a type", stages(`- {type: deploy, clusters: [{capacity: {min: "${a}"}, percent: "${b}", strategy: "${c}", since: "${d}", environment: "${e}"}, "${f}"]}`),
			`[{"clusters":[{"capacity":{"min":"${a}"},"environment":"${e}","percent":"${b}","since":"${d}","strategy":"${c}"},"${f}"],"refId":"0","type":"deploy"}]`},
		{"fields of embedded structs are found", stages(`- {type: deploy, clusters: [{account: x, enabled: "true", since: 2020-01-02T03:04:05Z}]}`),
			`[{"clusters":[{"account":"x","enabled":true,"since":"2020-01-02T03:04:05Z"}],"refId":"0","type":"deploy"}]`},
		{"names that are numbers are text", stages("- {type: noop, x: {1: a, true: b, 2020-01-01: c}}"),
			`[{"refId":"0","type":"noop","x":{"1":"a","2020-01-01":"c","true":"b"}}]`},
		{"anchors and merge keys are followed", stages("- &a {type: wait, waitTime: 1, x: {y: 1}}\n- {<<: *a, waitTime: 2}\n- {<<: [{z: 1}, *a], z: 3}"),
			`[{"refId":"0","type":"wait","waitTime":1,"x":{"y":1}},{"refId":"1","requisiteStageRefIds":["0"],"type":"wait","waitTime":2,"x":{"y":1}},` +
				`{"refId":"2","requisiteStageRefIds":["1"],"type":"wait","waitTime":1,"x":{"y":1},"z":3}]`},
		{"names may be aliases", stages("- {type: &t noop, x: {*t : 1}}"), `[{"refId":"0","type":"noop","x":{"noop":1}}]`},
		{"a byte order mark is passed over", "\xef\xbb\xbf" + one(`{"type":"noop","x":"\ud83d\ude80"}`), `[{"refId":"0","type":"noop","x":"🚀"}]`},
		{"YAML in braces is still YAML", `{name: n, application: a, stages: [{type: noop}]} # fine`, `[{"refId":"0","type":"noop"}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(decode(t, tt.document).Pipeline.Stages)
			if err != nil {
				t.Fatal(err)
			}
			if same := sorted(t, string(got)); same != tt.want {
				t.Errorf("stages = %s\nwant     %s", same, tt.want)
			}
		})
	}
}

// sorted gives every object the order of its names.
func sorted(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(v)
	return string(data)
}

func TestDecodeKeepsAndNotesWhatItDoesNotKnow(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"a field of the pipeline", "name: n\napplication: a\nfoo: 1\nstages: []", "3:1: foo: unknown field: kept, not used"},
		{"a slip", stages("- type: noop\n  requisiteStageRefId: [1]"),
			"5:3: stages[0].requisiteStageRefId: unknown field: kept, not used; did you mean requisiteStageRefIds?"},
		{"a field that differs in case", stages("- type: noop\n  refid: 1"), "5:3: stages[0].refid: unknown field: kept, not used; did you mean refId?"},
		{"a field of a parameter", "name: n\napplication: a\nparameterConfig:\n- name: p\n  defaul: 1\nstages: []",
			"5:3: parameterConfig[0].defaul: unknown field: kept, not used; did you mean default?"},
		{"a slip deep in a stage", stages("- type: deploy\n  clusters:\n  - capacity: {mim: 1, min: 1}"),
			"6:16: stages[0].clusters[0].capacity.mim: unknown field: kept; did you mean min?"},
		{"what a provider reads is no slip", stages("- type: deploy\n  clusters: [{somethingElse: 1}]"), ""},
		{"a field that has no place", "name: n\napplication: a\nstages: []\ntags: [{name: x, value: y, colour: z}]", "4:28: tags[0].colour: unknown field: not kept"},
		{"an expression that nobody evaluates", "name: n\napplication: a\nstages: []\ndisabled: ${x}",
			"4:11: disabled: the expression is kept and not evaluated: only the fields of stages are"},
		{"an expression that cannot be read", stages("- type: noop\n  name: 'b${c +}'\n  '${d': 1"),
			"5:9: stages[0].name: this cannot be evaluated: ${c +}: at 4: the expression stops too early: a value is missing\n" +
				"6:3: stages[0].${d: this cannot be evaluated: ${d: at 2: a } is missing: it closes the ${\n6:3: stages[0].${d: unknown field: kept, not used"},
		{"a condition that cannot be read", stages("- {type: noop, stageEnabled: {type: expression, expression: a ==}}"),
			"4:61: stages[0].stageEnabled.expression: this cannot be evaluated: ${a ==}: at 5: the expression stops too early: a value is missing"},
		{"a condition that can", stages("- {type: noop, stageEnabled: {type: expression, expression: a == 1}}"), ""},
		{"an expression that is kept as it is", stages("- {type: noop, name: '${A:-b}', skipExpressionEvaluation: true}"),
			"4:33: stages[0].skipExpressionEvaluation: unknown field: kept, not used"},
		{"what nothing acts on yet", "name: n\napplication: a\nrespectQuietPeriod: true\nplan: false\ntriggers: []\nstages: [{type: noop, backoffPeriodMs: 5}]",
			"3:1: respectQuietPeriod: kept, and not acted on: Gennaker does not support it yet\n" +
				"6:23: stages[0].backoffPeriodMs: kept, and not acted on: Gennaker does not support it yet"},
		{"a number that cannot be kept", stages("- {type: noop, id: 12345678901234567891}"),
			"4:16: stages[0].id: unknown field: kept, not used\n4:20: stages[0].id: 12345678901234567891 has more digits than a number keeps: write it in quotes if it is a name"},
		{"a default that is not an option", "name: n\napplication: a\nstages: []\nparameterConfig: [{name: p, hasOptions: true, default: z, options: [{value: a}]}]",
			"4:56: parameterConfig[0].default: the default is not one of the options"},
		{"an empty default and one to be evaluated", "name: n\napplication: a\nstages: []\nparameterConfig:\n" +
			"- {name: p, hasOptions: true, default: '', options: [{value: a}]}\n- {name: q, hasOptions: true, default: '${x}', options: [{value: a}]}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(decode(t, tt.document).Notes); got != tt.want {
				t.Errorf("Notes = %s\nwant    %s", got, tt.want)
			}
		})
	}
}

func lines(problems []pipeline.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	return pipeline.Problems(problems).Error()
}

func TestDecodeKeepsUnknownFields(t *testing.T) {
	p := decode(t, `{"name":"n","application":"a","foo":{"x":1},"stages":[{"type":"noop","REFID":"9","bar":null}],"parameterConfig":[{"name":"p","baz":2}]}`).Pipeline
	if want := map[string]any{"foo": map[string]any{"x": 1.0}}; !reflect.DeepEqual(p.Extra, want) {
		t.Errorf("Extra = %v, want %v", p.Extra, want)
	}
	if want := map[string]any{"REFID": "9", "bar": nil}; !reflect.DeepEqual(p.Stages[0].Config, want) || p.Stages[0].RefID != "0" {
		t.Errorf("Config = %v and refId %s, want %v and 0", p.Stages[0].Config, p.Stages[0].RefID, want)
	}
	if want := map[string]any{"baz": 2.0}; !reflect.DeepEqual(p.Parameters[0].Extra, want) {
		t.Errorf("parameter Extra = %v, want %v", p.Parameters[0].Extra, want)
	}
}

func TestDecodeRefusesWhatIsTooLarge(t *testing.T) {
	_, err := pipeline.Decode([]byte(strings.Repeat(" ", 1<<20+1)), types)
	if err == nil || !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "1048577 bytes and the limit is 1048576") {
		t.Errorf("Decode of 1 MiB + 1 = %v", err)
	}
	_, err = pipeline.Decode([]byte(stages(strings.Repeat("- type: noop\n", 1001))), types)
	if err == nil || err.Error() != "4:1: stages: there are 1001 stages and the limit is 1000: split the pipeline into several" {
		t.Errorf("Decode of 1001 stages = %v", err)
	}
	if got := len(decode(t, stages(strings.Repeat("- type: noop\n", 1000))).Pipeline.Stages); got != 1000 {
		t.Errorf("Decode of 1000 stages has %d", got)
	}
}
