package expression

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gennaker/gennaker"
)

// The bounds of one evaluation. The steps are so many that they take well
// below a second, after which Temporal would suspect that a workflow hangs.
const (
	maxLength = 10_000  // characters of one expression
	maxDepth  = 100     // parentheses and the like in one another
	maxSteps  = 500_000 // parts of expressions evaluated, and 16 bytes of text or one item handled, in one call
	maxSize   = 2 << 20 // bytes of all results together, and of any one string on the way
)

// machine evaluates all expressions of one call and counts what they cost.
type machine struct {
	env    Env
	steps  int
	size   int
	items  []any          // what #this is, in the selections around, the innermost last
	roots  map[string]any // what Env.Lookup found, asked for once
	lacked lack
	lax    bool    // mistakes are passed over
	tracer *tracer // nil unless somebody wants to know each step
}

func newMachine(env Env) *machine {
	m := &machine{env: env, roots: map[string]any{}}
	if lax, ok := env.(Lax); ok {
		m.lax = lax.Lax()
	}
	return m
}

// run evaluates one expression, given without ${ and }.
func (m *machine) run(text, where string) (any, error) {
	m.tracer.begin(text)
	fail := func(f *fault) error {
		m.tracer.fail(f)
		return &Error{Path: where, Expression: text, Position: f.position + 1, Reason: f.reason, Cause: f.cause}
	}
	if n := utf8.RuneCountInString(text); n > maxLength {
		return nil, fail(tooLong(n))
	}
	m.items, m.lacked = m.items[:0], lack{}
	tree, err := m.parse(text)
	if err != nil {
		return nil, fail(asFault(err))
	}
	result, err := m.eval(tree)
	if err == nil {
		result, err = m.exported(0, result)
	}
	if err != nil {
		return nil, fail(asFault(err))
	}
	return result, nil
}

func tooLong(characters int) *fault {
	return faultf(0, "the expression has %d characters and the limit is %d", characters, maxLength)
}

func (m *machine) parse(text string) (node, error) {
	if m.tracer == nil {
		return parse(text, nil)
	}
	return parse(text, m.tracer.spans)
}

func asFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return &fault{reason: err.Error(), cause: err}
}

// spend counts steps of work, and refuses to go on after too many.
func (m *machine) spend(position, steps int) error {
	if m.steps += steps; m.steps > maxSteps {
		return faultf(position, "this takes more than %d steps", maxSteps)
	}
	return nil
}

// grow counts bytes of results.
func (m *machine) grow(bytes int, where string) error {
	if m.size += bytes; m.size > maxSize {
		return &Error{Path: where, Reason: fmt.Sprintf("the results are larger than %d bytes (2 MiB)", maxSize)}
	}
	return nil
}

// copy copies a result, so that no two places share a value.
func (m *machine) copy(v any, where string) (any, error) {
	switch v := v.(type) {
	case Real:
		return float64(v), m.grow(1, where)
	case string:
		return v, m.grow(len(v)+1, where)
	case []any:
		result := make([]any, len(v))
		for i, item := range v {
			var err error
			if result[i], err = m.copy(item, where); err != nil {
				return nil, err
			}
		}
		return result, m.grow(1, where)
	case map[string]any:
		return m.copyObject(v, where)
	}
	return plain(v), m.grow(1, where)
}

func (m *machine) copyObject(v map[string]any, where string) (any, error) {
	result := make(map[string]any, len(v))
	for _, key := range gennaker.SortedKeys(v) {
		copied, err := m.copy(v[key], where)
		if err != nil {
			return nil, err
		}
		result[key] = copied
		if err := m.grow(len(key)+1, where); err != nil {
			return nil, err
		}
	}
	return result, nil
}
