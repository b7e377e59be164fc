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

func (t *Type) short() string { return lastPart(t.Name) }

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

// others is what an error about a name adds: the one that was probably meant,
// or all there are.
func others(name string, names []string) string {
	if near := meant(name, names); near != "" || len(names) == 0 {
		return near
	}
	return ": there are " + strings.Join(names, ", ")
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
	names := slices.Concat(gennaker.SortedKeys(types), gennaker.SortedKeys(more))
	return nil, faultf(n.position, "the Java type %s is not supported%s", n.name, meantType(n.name, names))
}

// meantType compares names without their packages.
func meantType(name string, names []string) string {
	full := map[string]string{}
	for _, known := range names {
		full[lastPart(known)] = known
	}
	if near := gennaker.Nearest(lastPart(name), gennaker.SortedKeys(full)); near != "" {
		return "; did you mean " + full[near] + "?"
	}
	return ""
}

func lastPart(name string) string { return name[strings.LastIndex(name, ".")+1:] }

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
	if !ok {
		return nil, faultf(n.position, "%s has no method %s%s", t.Name, n.name, others(n.name, gennaker.SortedKeys(t.Statics)))
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
		return nil, &fault{position: position, reason: name + ": " + err.Error(), cause: err}
	}
	if s, ok := v.(string); ok && len(s) > maxSize {
		return nil, faultf(position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	if f, ok := asNumber(v); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return nil, faultf(position, "%s: the result is no number", name)
	}
	return v, m.weigh(position, v)
}
