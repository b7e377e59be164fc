package expression

import (
	"math"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// access is how properties, methods and indexes reach into a value.
type access struct {
	position int
	of       node
	before   string // the text of what is reached into
	safe     bool   // ?. gives null for null
}

// target evaluates what is reached into. It is done when that is null and may
// be.
func (a *access) target(m *machine, what string) (v any, done bool, err error) {
	if a.safe {
		v, err = m.optional(a.of)
	} else {
		v, err = m.eval(a.of)
	}
	if err != nil {
		return nil, true, err
	}
	if err := m.spend(a.position, 1); err != nil {
		return nil, true, err
	}
	if v != nil || a.safe {
		return v, v == nil, nil
	}
	return nil, true, faultf(a.position, "%s is null and has no %s: with ?. the result would be null%s%s",
		shorten(a.before), what, m.missing(nil), m.outside(a.of))
}

// outside says how to write a name that is not the item's.
func (m *machine) outside(n node) string {
	name, ok := n.(*root)
	if !ok || len(m.items) == 0 {
		return ""
	}
	if _, err := m.lookup(name.position, name.name); err != nil {
		return ""
	}
	return "; outside of the item it is #root." + name.name
}

type property struct {
	access
	name string
}

func (n *property) eval(m *machine) (any, error) {
	v, done, err := n.target(m, n.name)
	if done {
		return nil, err
	}
	switch v := v.(type) {
	case rootObject:
		return m.lookup(n.position, n.name)
	case *Type:
		return v.constant(n.position, n.name)
	case Value: // Java's getYear() is also year, and isLeapYear() leapYear
		name := strings.ToUpper(n.name[:1]) + n.name[1:]
		if _, ok := v.Type().Methods["is"+name]; ok {
			return (&method{n.access, "is" + name, nil}).ofValue(m, v)
		}
		return (&method{n.access, "get" + name, nil}).ofValue(m, v)
	}
	field, ok := m.field(v, n.name)
	if !ok {
		return nil, faultf(n.position, "%s is %s and has no %s%s", shorten(n.before), describe(v), n.name, asMethod(v, n.name))
	}
	return field, nil
}

// asMethod is what an error about a property adds that is a method, or nearly
// one.
func asMethod(v any, name string) string {
	table := methodsOf(v)
	if _, ok := table[name]; ok {
		return ": write " + name + "()"
	}
	if near := gennaker.Nearest(name, gennaker.SortedKeys(table)); near != "" {
		return "; did you mean " + near + "()?"
	}
	return ""
}

// field is a property of a value. One that an object lacks is null.
func (m *machine) field(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return m.read(v, name), true
	case []any:
		switch name {
		case "length":
			return float64(len(v)), true
		case "empty":
			return len(v) == 0, true
		}
	case string:
		return v == "", name == "empty"
	}
	return nil, false
}

// read is a field of an object, and keeps in mind one that is missing.
func (m *machine) read(fields map[string]any, name string) any {
	v, ok := fields[name]
	if !ok {
		m.lack(fields, name)
	}
	return plain(v)
}

type item struct {
	access
	key node
}

func (n *item) eval(m *machine) (any, error) {
	v, done, err := n.target(m, "items")
	if done {
		return nil, err
	}
	if fields, ok := v.(map[string]any); ok {
		key, err := m.key(n.position, n.key)
		return m.read(fields, key), err
	}
	if _, ok := v.(rootObject); ok {
		key, err := m.key(n.position, n.key)
		if err != nil {
			return nil, err
		}
		return m.lookup(n.position, key)
	}
	key, err := m.eval(n.key)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case []any:
		i, err := n.within(key, len(v))
		if err != nil {
			return nil, err
		}
		return plain(v[i]), nil
	case string:
		return n.character(m, v, key)
	}
	return nil, faultf(n.position, "%s is %s and has no items", shorten(n.before), describe(v))
}

func (n *item) character(m *machine, s string, key any) (any, error) {
	if err := m.spend(n.position, len(s)/16); err != nil {
		return nil, err
	}
	runes := []rune(s)
	i, err := n.within(key, len(runes))
	if err != nil {
		return nil, err
	}
	return string(runes[i]), nil
}

// within is an index as a whole number that is there.
func (n *item) within(key any, size int) (int, error) {
	f, ok := asNumber(key)
	if text, isText := key.(string); isText {
		whole, err := strconv.Atoi(text)
		f, ok = float64(whole), err == nil
	}
	if !ok || f != math.Trunc(f) {
		return 0, faultf(n.position, "an index is a whole number, and this is %s", describe(key))
	}
	if f < 0 || f >= float64(size) {
		return 0, faultf(n.position, "there is no [%s]: %s has %d items, from [0]", formatNumber(f), shorten(n.before), size)
	}
	return int(f), nil
}
