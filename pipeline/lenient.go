package pipeline

import (
	"slices"

	"github.com/invopop/jsonschema"
)

// What may stand for a value that is not text.
const (
	expressionPattern = `\$\{`
	integerPattern    = `^-?(0|[1-9][0-9]*)$|` + expressionPattern
	numberPattern     = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$|` + expressionPattern
	booleanPattern    = `^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$|` + expressionPattern
)

// lenient loosens the fields of a struct as Decode does: expressions, numbers
// and booleans written as text, null for absent. It reads the same rules.
func lenient(s *jsonschema.Schema, document bool) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		required := slices.Contains(s.Required, p.Key)
		fixed := document && slices.Contains(fixedFields, p.Key)
		if required && p.Value.Type == "string" && len(p.Value.Enum) == 0 {
			one := uint64(1)
			p.Value.MinLength = &one
		}
		if document && slices.Contains(refIDFields, p.Key) {
			refIDs(p.Value)
		} else {
			items(p.Value, document)
		}
		p.Value = loosened(p.Value, !fixed, !required)
	}
}

// items loosens what is in a list or a map. The document's own lists hold what
// is read before anything is evaluated.
func items(s *jsonschema.Schema, document bool) {
	if s.Items != nil {
		items(s.Items, document)
		s.Items = loosened(s.Items, !document, false)
	}
	if s.AdditionalProperties != nil && s.Type == "object" {
		items(s.AdditionalProperties, document)
		s.AdditionalProperties = loosened(s.AdditionalProperties, !document, false)
	}
}

// refIDs lets whole numbers be refIds.
func refIDs(s *jsonschema.Schema) {
	if s.Items != nil {
		s.Items = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}}}
		return
	}
	s.Type, s.AnyOf = "", []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}}
}

// loosened allows text with an expression, and null, beside what s allows.
func loosened(s *jsonschema.Schema, expressions, nulls bool) *jsonschema.Schema {
	pattern := expressionPattern
	switch s.Type {
	case "integer":
		pattern = integerPattern
	case "number":
		pattern = numberPattern
	case "boolean":
		pattern = booleanPattern
	case "string":
		expressions = expressions && len(s.Enum)+len(s.Format) > 0
	case "":
		if s.Ref == "" && s.AnyOf == nil {
			return s // takes everything already
		}
	}
	loose := &jsonschema.Schema{Description: s.Description, AnyOf: []*jsonschema.Schema{s}}
	if expressions {
		loose.AnyOf = append(loose.AnyOf, &jsonschema.Schema{Type: "string", Pattern: pattern})
	}
	if nulls {
		loose.AnyOf = append(loose.AnyOf, &jsonschema.Schema{Type: "null"})
	}
	if len(loose.AnyOf) == 1 {
		return s
	}
	s.Description = ""
	return loose
}
