package pipeline

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema (draft 2020-12) of a document with stages of
// these types, for editors. It says what Decode checks of each field; how the
// stages depend on each other is for Decode alone.
func Schema(types Types) ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, RequiredFromJSONSchemaTags: true, Namer: schemaName}
	s := r.ReflectFromType(pipelineType)
	s.Title = "Gennaker pipeline"
	stage := s.Definitions["Stage"]
	names := newChecker(types, &findings{}).names
	if kind, ok := stage.Properties.Get("type"); ok {
		for _, name := range names {
			kind.Enum = append(kind.Enum, name)
		}
	}
	for _, name := range names {
		if t := reflect.TypeOf(types[name]); t != nil {
			stage.AllOf = append(stage.AllOf, whenType(name, r.ReflectFromType(t), s.Definitions))
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

// whenType says that a stage of one type also has that type's fields.
func whenType(name string, fields *jsonschema.Schema, definitions jsonschema.Definitions) *jsonschema.Schema {
	maps.Copy(definitions, fields.Definitions)
	fields.Version, fields.Definitions = "", nil
	isType := jsonschema.NewProperties()
	isType.Set("type", &jsonschema.Schema{Const: name})
	return &jsonschema.Schema{
		If:   &jsonschema.Schema{Properties: isType, Required: []string{"type"}},
		Then: fields,
	}
}
