// Package expression evaluates the ${ } expressions of pipeline documents:
// SpEL's syntax, in the subset that pipelines use. It is pure and bounded: an
// expression sees its Env and nothing else, neither a clock nor a network nor
// Go's types, and long or greedy ones are refused. It knows neither Temporal
// nor clouds.
package expression

import (
	"strings"

	"github.com/gennaker/gennaker"
)

// Env is what an expression can see. Values are the kinds of encoding/json:
// map[string]any, []any, string, float64, bool and nil; Go's other numbers are
// taken too.
type Env interface {
	// Lookup finds a root name, such as parameters or trigger.
	Lookup(name string) (any, bool)
	// Call calls #name(args).
	Call(name string, args []any) (any, error)
}

// Namer is an Env that can list its root names, so that an unknown one can be
// answered with the name that was probably meant.
type Namer interface{ Names() []string }

// Lax is an Env that may ask for SpEL's reading where it passes over mistakes:
// a root name that nothing has is null, null is less than everything and has
// the text null beside a +, a number never equals text, and where an
// expression is null its text stays.
type Lax interface{ Lax() bool }

// Noter is an Env that is told what is odd about an evaluation that goes on:
// an expression that is null, if its text stays or if that looks like a slip of
// the pen.
type Noter interface{ Note(text string) }

// Verbatim is a value that Env.Call returns so that another function, called
// with it, knows that it may hold the text of expressions. Everywhere else it
// is the value.
type Verbatim struct{ Value any }

// HasExpression reports whether a string would be evaluated.
func HasExpression(s string) bool { return strings.Contains(s, "${") }

// Evaluate returns a deep copy of a value with every ${…} in it evaluated, in
// the keys of objects too. A string that is one expression becomes the result,
// of whatever type; in a longer string each result is written as text. The
// error is an *Error, for the first expression that could not be evaluated in
// the order of the document with sorted keys.
func Evaluate(value any, env Env) (any, error) {
	return newMachine(env).value(value, "")
}

// Condition evaluates a condition, written with or without ${ }. Its result
// must be a boolean or one of the strings true and false in any case. An empty
// condition is true.
func Condition(text string, env Env) (bool, error) {
	if strings.TrimSpace(text) == "" {
		return true, nil
	}
	if !HasExpression(text) {
		text = "${" + text + "}"
	}
	m := newMachine(env)
	result, err := m.text(text, "")
	if err != nil {
		return false, err
	}
	if b, ok := truth(result); ok {
		return b, nil
	}
	return false, &Error{Expression: text, Position: 1, Reason: "a condition must be true or false, and this is " + describe(result)}
}

// value evaluates a value of a document. Where says how to get to it.
func (m *machine) value(v any, where string) (any, error) {
	switch v := v.(type) {
	case string:
		return m.text(v, where)
	case []any:
		return m.list(v, where)
	case map[string]any:
		return m.object(v, where)
	}
	return v, m.grow(1, where)
}

func (m *machine) list(v []any, where string) (any, error) {
	if err := m.grow(1, where); err != nil {
		return nil, err
	}
	result := make([]any, len(v))
	for i, item := range v {
		var err error
		if result[i], err = m.value(item, where+index(i)); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (m *machine) object(v map[string]any, where string) (any, error) {
	if err := m.grow(1, where); err != nil {
		return nil, err
	}
	result := make(map[string]any, len(v))
	for _, key := range gennaker.SortedKeys(v) {
		at := join(where, key)
		name, err := m.text(key, at)
		if err != nil {
			return nil, err
		}
		written, ok := textOf(name)
		if !ok {
			return nil, &Error{Path: at, Reason: "the name of a field must be text, and this is " + describe(name)}
		}
		if _, taken := result[written]; taken {
			return nil, &Error{Path: at, Reason: "two fields get the name " + written}
		}
		if result[written], err = m.value(v[key], at); err != nil {
			return nil, err
		}
	}
	return result, nil
}
