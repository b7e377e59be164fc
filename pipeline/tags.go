package pipeline

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// rule is what a value has to be, as the struct field for it says.
type rule struct {
	name        string
	typ         reflect.Type
	description string
	required    bool
	unneeded    bool // where the document is a strategy, which its parent gives the field
	minimum     *float64
	maximum     *float64
	enum        []string
	fixed       bool // an expression may not stand here
	fixedItems  bool // nor for an item
	refID       bool // a whole number is taken as its text
	later       bool // nothing acts on it yet
}

// item is the rule for the items of a list, or the values of a map.
func (r rule) item() rule {
	r.typ = r.typ.Elem()
	r.fixed = r.fixed || r.fixedItems
	r.required = false
	return r
}

// shape is a struct's fields, in its order.
type shape struct {
	rules []rule
	index map[string]int // name to rule
	names []string
}

func (s *shape) add(r rule) {
	if _, taken := s.index[r.name]; taken {
		return
	}
	s.index[r.name] = len(s.rules)
	s.rules = append(s.rules, r)
	s.names = append(s.names, r.name)
}

func (s *shape) find(name string) (rule, bool) {
	i, ok := s.index[name]
	if !ok {
		return rule{}, false
	}
	return s.rules[i], true
}

// shapeOf reads the fields of structs that stand side by side in one object.
// Of two with the same name the first counts.
func shapeOf(types ...reflect.Type) *shape {
	s := &shape{index: map[string]int{}}
	for _, t := range types {
		s.read(t)
	}
	return s
}

func (s *shape) read(t reflect.Type) {
	t = indirect(t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && indirect(f.Type).Kind() == reflect.Struct:
			s.read(f.Type)
		case f.IsExported():
			s.add(ruleOf(f, name))
		}
	}
}

func ruleOf(f reflect.StructField, name string) rule {
	if name == "" {
		name = f.Name
	}
	r := rule{name: name, typ: f.Type, description: f.Tag.Get("jsonschema_description"), later: f.Tag.Get("support") == "later"}
	r.unneeded = f.Tag.Get("required") == "unless strategy"
	r.required = r.unneeded
	for tag := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
		key, value, _ := strings.Cut(tag, "=")
		switch key {
		case "required":
			r.required = true
		case "minimum":
			r.minimum = bound(value)
		case "maximum":
			r.maximum = bound(value)
		case "enum":
			r.enum = append(r.enum, value)
		}
	}
	return r
}

func bound(s string) *float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &f
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// The fields of the document's own structs that are needed before anything is
// evaluated, and those that hold refIds.
var (
	fixedFields = []string{"stages", "parameterConfig", "requisiteStageRefIds"}
	refIDFields = []string{"refId", "requisiteStageRefIds"}
)

// documented gives the shape of one of the document's own structs, together
// with the fields of the structs that stand beside it.
func documented(types ...reflect.Type) *shape {
	s := shapeOf(types[0])
	for i := range s.rules {
		r := &s.rules[i]
		r.fixed = slices.Contains(fixedFields, r.name)
		r.fixedItems = true
		r.refID = slices.Contains(refIDFields, r.name)
	}
	for _, t := range types[1:] {
		s.read(t)
	}
	return s
}
