package expression

import (
	"fmt"
	"strconv"
	"strings"
)

// Error says which expression could not be evaluated, where and why.
type Error struct {
	Path       string // to the string in the value given, such as clusters[0].account
	Expression string // without ${ and }
	Position   int    // in the expression, in characters from 1; 0 if it is not one expression's fault
	Reason     string
	Cause      error // what Env.Call said, if that was it
}

func (e *Error) Error() string {
	where := ""
	if e.Path != "" {
		where = e.Path + ": "
	}
	if e.Position == 0 {
		return where + e.Reason
	}
	text := e.Expression
	if !strings.HasPrefix(text, "${") {
		text = "${" + text + "}"
	}
	return fmt.Sprintf("%s%s: at %d: %s", where, shorten(text), e.Position, e.Reason)
}

func (e *Error) Unwrap() error { return e.Cause }

// fault is what is wrong at one place of an expression, before it is known
// which expression of which field that is.
type fault struct {
	position int // in characters from 0
	reason   string
	cause    error
	absent   bool // a root name that nothing has
}

func (f *fault) Error() string { return f.reason }

func faultf(position int, format string, args ...any) *fault {
	return &fault{position: position, reason: fmt.Sprintf(format, args...)}
}

func shorten(s string) string { return shortenTo(200, s) }

func shortenTo(most int, s string) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

func join(where, name string) string {
	if where == "" {
		return name
	}
	return where + "." + name
}
