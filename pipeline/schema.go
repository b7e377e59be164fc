package pipeline

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/gennaker/gennaker"
)

// Schema returns the JSON Schema (draft 2020-12) of a document with stages of
// these types, for editors. It says what Decode checks of each field; how the
// stages depend on each other is for Decode alone.
func Schema(types Types) ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, RequiredFromJSONSchemaTags: true, Namer: schemaName}
	s := r.ReflectFromType(pipelineType)
	s.Title = "Gennaker pipeline"
	stage := s.Definitions["Stage"]
	stage.AnyOf = known(types)
	for _, name := range gennaker.SortedKeys(types) {
		if t := reflect.TypeOf(types[name]); t != nil {
			stage.AllOf = append(stage.AllOf, whenType(fieldOf(types, name), name, r.ReflectFromType(t), s.Definitions))
		}
	}
	for name, definition := range s.Definitions {
		lenient(definition, slices.Contains([]string{"Pipeline", "Stage", "Parameter"}, name))
	}
	return json.MarshalIndent(s, "", "  ")
}

// schemaName keeps types of one name from different packages apart.
func schemaName(t reflect.Type) string {
	if t.Name() == "" || t.PkgPath() == pipelineType.PkgPath() {
		return t.Name()
	}
	return t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
}

// known says that a stage is of one of the types, by its type or its alias.
func known(types Types) []*jsonschema.Schema {
	var own, all []any
	for _, name := range gennaker.SortedKeys(types) {
		all = append(all, name)
		if fieldOf(types, name) == "type" {
			own = append(own, name)
		}
	}
	return []*jsonschema.Schema{has("type", &jsonschema.Schema{Enum: own}), has("alias", &jsonschema.Schema{Enum: all})}
}

// fieldOf is the field of a stage that names the type.
func fieldOf(types Types, name string) string {
	if _, elsewhere := types[name].(Elsewhere); elsewhere {
		return "alias"
	}
	return "type"
}

// whenType says that a stage of one type also has that type's fields.
func whenType(field, name string, fields *jsonschema.Schema, definitions jsonschema.Definitions) *jsonschema.Schema {
	maps.Copy(definitions, fields.Definitions)
	fields.Version, fields.Definitions = "", nil
	return &jsonschema.Schema{If: has(field, &jsonschema.Schema{Const: name}), Then: fields}
}

// has says that an object has a field, and what is in it.
func has(field string, value *jsonschema.Schema) *jsonschema.Schema {
	properties := jsonschema.NewProperties()
	properties.Set(field, value)
	return &jsonschema.Schema{Properties: properties, Required: []string{field}}
}
