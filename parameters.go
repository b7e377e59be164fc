package gennaker

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Resolve returns the parameters of an execution: what was given, and the
// default of each declared parameter that was not given at all (an empty value
// given wins). Parameters that the pipeline does not declare are kept. The
// error is ErrInvalid and lists everything that is missing or not allowed.
func (p Pipeline) Resolve(given map[string]any) (map[string]any, error) {
	values := make(map[string]any, len(given)+len(p.Parameters))
	maps.Copy(values, given)
	var problems []error
	for _, declared := range p.Parameters {
		problems = append(problems, declared.check(given))
		if _, ok := given[declared.Name]; !ok && declared.Default != nil {
			values[declared.Name] = declared.Default
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return values, nil
}

// check holds what was given against the declaration. A default is the
// author's and is not held against the options.
func (p Parameter) check(given map[string]any) error {
	value := given[p.Name]
	if value == nil {
		if p.Required && p.Default == nil {
			return fmt.Errorf("parameter %s: %w: it is required: give it with -p %s=…", p.Name, ErrInvalid, p.Name)
		}
		return nil
	}
	if !p.HasOptions || p.Allows(value) {
		return nil
	}
	return fmt.Errorf("parameter %s: %w: %q is not one of its options: give one of %s",
		p.Name, ErrInvalid, Text(value), strings.Join(p.choices(), ", "))
}

// Allows reports whether the value is one of the options. Both are compared as
// people type them: 3 is "3".
func (p Parameter) Allows(value any) bool {
	for _, o := range p.Options {
		if Text(o.Value) == Text(value) {
			return true
		}
	}
	return false
}

func (p Parameter) choices() []string {
	var choices []string
	for _, o := range p.Options {
		choices = append(choices, "-p "+p.Name+"="+Text(o.Value))
	}
	return choices
}

// Text writes a value of a document as a person would type it: no quotes, and
// no exponent or ".0" for a whole number.
func Text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
