package worker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/ratelimit"
)

// Place is where a field was set: a line of the file, or an environment
// variable.
type Place struct {
	Name string
	Line int // 0 for an environment variable
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.Name
	}
	return fmt.Sprintf("%s:%d", p.Name, p.Line)
}

// Problem is one mistake in a configuration.
type Problem struct {
	Place Place
	Field string // temporal.tls.certFile, accounts[1].name
	Text  string // what is wrong and what to do
}

func (p Problem) String() string {
	if p.Field == "" {
		return p.Place.String() + ": " + p.Text
	}
	return p.Place.String() + ": " + p.Field + ": " + p.Text
}

// Problems is every mistake in a configuration, in the order of the file. It
// is gennaker.ErrInvalid.
type Problems []Problem

func (p Problems) Error() string {
	var lines []string
	for _, problem := range p {
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

func (Problems) Unwrap() error { return gennaker.ErrInvalid }

// report collects problems and knows where each field was set.
type report struct {
	file     string
	places   map[string]Place // by field
	problems Problems
	lookup   func(variable string) (string, bool)
	requests *ratelimit.Limits // of the accounts that are opened
	files    *files            // that they download
}

func newReport(file string) *report {
	return &report{file: file, places: map[string]Place{}, requests: &ratelimit.Limits{}, files: &files{}}
}

// at remembers the line of a field, for the checks that come later.
func (r *report) at(field string, line int) { r.places[field] = Place{r.file, line} }

// add reports a mistake in a field, unless the field or what it is in has one
// already. A field that was not set is where its parent was.
func (r *report) add(field, format string, args ...any) {
	if r.wrong(field) {
		return
	}
	place, ok := r.places[field]
	for up := field; !ok && up != ""; {
		up = parent(up)
		place, ok = r.places[up]
	}
	if !ok {
		place = Place{Name: r.file}
	}
	r.problems = append(r.problems, Problem{Place: place, Field: field, Text: fmt.Sprintf(format, args...)})
}

// wrong reports whether the field, or what it is in, has a mistake.
func (r *report) wrong(field string) bool {
	return slices.ContainsFunc(r.problems, func(p Problem) bool {
		for up := field; up != ""; up = parent(up) {
			if p.Field == up {
				return true
			}
		}
		return false
	})
}

func parent(field string) string { return field[:max(strings.LastIndexAny(field, ".["), 0)] }

// err is all problems in the order of the file, or nil.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Place.Line, b.Place.Line) })
	return r.problems
}

// suggest names the word that was probably meant, or else all there are.
func suggest(word string, known []string) string {
	if best := gennaker.Nearest(word, known); best != "" {
		return "did you mean " + best + "?"
	}
	return "it can be " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
