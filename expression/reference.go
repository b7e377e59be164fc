package expression

import (
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// Reference is the language as the evaluator's own tables have it, so that
// what is written about it stays true.
type Reference struct {
	// Operators are those between two values, the weakest first; all of a line
	// are as strong. Each is a sign with the words that mean the same.
	Operators [][]string
	// Methods are written as name(params), by the kind of value.
	Methods map[string][]string
	Types   []*Type
	Bounds  []Bound
}

// Bound is a limit whose transgression is an error with the figure.
type Bound struct {
	Most int
	Of   string
}

// Describe returns the reference. More types are those of an Env.
func Describe(more map[string]*Type) Reference {
	r := Reference{Bounds: bounds, Methods: map[string][]string{
		"text": signatures(stringMethods), "list": signatures(listMethods), "object": signatures(objectMethods),
		"number": signatures(numberMethods), "boolean": signatures(booleanMethods), "any value": signatures(anyMethods)}}
	for _, level := range levels {
		r.Operators = append(r.Operators, spellings(level))
	}
	for _, table := range []map[string]*Type{types, more} {
		for _, name := range gennaker.SortedKeys(table) {
			r.Types = append(r.Types, table[name])
		}
	}
	return r
}

// spellings lists each operator of a level once, its sign before its words.
func spellings(level map[string]string) []string {
	same := map[string][]string{}
	for _, spelling := range gennaker.SortedKeys(level) {
		if operator := level[spelling]; spelling != operator {
			same[operator] = append(same[operator], spelling)
		} else if same[operator] == nil {
			same[operator] = []string{}
		}
	}
	var list []string
	for _, operator := range gennaker.SortedKeys(same) {
		list = append(list, strings.Join(slices.Insert(same[operator], 0, operator), " "))
	}
	return list
}

func signatures(table methodTable) []string {
	var list []string
	for _, name := range gennaker.SortedKeys(table) {
		list = append(list, Signature(name, table[name].params))
	}
	return list
}

// Signature writes a call with what it takes: substring(from, to?).
func Signature(name, params string) string {
	return name + "(" + strings.Join(strings.Fields(params), ", ") + ")"
}

var bounds = []Bound{
	{maxLength, "characters of one expression"},
	{maxDepth, "levels of parentheses, signs and the like in one another"},
	{maxSteps, "steps of one evaluation: parts evaluated, items handled, and 16 bytes of text each"},
	{maxSize, "bytes of all results of one evaluation, and of any text on the way"},
	{maxPattern, "bytes of a regular expression"},
	{maxWidth, "characters that one value of `String.format` is padded to"},
}
