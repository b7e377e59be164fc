package pipeline

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// checker holds a tree against Go types. It returns the values in plain JSON
// kinds, with numbers and booleans that were written as text set right.
type checker struct {
	*findings
	types   Types
	names   []string // that a stage's type can be, sorted
	shapes  map[reflect.Type]*shape
	stages  map[string]*shape // by stage type
	graph   []graphStage
	guesses int  // how many names may still be compared
	lax     bool // the document asks for Spinnaker's reading
	// strategy says that the document is one: it is run in place of another
	// pipeline's deployment.
	strategy bool
}

func newChecker(types Types, found *findings) *checker {
	c := &checker{findings: found, types: types, shapes: map[reflect.Type]*shape{}, stages: map[string]*shape{}, guesses: 200_000}
	for _, name := range gennaker.SortedKeys(types) {
		if fieldOf(types, name) == "type" {
			c.names = append(c.names, name)
		}
	}
	return c
}

// nearest suggests a name in the form "; did you mean x?", or says nothing. A
// document full of mistakes runs out of suggestions, not out of time.
func (c *checker) nearest(word string, names []string) string {
	c.guesses -= len(names)
	if c.guesses < 0 || len(word) > 64 {
		return ""
	}
	if name := gennaker.Nearest(word, names); name != "" {
		return "; did you mean " + name + "?"
	}
	return ""
}

var (
	pipelineType  = reflect.TypeFor[gennaker.Pipeline]()
	parameterType = reflect.TypeFor[gennaker.Parameter]()
	stageType     = reflect.TypeFor[gennaker.Stage]()
	jsonType      = reflect.TypeFor[json.Unmarshaler]()
	textType      = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value checks one value. What it returns is of use only if it found nothing.
func (c *checker) value(n *node, r rule, p *path) any {
	r.typ = indirect(r.typ)
	if n.expression() && (takesText(r.typ) || !r.fixed) {
		return n.text
	}
	switch {
	case r.typ == stageType:
		return c.stage(n, p)
	case r.typ == parameterType:
		return c.parameter(n, p)
	case decodesItself(r.typ):
		return c.decoded(n, r, p)
	}
	switch r.typ.Kind() {
	case reflect.Interface:
		return n.plain()
	case reflect.String:
		return c.text(n, r, p)
	case reflect.Bool:
		return c.boolean(n, p)
	case reflect.Slice, reflect.Array:
		return c.list(n, r, p)
	case reflect.Map:
		return c.table(n, r, p)
	case reflect.Struct:
		return c.nested(n, r, p)
	}
	return c.number(n, r, p)
}

func takesText(t reflect.Type) bool {
	return t.Kind() == reflect.String || t.Kind() == reflect.Interface
}

func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	bytes := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	return bytes || p.Implements(jsonType) || p.Implements(textType)
}

// decoded lets a type that reads its own JSON judge the value.
func (c *checker) decoded(n *node, r rule, p *path) any {
	plain := n.plain()
	data, err := json.Marshal(plain)
	if err == nil {
		err = json.Unmarshal(data, reflect.New(r.typ).Interface())
	}
	if err != nil {
		c.problem(n.position, p, "%s is not allowed here: %s", n.describe(), err)
	}
	return plain
}

func (c *checker) wrong(n *node, p *path, wanted string) any {
	hint := ""
	if wanted == "a string" && (n.kind == number || n.kind == boolean) {
		hint = ": write it in quotes"
	}
	c.problem(n.position, p, "%s is wanted, this is %s%s", wanted, n.describe(), hint)
	return nil
}

func (c *checker) text(n *node, r rule, p *path) any {
	if r.refID && n.kind == number && n.number == math.Trunc(n.number) {
		return strconv.FormatFloat(n.number, 'f', -1, 64)
	}
	if n.kind != text {
		return c.wrong(n, p, "a string")
	}
	if r.required && n.text == "" && !slices.Contains(r.enum, "") {
		c.problem(n.position, p, "is empty: %s", r.help())
	}
	c.enum(n, r, p)
	return n.text
}

func (c *checker) enum(n *node, r rule, p *path) {
	if len(r.enum) == 0 || slices.Contains(r.enum, n.text) {
		return
	}
	allowed := slices.DeleteFunc(slices.Clone(r.enum), func(s string) bool { return s == "" })
	c.problem(n.position, p, "%s is not one of %s%s", strconv.Quote(shorten(n.text)), strings.Join(allowed, ", "), c.nearest(n.text, allowed))
}

func (c *checker) boolean(n *node, p *path) any {
	if n.kind == boolean {
		return n.truth
	}
	if n.kind == text && (strings.EqualFold(n.text, "true") || strings.EqualFold(n.text, "false")) {
		return strings.EqualFold(n.text, "true")
	}
	return c.wrong(n, p, "true or false")
}

func (c *checker) number(n *node, r rule, p *path) any {
	whole := r.typ.Kind() != reflect.Float64 && r.typ.Kind() != reflect.Float32
	wanted := "a number"
	if whole {
		wanted = "a whole number"
	}
	f := n.number
	if n.kind != number && (n.kind != text || json.Unmarshal([]byte(n.text), &f) != nil || strings.TrimSpace(n.text) == "null") {
		return c.wrong(n, p, wanted)
	}
	switch {
	case whole && f != math.Trunc(f):
		return c.wrong(n, p, wanted)
	case whole && !fits(f, r.typ):
		c.problem(n.position, p, "%s does not fit", shorten(n.text))
	case r.minimum != nil && f < *r.minimum:
		c.problem(n.position, p, "must be at least %s, this is %s", gennaker.Text(*r.minimum), shorten(n.text))
	case r.maximum != nil && f > *r.maximum:
		c.problem(n.position, p, "must be at most %s, this is %s", gennaker.Text(*r.maximum), shorten(n.text))
	case len(r.enum) > 0:
		c.enum(&node{position: n.position, text: gennaker.Text(f)}, r, p)
	}
	return f
}

// fits says whether a whole number can be kept in the type without loss.
func fits(f float64, t reflect.Type) bool {
	if math.Abs(f) > maxExact {
		return false
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return !t.OverflowInt(int64(f))
	}
	return f >= 0 && !t.OverflowUint(uint64(f))
}
