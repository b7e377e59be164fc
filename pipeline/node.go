package pipeline

import (
	"fmt"
	"strconv"
	"strings"
)

// node is one value of a document, wherever it came from.
type node struct {
	position
	kind   kind
	text   string // a string's value; another scalar as it is written
	number float64
	truth  bool
	items  []*node
	fields []member
}

// member is one field of an object. Its position is its name's.
type member struct {
	position
	name  string
	value *node
}

type kind int

const (
	null kind = iota
	boolean
	number
	text
	list
	object
)

type position struct{ line, column int }

func (at position) problem(p *path, format string, args ...any) Problem {
	return Problem{Line: at.line, Column: at.column, Path: p.String(), Text: fmt.Sprintf(format, args...)}
}

// field is the value of a field that is there and not null, or nil.
func (n *node) field(name string) *node {
	for _, m := range n.fields {
		if m.name == name && m.value.kind != null {
			return m.value
		}
	}
	return nil
}

// expression says whether the value will be evaluated before it is used.
func (n *node) expression() bool { return n.kind == text && strings.Contains(n.text, "${") }

// plain is the value as encoding/json would decode it.
func (n *node) plain() any {
	switch n.kind {
	case boolean:
		return n.truth
	case number:
		return n.number
	case text:
		return n.text
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.plain()
		}
		return items
	case object:
		fields := make(map[string]any, len(n.fields))
		for _, m := range n.fields {
			fields[m.name] = m.value.plain()
		}
		return fields
	}
	return nil
}

// describe says what is there, for a person who should have written something
// else.
func (n *node) describe() string {
	switch n.kind {
	case boolean:
		return n.text
	case number:
		return "the number " + shorten(n.text)
	case text:
		return "the string " + strconv.Quote(shorten(n.text))
	case list:
		return "a list"
	case object:
		return "an object"
	}
	return "null"
}

func shorten(s string) string {
	const enough = 60
	runes := []rune(s)
	if len(runes) <= enough {
		return s
	}
	return string(runes[:enough]) + "…"
}

// path says how to get to a value from the top of the document. It is written
// out only when something is to be said about the value.
type path struct {
	up    *path
	name  string
	index int // of an item; -1 for a field
}

func (p *path) field(name string) *path { return &path{up: p, name: name, index: -1} }
func (p *path) item(i int) *path        { return &path{up: p, index: i} }

func (p *path) String() string {
	switch {
	case p == nil:
		return ""
	case p.index >= 0:
		return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
	case p.up == nil:
		return p.name
	}
	return p.up.String() + "." + p.name
}
