package expression

import (
	"math"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// Type is a Java type that T(name) and new name(…) reach: a table of Go
// functions, and nothing of the host language besides.
type Type struct {
	Name      string // with its package, such as java.lang.Math
	Constants map[string]any
	Statics   map[string]Method
	New       *Method
	Methods   map[string]Method // of its values, if they are a Value
	Is        func(v any) bool  // for instanceof, if its values are JSON's
	// Random are the statics that would give another value each time. They are
	// refused: a workflow that is replayed must come to the same result.
	Random []string
}

// Method is a Go function under a Java method's name.
type Method struct {
	// Params are the names of what it takes, with spaces between. One that
	// ends in ? may be left out, one that ends in … may be repeated.
	Params string
	// Run is called with as many arguments as Params allows, and with the
	// value whose method it is; a static and New get the Env.
	Run func(self any, args []any) (any, error)
}

// Value is a value of a Java type that JSON does not have, such as a date. It
// leaves an expression as its text.
type Value interface {
	Type() *Type
	String() string
}

// Ordered is a Value that < and > compare with others of its type.
type Ordered interface {
	Value
	Compare(other Value) int
}

// Typer is an Env that has Java types besides those of this package.
type Typer interface{ Types() map[string]*Type }

func (t *Type) short() string { return t.Name[strings.LastIndex(t.Name, ".")+1:] }

func (t *Type) constant(position int, name string) (any, error) {
	if v, ok := t.Constants[name]; ok {
		return v, nil
	}
	return nil, faultf(position, "%s has no %s%s", t.Name, name, meant(name, gennaker.SortedKeys(t.Constants)))
}

// meant suggests the name that was probably meant, as the end of an error.
func meant(name string, names []string) string {
	if near := gennaker.Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// typeName is T(name).
type typeName struct {
	position int
	name     string
}

func (n *typeName) eval(m *machine) (any, error) { return m.findType(n) }

// findType finds a type by its whole name; those of java.lang need no package.
func (m *machine) findType(n *typeName) (*Type, error) {
	if err := m.spend(n.position, 1); err != nil {
		return nil, err
	}
	var more map[string]*Type
	if typer, ok := m.env.(Typer); ok {
		more = typer.Types()
	}
	for _, table := range []map[string]*Type{types, more} {
		for _, name := range []string{n.name, "java.lang." + n.name} {
			if t, ok := table[name]; ok {
				return t, nil
			}
		}
	}
	if n.name == "java.util.Random" {
		return nil, faultf(n.position, "java.util.Random is not supported: an execution that is replayed must come to the same result")
	}
	names := slices.Concat(gennaker.SortedKeys(types), gennaker.SortedKeys(more))
	return nil, faultf(n.position, "the Java type %s is not supported%s", n.name, meantType(n.name, names))
}

// meantType looks at whole names, and then at those without their packages.
func meantType(name string, names []string) string {
	for _, full := range names {
		if strings.HasSuffix(full, "."+name) {
			return "; did you mean " + full + "?"
		}
	}
	return meant(name, names)
}

// construction is new name(args).
type construction struct {
	typeName
	args []node
}

func (n *construction) eval(m *machine) (any, error) {
	t, err := m.findType(&n.typeName)
	if err != nil {
		return nil, err
	}
	if t.New == nil {
		return nil, faultf(n.position, "new %s(…) is not supported", t.Name)
	}
	args, err := m.all(n.position, n.args)
	if err != nil {
		return nil, err
	}
	return m.invoke(n.position, "new "+t.Name, *t.New, m.env, args)
}

// static calls a method of a type.
func (t *Type) static(m *machine, n *method) (any, error) {
	f, ok := t.Statics[n.name]
	if slices.Contains(t.Random, n.name) {
		return nil, faultf(n.position, "%s.%s is not supported: an execution that is replayed must come to the same result", t.Name, n.name)
	}
	if !ok {
		return nil, faultf(n.position, "%s has no method %s: there are %s", t.Name, n.name, strings.Join(gennaker.SortedKeys(t.Statics), ", "))
	}
	args, err := m.all(n.position, n.args)
	if err != nil {
		return nil, err
	}
	return m.invoke(n.position, n.name, f, m.env, args)
}

// invoke calls a Go function and counts what it handles and returns.
func (m *machine) invoke(position int, name string, f Method, self any, args []any) (any, error) {
	if err := arity(position, name, f.Params, len(args)); err != nil {
		return nil, err
	}
	if err := m.weigh(position, args); err != nil {
		return nil, err
	}
	v, err := f.Run(self, args)
	if err != nil {
		return nil, &fault{position, name + ": " + err.Error(), err}
	}
	if s, ok := v.(string); ok && len(s) > maxSize {
		return nil, faultf(position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	if f, ok := asNumber(v); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return nil, faultf(position, "%s: the result is no number", name)
	}
	return v, m.weigh(position, v)
}
