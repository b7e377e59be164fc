package expression

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/gennaker/gennaker"
)

type method struct {
	access
	name string
	args []node
}

func (n *method) eval(m *machine) (any, error) {
	v, done, err := n.target(m, n.name+"()")
	if done {
		return nil, err
	}
	switch v := v.(type) {
	case *Type:
		return v.static(m, n)
	case Value:
		return n.ofValue(m, v)
	}
	table := methodsOf(v)
	f, ok := table[n.name]
	if !ok {
		return n.other(m, v, table)
	}
	return n.inTable(m, v, f.params, f.run)
}

// inTable calls a method of a methodTable.
func (n *method) inTable(m *machine, v any, params string, run func(*methodCall) (any, error)) (any, error) {
	args, err := m.all(n.position, n.args)
	if err != nil {
		return nil, err
	}
	if err := arity(n.position, n.name, params, len(args)); err != nil {
		return nil, err
	}
	return run(&methodCall{m, n.position, n.name, v, args})
}

// ofValue calls a method of a value of a Java type.
func (n *method) ofValue(m *machine, v Value) (any, error) {
	f, ok := v.Type().Methods[n.name]
	if common, both := valueMethods[n.name]; both && !ok {
		return n.inTable(m, v, common.params, common.run)
	}
	if !ok {
		return nil, faultf(n.position, "%s has no method %s%s", describe(v), n.name, others(n.name, gennaker.SortedKeys(v.Type().Methods)))
	}
	args, err := m.all(n.position, n.args)
	if err != nil {
		return nil, err
	}
	return m.invoke(n.position, n.name, f, v, args)
}

// other answers a method that is not in the table. What Java has as
// getStatus() is the field status of an object here.
func (n *method) other(m *machine, v any, table methodTable) (any, error) {
	fields, ok := v.(map[string]any)
	if field, getter := strings.CutPrefix(n.name, "get"); ok && getter && field != "" && len(n.args) == 0 {
		if value, ok := fields[strings.ToLower(field[:1])+field[1:]]; ok {
			return plain(value), nil
		}
	}
	if changing[n.name] {
		return nil, faultf(n.position, "%s is not supported: values cannot be changed", n.name)
	}
	if _, isText := v.(string); isText && stringType.Statics[n.name].Run != nil {
		return stringType.static(m, n) // ''.join(…), as Java allows
	}
	return nil, faultf(n.position, "%s has no method %s%s", describe(v), n.name, others(n.name, gennaker.SortedKeys(table)))
}

var changing = map[string]bool{"add": true, "addAll": true, "put": true, "putAll": true, "remove": true,
	"removeAll": true, "clear": true, "set": true, "sort": true, "putIfAbsent": true, "retainAll": true}

// Takes says what is wrong with a number of arguments for a function whose
// Params are written as Method has them, or returns nil.
func Takes(params string, given int) error {
	least, most := 0, 0
	for param := range strings.FieldsSeq(params) {
		switch {
		case strings.HasSuffix(param, "…"):
			most = math.MaxInt - 1
			continue
		case !strings.HasSuffix(param, "?"):
			least++
		}
		most++
	}
	if given >= least && given <= most {
		return nil
	}
	takes := fmt.Sprint(most)
	switch {
	case most > maxLength:
		takes = fmt.Sprintf("at least %d", least)
	case least != most:
		takes = fmt.Sprintf("%d to %d", least, most)
	}
	return argumentError(fmt.Sprintf("takes %s values and was given %d", takes, given))
}

// arity refuses a number of arguments that a method does not take.
func arity(position int, name, params string, given int) error {
	if err := Takes(params, given); err != nil {
		return faultf(position, "%s %s", name, err)
	}
	return nil
}

// methodCall is one call of a method. Its run function is called with as many
// arguments as it takes.
type methodCall struct {
	*machine
	position int
	name     string
	self     any
	args     []any
}

// methodTable is what a kind of value can do. The params are written as those
// of Method.
type methodTable map[string]struct {
	params string
	run    func(c *methodCall) (any, error)
}

// The methods that may be called, by the kind of value. Nothing else of the
// host language can be reached.
var (
	anyMethods = methodTable{
		"toString": {"", (*methodCall).toString},
		"equals":   {"other", func(c *methodCall) (any, error) { return c.equal(c.position, c.self, c.args[0]) }},
	}
	valueMethods = with(anyMethods, methodTable{
		"compareTo": {"other", (*methodCall).compareTo},
	})
	booleanMethods = with(anyMethods, methodTable{
		"booleanValue": {"", func(c *methodCall) (any, error) { return c.self, nil }},
		"compareTo":    {"other", (*methodCall).compareTo},
	})
	numberMethods = with(anyMethods, methodTable{
		"intValue":    {"", (*methodCall).whole},
		"longValue":   {"", (*methodCall).whole},
		"shortValue":  {"", (*methodCall).whole},
		"byteValue":   {"", (*methodCall).whole},
		"doubleValue": {"", (*methodCall).real},
		"floatValue":  {"", (*methodCall).real},
		"compareTo":   {"other", (*methodCall).compareTo},
	})
)

// toString writes lists and objects as Java does.
func (c *methodCall) toString() (any, error) {
	switch c.self.(type) {
	case []any, map[string]any:
		if err := c.weigh(c.position, c.self); err != nil {
			return nil, err
		}
		return c.write(c.position, javaText(c.self))
	}
	return c.write(c.position, c.self)
}

func with(common, own methodTable) methodTable {
	maps.Copy(own, common)
	return own
}

func methodsOf(v any) methodTable {
	switch v.(type) {
	case string:
		return stringMethods
	case []any:
		return listMethods
	case map[string]any:
		return objectMethods
	case float64, Real:
		return numberMethods
	case bool:
		return booleanMethods
	}
	return anyMethods
}

func (c *methodCall) fault(format string, args ...any) error {
	return faultf(c.position, "%s: %s", c.name, fmt.Sprintf(format, args...))
}

func (c *methodCall) whole() (any, error) {
	f, _ := asNumber(c.self)
	return math.Trunc(f), nil
}

func (c *methodCall) real() (any, error) {
	f, _ := asNumber(c.self)
	return Real(f), nil
}

func (c *methodCall) compareTo() (any, error) {
	order, ok := compare(c.self, plain(c.args[0]))
	if !ok {
		return nil, c.fault("%s and %s cannot be compared", describe(c.self), describe(c.args[0]))
	}
	return float64(order), nil
}

// arg is an argument as text.
func (c *methodCall) arg(i int) (string, error) { return c.write(c.position, c.args[i]) }

// number is an argument as a whole number, or what it is when left out.
func (c *methodCall) number(i, otherwise int) (int, error) {
	if i >= len(c.args) {
		return otherwise, nil
	}
	f, ok := asNumber(plain(c.args[i]))
	if !ok || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0, c.fault("a whole number is wanted, and this is %s", describe(c.args[i]))
	}
	return int(f), nil
}
