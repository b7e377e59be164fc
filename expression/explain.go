package expression

import (
	"encoding/json"
	"errors"
)

// Explanation is an evaluation told step by step.
type Explanation struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"` // why there is no value
	// Steps has one for each expression of the text.
	Steps []*Step `json:"steps"`
	// Cut says that there were more steps than are kept.
	Cut bool `json:"cut,omitempty"`
}

// Step is a part of an expression: what it came to, and the steps to that.
// Literals are no steps.
type Step struct {
	Text string `json:"text"`
	At   int    `json:"at"` // where it begins in its expression, in characters from 1
	// Value is what it came to. Of a long one it is a string: the beginning of
	// its JSON.
	Value json.RawMessage `json:"value,omitempty"`
	Cut   bool            `json:"cut,omitempty"` // the value is but a beginning
	// Error is why there is no value, where the cause is here and not in one
	// of the steps to it. ErrorAt is its place in the expression.
	Error   string  `json:"error,omitempty"`
	ErrorAt int     `json:"errorAt,omitempty"`
	Steps   []*Step `json:"steps,omitempty"`
}

// The bounds of an Explanation.
const (
	maxExplained = 500 // steps
	maxStepText  = 400 // characters
	maxStepValue = 200 // bytes of JSON
)

// Explain evaluates a text as Evaluate does and tells each step. The error is
// in the Explanation as well.
func Explain(text string, env Env) (Explanation, error) {
	m := newMachine(env)
	m.tracer = &tracer{}
	value, err := m.text(text, "")
	e := Explanation{Value: value, Steps: m.tracer.steps, Cut: m.tracer.count > maxExplained}
	if err != nil {
		e.Error = err.Error()
	}
	return e, err
}

// tracer notes the steps of an evaluation. A machine without one does not
// spend anything on it.
type tracer struct {
	text   []rune // of the expression under way
	spans  map[node]span
	steps  []*Step
	top    *Step // of the expression under way; nil before its first step
	open   *Step // the step under way; nil outside of all
	count  int
	failed bool // the step that failed is known
}

// span is where a part stands in its expression.
type span struct{ from, to int }

func (t *tracer) begin(text string) {
	if t != nil {
		t.text, t.spans, t.top, t.open, t.failed = []rune(text), map[node]span{}, nil, nil, false
	}
}

// fail notes what went wrong outside of all steps: before the first, or with
// the result of all.
func (t *tracer) fail(f *fault) {
	if t == nil || t.failed {
		return
	}
	if t.top == nil {
		t.add(span{0, len(t.text)})
	}
	t.failed = true
	t.top.Error, t.top.ErrorAt = f.reason, f.position+1
}

func (t *tracer) add(at span) *Step {
	s := &Step{Text: shortenTo(maxStepText, string(t.text[at.from:at.to])), At: at.from + 1}
	if t.open == nil {
		t.top, t.steps = s, append(t.steps, s)
	} else {
		t.open.Steps = append(t.open.Steps, s)
	}
	return s
}

// eval evaluates a part.
func (m *machine) eval(n node) (any, error) {
	if m.tracer == nil {
		return n.eval(m)
	}
	return m.tracer.step(n, func() (any, error) { return n.eval(m) })
}

// step evaluates a part and notes it.
func (t *tracer) step(n node, eval func() (any, error)) (any, error) {
	at, known := t.spans[n]
	if t.count++; !known || t.count > maxExplained {
		return eval()
	}
	outer := t.open
	s := t.add(at)
	t.open = s
	v, err := eval()
	t.open = outer
	var f *fault
	switch {
	case err == nil:
		s.Value, s.Cut = brief(v)
	case !t.failed && errors.As(err, &f):
		t.failed = true
		s.Error, s.ErrorAt = f.reason, f.position+1
	}
	return v, err
}

// mark keeps where a part stands, for a tracer. What parentheses enclose
// stands inside of them.
func (p *parser) mark(from int, n node) {
	if p.spans == nil || n == nil {
		return
	}
	switch n.(type) {
	case *literal, *typeName:
		return
	}
	if _, known := p.spans[n]; !known {
		p.spans[n] = span{from, p.tokens[p.at-1].end}
	}
}
