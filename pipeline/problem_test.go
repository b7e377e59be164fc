package pipeline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
)

// problems decodes a document that is wrong and returns what is said about it.
func problems(t *testing.T, document string) string {
	t.Helper()
	_, err := pipeline.Decode([]byte(document), types)
	if err == nil {
		t.Fatalf("Decode found nothing wrong with\n%s", document)
	}
	if !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("Decode error is not ErrInvalid: %v", err)
	}
	return err.Error()
}

func TestDecodeReportsMistakes(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"nothing", " \n", "1:1: the document is empty: a pipeline has at least name, application and stages"},
		{"only a comment", "# nothing", "1:1: the document is empty: a pipeline has at least name, application and stages"},
		{"a list", "- a", "1:1: an object with name, application and stages is wanted, this is a list"},
		{"missing fields", "{}", "1:1: name: is missing: give a string (Unique in the application)\n" +
			"1:1: application: is missing: give a string (The application that owns the pipeline)\n" +
			"1:1: stages: is missing: give a list (What to do, as a graph. Stages without refId run one after another)"},
		{"an empty name", "name: ''\napplication: a\nstages: []", "1:7: name: is empty: give a string (Unique in the application)"},
		{"a stage without a type", stages("- name: x"), "4:3: stages[0].type: is missing: give a string"},
		{"an unknown type", stages("- type: depoly"), `4:9: stages[0].type: "depoly" is not a stage type; did you mean deploy? (4 types are known)`},
		{"an unknown type with an unknown alias", stages("- {type: nap, alias: rest}"), `4:10: stages[0].type: "nap" is not a stage type (4 types are known), nor is its alias "rest"`},
		{"an alias for a type", stages("- type: hook"), `4:9: stages[0].type: "hook" is an alias: make it the stage's alias, and its type a name from hooks.yml`},
		{"a required parameter of the alias", stages("- {type: nap, alias: wait}"), "4:3: stages[0].waitTime: is missing: give a number (Seconds to wait)"},
		{"a required parameter of a type", stages("- type: wait"), "4:3: stages[0].waitTime: is missing: give a number (Seconds to wait)"},
		{"null for a required parameter", stages("- {type: wait, waitTime: null}"), "4:3: stages[0].waitTime: is missing: give a number (Seconds to wait)"},
		{"an artifact that is none", stages("- {type: nap, alias: wait, waitTime: 1, expectedArtifacts: [{matchArtifact: {name: a}}, {matchArtifact: a}]}\nexpectedArtifacts: [{usePriorArtifact: 7}, {defaultArtifact: '${x}'}]"),
			"4:89: stages[0].expectedArtifacts[1]: it cannot be read: matchArtifact and defaultArtifact are objects of texts, usePriorArtifact and useDefaultArtifact true or false\n" +
				"5:21: expectedArtifacts[0]: it cannot be read: matchArtifact and defaultArtifact are objects of texts, usePriorArtifact and useDefaultArtifact true or false"},
		{"a negative time", stages("- {type: wait, waitTime: -1, stageTimeoutMs: -5}"),
			"4:26: stages[0].waitTime: must be at least 0, this is -1\n4:46: stages[0].stageTimeoutMs: must be at least 0, this is -5"},
		{"too much", stages("- {type: deploy, clusters: [{percent: 101}]}"), "4:39: stages[0].clusters[0].percent: must be at most 100, this is 101"},
		{"a string for a number", stages("- {type: wait, waitTime: soon}"), `4:26: stages[0].waitTime: a number is wanted, this is the string "soon"`},
		{"a number for a string", stages("- {type: noop, name: 1.10}"), "4:22: stages[0].name: a string is wanted, this is the number 1.10: write it in quotes"},
		{"a fraction for a whole number", stages("- {type: noop, stageTimeoutMs: 1.5}"), "4:32: stages[0].stageTimeoutMs: a whole number is wanted, this is the number 1.5"},
		{"a whole number that is too large", stages("- {type: noop, stageTimeoutMs: 1e300}"), "4:32: stages[0].stageTimeoutMs: 1e300 does not fit"},
		{"a number that does not fit", stages("- {type: deploy, clusters: [], port: 65536}"), "4:38: stages[0].port: 65536 does not fit"},
		{"a number below zero that does not fit", stages("- {type: deploy, clusters: [], port: -1}"), "4:38: stages[0].port: -1 does not fit"},
		{"the word null for a number", stages("- {type: wait, waitTime: 'null'}"), `4:26: stages[0].waitTime: a number is wanted, this is the string "null"`},
		{"a word for a boolean", stages("- {type: noop, failPipeline: maybe}"), `4:30: stages[0].failPipeline: true or false is wanted, this is the string "maybe"`},
		{"a string for a list", stages("- {type: deploy, clusters: x}"), `4:28: stages[0].clusters: a list is wanted, this is the string "x"`},
		{"a list for an object", stages("- {type: deploy, clusters: [{capacity: []}]}"), "4:40: stages[0].clusters[0].capacity: an object is wanted, this is a list"},
		{"a number deep in a map of strings", stages("- {type: deploy, clusters: [{environment: {PORT: 80}}]}"),
			"4:50: stages[0].clusters[0].environment.PORT: a string is wanted, this is the number 80: write it in quotes"},
		{"null in a list", stages("- {type: deploy, clusters: [null]}"), "4:29: stages[0].clusters[0]: an object is wanted, this is null"},
		{"not one of those allowed", stages("- {type: deploy, clusters: [{strategy: redblock}]}"),
			`4:40: stages[0].clusters[0].strategy: "redblock" is not one of none, redblack; did you mean redblack?`},
		{"not one of those allowed in a list", stages("- {type: deploy, clusters: [], levels: [low, tall]}"), `4:46: stages[0].levels[1]: "tall" is not one of low, high`},
		{"a type that reads itself refuses", stages("- {type: deploy, clusters: [{since: yesterday}]}"),
			`4:37: stages[0].clusters[0].since: the string "yesterday" is not allowed here: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`},
		{"a refId twice", stages("- {type: noop, refId: 1}\n- {type: noop, refId: '1'}"), `5:23: stages[1].refId: "1" is the refId of stages[0] on line 4 too: give it another`},
		{"a refId that is missing", stages("- {type: noop, refId: 1}\n- type: noop"), "5:3: stages[1].refId: is missing, and other stages have one: give every stage a refId, or none"},
		{"a requisite that is not there", stages("- {type: noop, refId: deploy1}\n- {type: noop, refId: b, requisiteStageRefIds: [deploy2]}"),
			`5:49: stages[1].requisiteStageRefIds[0]: no stage has the refId "deploy2"; did you mean deploy1?`},
		{"a stage after itself", stages("- {type: noop, refId: 1, requisiteStageRefIds: [1]}"), `4:49: stages[0].requisiteStageRefIds[0]: the stage depends on itself: take "1" away`},
		{"a cycle", stages("- {type: noop, refId: 1, requisiteStageRefIds: [3]}\n- {type: noop, refId: 2, requisiteStageRefIds: [1]}\n- {type: noop, refId: 3, requisiteStageRefIds: [2]}"),
			"4:48: stages[0].requisiteStageRefIds: these stages wait for each other: 1 → 2 → 3 → 1: take one of the requisites away"},
		{"two cycles", stages("- {type: noop, refId: 1, requisiteStageRefIds: [2]}\n- {type: noop, refId: 2, requisiteStageRefIds: [1]}\n- {type: noop, refId: 3, requisiteStageRefIds: [4]}\n- {type: noop, refId: 4, requisiteStageRefIds: [3]}"),
			"4:48: stages[0].requisiteStageRefIds: these stages wait for each other: 1 → 2 → 1: take one of the requisites away\n" +
				"6:48: stages[2].requisiteStageRefIds: these stages wait for each other: 3 → 4 → 3: take one of the requisites away"},
		{"requisites without refIds", stages("- type: noop\n- {type: noop, requisiteStageRefIds: [0]}"),
			"5:39: stages[1].requisiteStageRefIds: no stage has a refId, so they run one after another: give every stage a refId, or take this away"},
		{"an expression where the graph is built", stages("- {type: noop, refId: 1, requisiteStageRefIds: '${x}'}"),
			`4:48: stages[0].requisiteStageRefIds: a list is wanted, this is the string "${x}"`},
		{"two parameters of one name", "name: n\napplication: a\nstages: []\nparameterConfig: [{name: p}, {name: p}]",
			`4:37: parameterConfig[1].name: "p" is the name of parameterConfig[0] too: give it another`},
		{"a choice of nothing", "name: n\napplication: a\nstages: []\nparameterConfig: [{name: p, hasOptions: true}]",
			"4:41: parameterConfig[0].options: hasOptions is true and there are none: give options, or take hasOptions away"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := problems(t, tt.document); got != tt.want {
				t.Errorf("Decode =\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDecodeReportsAllMistakesInOrder(t *testing.T) {
	got := problems(t, `{
	"name": "n",
	"stages": [
		{"type": "wait", "refId": "1", "waitTime": "soon"},
		{"type": "dploy", "refId": "2", "requisiteStageRefIds": ["1", "4"]},
		{"type": "wait", "refId": "2", "waitTime": 1, "failPipeline": 3}
	]
}`)
	want := `1:1: application: is missing: give a string (The application that owns the pipeline)
4:46: stages[0].waitTime: a number is wanted, this is the string "soon"
5:12: stages[1].type: "dploy" is not a stage type; did you mean deploy? (4 types are known)
5:65: stages[1].requisiteStageRefIds[1]: no stage has the refId "4"
6:29: stages[2].refId: "2" is the refId of stages[1] on line 5 too: give it another
6:65: stages[2].failPipeline: true or false is wanted, this is the number 3`
	if got != want {
		t.Errorf("Decode =\n%s\nwant\n%s", got, want)
	}
}

func TestDecodeReportsSyntaxErrors(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'j'; c++ {
		up := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+up+",", 9) + "]\n"
	}
	tests := []struct{ name, document, want string }{
		{"JSON that stops", `{"name": "n"`, "1:12: this is not JSON: unexpected end of JSON input"},
		{"JSON with a comma missing", "{\n  \"name\": \"n\"\n  \"x\": 1}", `3:3: this is not JSON: invalid character '"' after object key:value pair`},
		{"JSON with a field twice", "{\"name\": \"n\", \"application\": \"a\", \"stages\": [],\n\"name\": \"m\"}", "2:1: name: the field is given twice, first on line 1: take one away"},
		{"JSON with a huge number", `{"name": "n", "application": "a", "stages": [], "x": 1e999}`, "1:54: x: the number 1e999 is too large"},
		{"JSON that is deep", `{"x": ` + deep + `}`, "values are nested deeper than 200 levels"},
		{"YAML that is wrong", "name: n\n  stages: x", "2:3: this is not YAML: mapping values are not allowed in this context"},
		{"YAML with a tab", "name: n\n\tstages: x", "2:2: this is not YAML: found a tab character that violates indentation"},
		{"YAML with a field twice", "name: n\napplication: a\nstages: []\n\"name\": m", "4:1: name: the field is given twice, first on line 1: take one away"},
		{"YAML that is deep", "x: " + deep, "values are nested deeper than 200 levels"},
		{"YAML with two documents", "name: n\n---\nname: m", "2:1: a second document begins here: put one pipeline in one file"},
		{"YAML with an unknown alias", "name: *x", "1:1: this is not YAML: unknown anchor 'x' referenced"},
		{"YAML with an alias in itself", "x: &a [*a]", "1:8: x[0][0]: the anchor a contains itself: take the alias away"},
		{"YAML that laughs a billion times", bomb, "the aliases make the document larger than 1048576 bytes (1 MiB): use fewer"},
		{"YAML that laughs with names", "x: &a {? " + strings.Repeat("n", 100_000) + " : 1}\ny: [" + strings.Repeat("*a,", 20) + "]",
			"the aliases make the document larger than 1048576 bytes (1 MiB): use fewer"},
		{"YAML with a tag", "name: !!binary aGk=\napplication: a\nstages: []", "1:7: name: the tag !!binary is not known here: take it away"},
		{"YAML with a number that JSON lacks", "name: n\napplication: a\nstages: []\nx: .inf", "4:4: x: .inf is not a number that JSON has: write it in quotes"},
		{"YAML with a key that is no text", "name: n\napplication: a\nstages: []\n? [x]\n: 1", "4:3: a field's name must be text"},
		{"YAML that merges a string", "name: n\napplication: a\nstages: []\n<<: x", `4:5: << merges objects, and this is the string "x"`},
		{"YAML with a tag that does not fit", "name: n\napplication: a\nstages: []\nx: !!int y", `4:4: x: the number y does not fit its tag !!int: take the tag away`},
		{"bytes that are no text", "name: \xff", "1:7: this byte is not UTF-8: save the document as UTF-8"},
		{"a control character", "name: é\x00", "1:8: the control character U+0000 is not allowed: take it out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := problems(t, tt.document); !strings.Contains("\n"+got, tt.want) {
				t.Errorf("Decode =\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDecodeRunsOutOfSuggestionsNotOfTime(t *testing.T) {
	document := stages(strings.Repeat("- {type: nopo}\n", 200))
	for i := range 700 {
		document += fmt.Sprintf("- {type: noop, refId: stage%d, requisiteStageRefIds: [stagee%d]}\n", i, i)
	}
	got := problems(t, document)
	if n := strings.Count(got, "did you mean"); n < 250 || n > 600 {
		t.Errorf("%d of 900 mistakes have a suggestion, want a few hundred", n)
	}
}
