package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/pipeline"
)

func TestDecodeAllTakesFilesApart(t *testing.T) {
	const a, b = `{"application": "x", "name": "a", "stages": [{"type": "noop"}]}`, `{"application": "x", "name": "b", "stages": [{"type": "bake"}]}`
	const bake = `"bake" is a stage type of Spinnaker that Gennaker cannot run yet (it can run 4 types)`
	for _, c := range []struct{ name, file, want string }{
		{"one pipeline", a, "-1 a"},
		{"a list", "[" + a + ",\n" + b + "]", "0 a; 1 2:55: stages[0].type: " + bake},
		{"an application's export", `{"name": "x", "email": "a@b", "pipelines": [` + a + `]}`, "0 a"},
		{"YAML", "- application: x\n  name: a\n  stages: []\n- application: x\n  name: b\n  stages: []\n", "0 a; 1 b"},
		{"a template", `{"schema": "v2", "id": "t", "pipeline": {"stages": []}, "variables": []}`,
			"-1 is a pipeline template: the pipelines made from it are what runs"},
		{"an application", `{"name": "x", "email": "a@b"}`, "-1 is no pipeline: it has neither stages nor an application"},
		{"what is no object in a list", "[" + a + ", 7]", "0 a; 1 1:67: an object with name, application and stages is wanted, this is the number 7"},
		{"a mistake of the reader in one of a list", "[" + a + `, {"application": "x", "name": "b", "name": "c", "stages": []}]`,
			"0 a; 1 1:101: name: the field is given twice, first on line 1: take one away"},
		{"an empty list", "[]", "-1 1:1: an object with name, application and stages is wanted, this is a list"},
		{"an instance of a template", `{"application": "x", "name": "a", "type": "templatedPipeline", "schema": "v2", "template": {"reference": "spinnaker://t"}}`,
			"-1 1:92: template: the pipeline is an instance of a template, and Gennaker does not resolve templates yet: save what Spinnaker makes of it"},
		{"an object too large to run in a file that may be", "[" + strings.Replace(a, "noop", strings.Repeat("x", 1<<20), 1) + "," + a + "]", "0 pipeline document: invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := entries(pipeline.DecodeAll([]byte(c.file), types)); !strings.HasPrefix(got, c.want) {
				t.Errorf("DecodeAll =\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestDecodeAllGivesWhatItCouldRead(t *testing.T) {
	e := pipeline.DecodeAll([]byte(`{"application": "x", "name": "a", "stages": [{"refId": 1, "type": "bake", "cloudProvider": "aws"}, {"type": "wait"}]}`), types)[0]
	if e.Err == nil || len(e.Pipeline.Stages) != 2 || e.Pipeline.Stages[0].Config["cloudProvider"] != "aws" {
		t.Errorf("DecodeAll = %+v, %v, want the stages beside an error", e.Pipeline, e.Err)
	}
}

// entries are the names of pipelines, or what is said instead.
func entries(all []pipeline.Entry) string {
	var words []string
	for _, e := range all {
		word := e.Pipeline.Name
		switch {
		case e.Not != "":
			word = "is " + e.Not
		case e.Err != nil:
			word = e.Err.Error()
		}
		words = append(words, fmt.Sprintf("%d %s", e.Index, word))
	}
	return strings.Join(words, "; ")
}

func TestProblemsHaveKinds(t *testing.T) {
	const document = `{"application": "x", "name": "a", "colour": 1, "disabled": "${a}", "stages": [
		{"type": "pageOps", "alias": "hook", "backoffPeriodMs": 5}, {"type": "bake"}, {"type": "mine"}, {"type": "myJob", "alias": "preconfiguredJob"},
		{"type": "deploy", "clusters": [{"strategy": "best"}]}]}`
	d, err := pipeline.Decode([]byte(document), types)
	var got []string
	for _, p := range append(d.Notes, err.(pipeline.Problems)...) {
		got = append(got, strings.TrimSpace(p.Path+" "+string(p.Kind)+" "+p.Subject))
	}
	const want = "colour unknownField, disabled notEvaluated, stages[0].type seenWhenRun, stages[0].backoffPeriodMs notYet, " +
		"stages[1].type spinnakerOnly bake, stages[2].type unknownType mine, stages[3].type spinnakerOnly preconfiguredJob, " +
		"stages[4].clusters[0].strategy"
	if strings.Join(got, ", ") != want {
		t.Errorf("kinds = %s\nwant    %s", strings.Join(got, ", "), want)
	}
}
