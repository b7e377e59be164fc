package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// Problem is one thing that is wrong, or worth a look, at one place.
type Problem struct {
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // in characters, from 1
	Path   string `json:"path"`   // such as stages[3].waitTime; empty for the whole document
	Text   string `json:"text"`
	Kind   Kind   `json:"kind,omitempty"`
	// Subject is what a problem with a kind is about, such as a stage type.
	Subject string `json:"subject,omitempty"`
}

// is gives a problem its kind.
func (p *Problem) is(kind Kind, subject string) { p.Kind, p.Subject = kind, subject }

// Kind tells apart what programs want to tell apart; most mistakes have none.
type Kind string

// The kinds. The first three are problems, the others notes.
const (
	SpinnakerOnly Kind = "spinnakerOnly" // a stage type that only Spinnaker has
	UnknownType   Kind = "unknownType"   // a stage type that nobody has
	Template      Kind = "template"      // an instance of a template
	NotYet        Kind = "notYet"        // a field that nothing acts on, or a function that is not there
	UnknownField  Kind = "unknownField"
	NotEvaluated  Kind = "notEvaluated" // an expression where none is evaluated
	Unreadable    Kind = "unreadable"   // an expression that could never be evaluated
	NotExact      Kind = "notExact"     // a number that loses digits
	NoOption      Kind = "noOption"     // a default that is none of the options
	SeenWhenRun   Kind = "seenWhenRun"  // see Elsewhere
)

func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text)
	}
	return fmt.Sprintf("%d:%d: %s: %s", p.Line, p.Column, p.Path, p.Text)
}

// Problems are all mistakes of one document, in its order. As an error they
// are one line each, and gennaker.ErrInvalid.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap says what kind of error a mistake in a document is.
func (p Problems) Unwrap() error { return gennaker.ErrInvalid }

// findings collects what is found while a document is read and checked.
type findings struct {
	problems Problems
	notes    []Problem
}

// problem adds a mistake. What it returns is for its kind, at once.
func (f *findings) problem(at position, p *path, format string, args ...any) *Problem {
	f.problems = append(f.problems, at.problem(p, format, args...))
	return &f.problems[len(f.problems)-1]
}

func (f *findings) note(at position, p *path, format string, args ...any) *Problem {
	f.notes = append(f.notes, at.problem(p, format, args...))
	return &f.notes[len(f.notes)-1]
}

// err is the problems in the order of the document, or nil. It sorts the notes
// as well.
func (f *findings) err() error {
	slices.SortStableFunc(f.notes, byPosition)
	if len(f.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(f.problems, byPosition)
	return f.problems
}

func byPosition(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
