package expression

import (
	"strings"
	"unicode/utf8"
)

// text evaluates the expressions of one string.
func (m *machine) text(s, where string) (any, error) {
	if !HasExpression(s) {
		return s, m.grow(len(s)+1, where)
	}
	parts, err := split(s)
	if err != nil {
		err.Path = where
		return nil, err
	}
	if len(parts) == 1 {
		result, err := m.run(parts[0].text, where)
		if err != nil {
			return nil, err
		}
		if result == nil {
			result = m.null(s, parts[0], where)
		}
		return m.copy(result, where)
	}
	var b strings.Builder
	for _, p := range parts {
		written, err := m.part(p, where)
		if err != nil {
			return nil, err
		}
		if err := m.grow(len(written), where); err != nil {
			return nil, err
		}
		b.WriteString(written)
	}
	return b.String(), nil
}

// null is what becomes of an expression that is null: null, or its text. It is
// noted where that looks like a mistake.
func (m *machine) null(text string, p part, where string) any {
	noter, ok := m.env.(Noter)
	missing := m.missing(nil)
	if where != "" {
		where += ": "
	}
	expression := where + "${" + shorten(p.text) + "} is null"
	if m.lax {
		if ok {
			noter.Note(expression + ", and its text stays" + missing)
		}
		return text
	}
	if ok && missing != "" {
		noter.Note(expression + missing)
	}
	return nil
}

// part writes one part of a longer string. Null has no text: leaving it out
// would quietly build a wrong name.
func (m *machine) part(p part, where string) (string, error) {
	if !p.expression {
		return p.text, nil
	}
	result, err := m.run(p.text, where)
	if err != nil {
		return "", err
	}
	if result == nil && m.lax {
		text := "${" + p.text + "}"
		m.null(text, p, where)
		return text, nil
	}
	if err := m.weigh(0, result); err != nil {
		return "", &Error{Path: where, Expression: p.text, Position: 1, Reason: err.Error()}
	}
	written, ok := textOf(result)
	if !ok {
		advice := "text is wanted"
		if result == nil {
			advice = "give another value with ?: 'other'" + m.missing(nil)
		}
		reason := "the result is " + describe(result) + ", in the middle of text: " + advice
		m.tracer.fail(&fault{reason: reason})
		return "", &Error{Path: where, Expression: p.text, Position: 1, Reason: reason}
	}
	return written, nil
}

// part is a piece of a string: text, or what stands between ${ and }.
type part struct {
	text       string
	expression bool
}

// split cuts a string at its expressions. A } in quotes, or one that closes a
// { of the expression itself, does not end it.
func split(s string) ([]part, *Error) {
	var parts []part
	for s != "" {
		before, rest, found := strings.Cut(s, "${")
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !found {
			break
		}
		end := closing(rest)
		if end < 0 {
			return nil, &Error{Expression: "${" + rest, Position: utf8.RuneCountInString(rest) + 1, Reason: "a } is missing: it closes the ${"}
		}
		parts = append(parts, part{text: rest[:end], expression: true})
		s = rest[end+1:]
	}
	return parts, nil
}

// closing finds the } that ends an expression, or returns -1. A quote doubled
// inside quotes closes and opens them again, which comes to the same.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return i
		case c == '}':
			depth--
		}
	}
	return -1
}
