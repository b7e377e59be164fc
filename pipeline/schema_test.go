package pipeline_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gennaker/gennaker/pipeline"
)

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := pipeline.Schema(types)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("pipeline.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("pipeline.json")
	if err != nil {
		t.Fatalf("the schema is not one: %v\n%s", err, data)
	}
	if s.DraftVersion != 2020 {
		t.Errorf("draft = %d, want 2020", s.DraftVersion)
	}
	return s
}

// one puts a stage into a document that is otherwise right.
func one(stage string) string {
	return `{"name":"n","application":"a","stages":[` + stage + `]}`
}

// The schema and Decode judge the same documents, so each case is held against
// both.
func TestSchemaAgreesWithDecode(t *testing.T) {
	tests := []struct {
		name, document string
		good           bool
	}{
		{"an empty pipeline", one(""), true},
		{"a stage of a known type", one(`{"type":"wait","waitTime":5,"refId":"1"}`), true},
		{"a type without fields", one(`{"type":"noop"}`), true},
		{"integer refIds", one(`{"type":"noop","refId":1},{"type":"noop","refId":2,"requisiteStageRefIds":[1]}`), true},
		{"unknown fields", one(`{"type":"noop","x":1}`), true},
		{"numbers written as text", one(`{"type":"wait","waitTime":"1.5","stageTimeoutMs":"10"}`), true},
		{"booleans written as text", one(`{"type":"noop","failPipeline":"False"}`), true},
		{"an expression for a number", one(`{"type":"wait","waitTime":"${parameters.x}","stageTimeoutMs":"${x}"}`), true},
		{"an expression for a boolean", one(`{"type":"noop","failPipeline":"${x}"}`), true},
		{"an expression for a list", one(`{"type":"deploy","clusters":"${x}"}`), true},
		{"an expression for an item", one(`{"type":"deploy","clusters":["${x}"],"levels":["${y}"]}`), true},
		{"an expression deep in a type", one(`{"type":"deploy","clusters":[{"capacity":{"min":"${x}"},"strategy":"${y}","since":"${z}"}]}`), true},
		{"nulls for what may be absent", one(`{"type":"noop","name":null,"failPipeline":null,"notifications":null,"stageEnabled":null}`), true},
		{"an embedded field", one(`{"type":"deploy","clusters":[{"account":"x"}]}`), true},
		{"parameters", `{"name":"n","application":"a","stages":[],"parameterConfig":[{"name":"p","default":1,"hasOptions":true,"options":[{"value":"1"}]}]}`, true},
		{"anything where anything may stand", one(`{"type":"deploy","clusters":[],"spec":{"a":[1,null]}}`), true},

		{"an unknown type with a known alias", one(`{"type":"nap","alias":"wait","waitTime":5}`), true},
		{"a type that is defined elsewhere", one(`{"type":"pageOps","alias":"hook","url":"x"}`), true},
		{"a type with the name of another", one(`{"type":"deploy","clusters":[],"choices":[{"label":"x"}]}`), true},

		{"the other type of that name", one(`{"type":"deploy","clusters":[],"choices":[{"value":"x"}]}`), false},
		{"no name", `{"application":"a","stages":[]}`, false},
		{"an empty name", `{"name":"","application":"a","stages":[]}`, false},
		{"null for a name", `{"name":null,"application":"a","stages":[]}`, false},
		{"no stages", `{"name":"n","application":"a"}`, false},
		{"stages that are an expression", `{"name":"n","application":"a","stages":"${x}"}`, false},
		{"a stage that is an expression", one(`"${x}"`), false},
		{"no type", one(`{"name":"x"}`), false},
		{"an unknown type", one(`{"type":"depoly"}`), false},
		{"an unknown type with an unknown alias", one(`{"type":"nap","alias":"rest"}`), false},
		{"an alias for a type", one(`{"type":"hook"}`), false},
		{"a wrong field of a type that is defined elsewhere", one(`{"type":"pageOps","alias":"hook","url":7}`), false},
		{"a required field of the type is missing", one(`{"type":"wait"}`), false},
		{"a required field of the type is null", one(`{"type":"wait","waitTime":null}`), false},
		{"a word for a number", one(`{"type":"wait","waitTime":"soon"}`), false},
		{"a negative number", one(`{"type":"wait","waitTime":-1}`), false},
		{"a negative time-out", one(`{"type":"noop","stageTimeoutMs":-1}`), false},
		{"a fraction for a whole number", one(`{"type":"noop","stageTimeoutMs":1.5}`), false},
		{"a number for a string", one(`{"type":"noop","name":1}`), false},
		{"a boolean for a refId", one(`{"type":"noop","refId":true}`), false},
		{"requisites that are an expression", one(`{"type":"noop","refId":"1","requisiteStageRefIds":"${x}"}`), false},
		{"a word for a boolean", one(`{"type":"noop","failPipeline":"maybe"}`), false},
		{"a value that is not allowed", one(`{"type":"deploy","clusters":[{"strategy":"best"}]}`), false},
		{"an item that is not allowed", one(`{"type":"deploy","clusters":[],"levels":["tall"]}`), false},
		{"a string for an object deep in a type", one(`{"type":"deploy","clusters":[{"capacity":"x"}]}`), false},
		{"a number in a map of strings", one(`{"type":"deploy","clusters":[{"environment":{"PORT":80}}]}`), false},
		{"too much", one(`{"type":"deploy","clusters":[{"percent":101}]}`), false},
		{"null in a list of objects", one(`{"type":"deploy","clusters":[null]}`), false},
		{"an unknown compatibility", `{"name":"n","application":"a","stages":[],"compatibility":"jenkins"}`, false},
		{"a list of strings for triggers", `{"name":"n","application":"a","stages":[],"triggers":["${x}"]}`, false},
	}
	s := compile(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			instance, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(instance); (err == nil) != tt.good {
				t.Errorf("schema: good = %t, want %t: %v", err == nil, tt.good, err)
			}
			if _, err := pipeline.Decode([]byte(tt.document), types); (err == nil) != tt.good {
				t.Errorf("Decode: good = %t, want %t: %v", err == nil, tt.good, err)
			}
		})
	}
}

func TestSchemaTellsEditorsWhatFieldsMean(t *testing.T) {
	data, err := pipeline.Schema(types)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Seconds to wait.", "refIds of the stages that must have passed before.", "Fewest instances."} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("the schema does not say %q", want)
		}
	}
	again, err := pipeline.Schema(types)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("the schema differs from one call to the next")
	}
}
