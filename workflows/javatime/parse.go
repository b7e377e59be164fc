package javatime

import (
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// layouts are Go's names of what letters of a pattern read.
var layouts = map[string]string{
	"yyyy": "2006", "uuuu": "2006", "yy": "06", "y": "2006", "M": "1", "MM": "01", "MMM": "Jan", "MMMM": "January", "d": "2", "dd": "02",
	"H": "15", "HH": "15", "h": "3", "hh": "03", "m": "4", "mm": "04", "s": "5", "ss": "05", "a": "PM", "SSS": "000",
	"E": "Mon", "EEE": "Mon", "EEEE": "Monday", "z": "MST", "Z": "-0700", "X": "Z07", "XX": "Z0700", "XXX": "Z07:00",
}

// layout is the pattern as Go reads times. Not all that can be written can be
// read.
func (p pattern) layout() (string, error) {
	before := ""
	return p.each(
		func(letters string) (string, error) {
			known, ok := layouts[letters]
			if !ok || letters[0] == 'S' && !strings.HasSuffix(before, ".") {
				return "", fmt.Errorf("%w: %s of the pattern '%s' can be written, but not read", gennaker.ErrInvalid, letters, p.letters)
			}
			before = ""
			return known, nil
		},
		func(text string) (string, error) {
			before = text
			if strings.ContainsAny(text, "0123456789_") || sample.Format(text) != text {
				return "", fmt.Errorf("%w: '%s' of the pattern '%s' can be written, but not read", gennaker.ErrInvalid, text, p.letters)
			}
			return text, nil
		})
}

// sample differs in every part from the time by which Go writes layouts, so
// that it changes a text that Go would take for one.
var sample = time.Date(1987, 10, 25, 20, 47, 39, 123_456_789, time.FixedZone("SMP", 12_600))

// read reads a text that is written as the pattern says.
func (p pattern) read(kind string, text any) (any, error) {
	written, err := expression.Text(text)
	if err != nil {
		return nil, err
	}
	layout, err := p.layout()
	if err != nil {
		return nil, err
	}
	t, err := time.Parse(layout, written)
	if err != nil || t.Year() < 1 {
		return nil, fmt.Errorf("'%s': %w: it is not written like %s", written, gennaker.ErrInvalid, p.letters)
	}
	return at(kind, t), nil
}

var parseMethod = expression.Method{Params: "text", Run: func(self any, args []any) (any, error) {
	return self.(pattern).read(utilDate, args[0])
}}

// parsed is the static parse of a type, by its own layouts or by a formatter.
func parsed(kind string, layouts ...string) expression.Method {
	return expression.Method{Params: "text formatter?", Run: func(_ any, args []any) (any, error) {
		if len(args) > 1 {
			p, ok := args[1].(pattern)
			if !ok {
				return nil, errFormatter
			}
			return p.read(kind, args[0])
		}
		text, err := expression.Text(args[0])
		if err != nil {
			return nil, err
		}
		for _, layout := range layouts {
			if t, err := time.Parse(layout, text); err == nil {
				return at(kind, t), nil
			}
		}
		return nil, fmt.Errorf("'%s': %w: it is not written like %s", text, gennaker.ErrInvalid, layouts[0])
	}}
}

var errFormatter = fmt.Errorf("%w: a %s is wanted", gennaker.ErrInvalid, formatter)
