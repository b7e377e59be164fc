package workflows

import (
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

var (
	_ expression.Lax   = (*scope)(nil)
	_ expression.Noter = (*scope)(nil)
)

// Lax is whether the document asks for Spinnaker's reading.
func (sc *scope) Lax() bool { return sc.r.asSpinnaker() }

// Note keeps what people should know of an evaluation that goes on.
func (sc *scope) Note(text string) { sc.notes = append(sc.notes, line(text)) }

// lenient evaluates each text by itself and keeps those that fail, with a
// note. Its error is a need, or that all together is too much.
func (sc *scope) lenient(value any) (any, error) {
	left := maxLenient
	return sc.each(value, &left)
}

// maxLenient bounds the bytes of all texts together; each by itself has the
// bounds of expressions.
const maxLenient = 2 << 20

func (sc *scope) each(value any, left *int) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		return sc.eachField(v, left)
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			var err error
			if out[i], err = sc.each(element, left); err != nil {
				return nil, err
			}
		}
		return out, nil
	case string:
		return sc.orText(v, left)
	}
	return value, nil
}

func (sc *scope) eachField(fields map[string]any, left *int) (any, error) {
	out := make(map[string]any, len(fields))
	for _, name := range gennaker.SortedKeys(fields) {
		evaluated, err := sc.orText(name, left)
		if err != nil {
			return nil, err
		}
		key, err := expression.Text(evaluated)
		if err != nil {
			key = name
		}
		if out[key], err = sc.each(fields[name], left); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// orText evaluates a text, or keeps it.
func (sc *scope) orText(text string, left *int) (any, error) {
	evaluated, err := expression.Evaluate(text, sc)
	var n need
	if errors.As(err, &n) {
		return nil, err
	}
	if err != nil {
		sc.notes = append(sc.notes, err.Error())
		evaluated = text
	}
	if *left -= (found{value: evaluated}).size(); *left < 0 {
		return nil, fmt.Errorf("%w: the fields have more than %d bytes with their expressions evaluated", gennaker.ErrInvalid, maxLenient)
	}
	return evaluated, nil
}
