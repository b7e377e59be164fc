package pipeline

import (
	"reflect"
	"slices"
	"strings"
)

// list checks a list. Its fields' minimum and enum hold for each item.
func (c *checker) list(n *node, r rule, p *path) any {
	if n.kind != list {
		return c.wrong(n, p, "a list")
	}
	items := make([]any, len(n.items))
	for i, item := range n.items {
		items[i] = c.value(item, r.item(), p.item(i))
	}
	return items
}

// table checks an object whose names the document chooses.
func (c *checker) table(n *node, r rule, p *path) any {
	if n.kind != object {
		return c.wrong(n, p, "an object")
	}
	fields := make(map[string]any, len(n.fields))
	for _, m := range n.fields {
		fields[m.name] = c.value(m.value, r.item(), p.field(m.name))
	}
	return fields
}

// nested checks an object that a struct describes. Other fields are kept too:
// often somebody else, such as a provider, reads them. Only what looks like a
// slip is noted.
func (c *checker) nested(n *node, r rule, p *path) any {
	if n.kind != object {
		return c.wrong(n, p, "an object")
	}
	s := c.shapes[r.typ]
	if s == nil {
		s = shapeOf(r.typ)
		c.shapes[r.typ] = s
	}
	fields, unknown := c.object(n, s, p)
	for _, m := range unknown {
		if r.fixed || r.fixedItems { // encoding/json has no place for it
			c.note(m.position, p.field(m.name), "unknown field: not kept%s", c.nearest(m.name, s.names)).Kind = UnknownField
			continue
		}
		fields[m.name] = m.value.plain()
		if hint := c.slip(m.name, s.names); hint != "" {
			c.note(m.position, p.field(m.name), "unknown field: kept%s", hint).Kind = UnknownField
		}
	}
	return fields
}

// open checks an object of the document itself, which keeps what it does not
// know and says so, and says too what nothing acts on yet.
func (c *checker) open(n *node, s *shape, p *path) map[string]any {
	fields, unknown := c.object(n, s, p)
	for _, m := range n.fields {
		if r, known := s.find(m.name); known && r.later && !blank(fields[m.name]) {
			c.note(m.position, p.field(m.name), "kept, and not acted on: Gennaker does not support it yet").Kind = NotYet
		}
	}
	for _, m := range unknown {
		fields[m.name] = m.value.plain()
		c.note(m.position, p.field(m.name), "unknown field: kept, not used%s", c.slip(m.name, s.names)).Kind = UnknownField
	}
	return fields
}

// blank reports whether a field says as much as its absence.
func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return reflect.ValueOf(value).IsZero()
}

// slip suggests the field that a name was meant to be. One of Spinnaker's is
// what it was meant to be.
func (c *checker) slip(name string, names []string) string {
	if slices.Contains(spinnakerFields, name) {
		return ""
	}
	return c.nearest(name, names)
}

// object checks the fields that a shape knows and returns the others. A field
// that is null is absent.
func (c *checker) object(n *node, s *shape, p *path) (map[string]any, []member) {
	fields := make(map[string]any, len(n.fields))
	var unknown []member
	for _, m := range n.fields {
		r, known := s.find(m.name)
		switch {
		case !known:
			unknown = append(unknown, m)
		case m.value.kind != null:
			fields[m.name] = c.value(m.value, r, p.field(m.name))
		}
	}
	for _, r := range s.rules {
		if _, given := fields[r.name]; r.required && !given && !(r.unneeded && c.strategy) {
			c.problem(n.position, p.field(r.name), "is missing: %s", r.help())
		}
	}
	return fields, unknown
}

// help says what to write.
func (r rule) help() string {
	help := "give " + kindWord(r.typ)
	if len(r.enum) > 0 {
		help = "give one of " + strings.Join(r.enum, ", ")
	}
	if r.description != "" {
		help += " (" + strings.TrimSuffix(r.description, ".") + ")"
	}
	return help
}

func kindWord(t reflect.Type) string {
	t = indirect(t)
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Interface:
		return "a value"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}
