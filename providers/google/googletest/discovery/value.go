package discovery

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// decode reads one JSON value, and keeps numbers as they are written.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON value")
	}
	return value, nil
}

// resolve follows references to the schema that they name.
func (a *API) resolve(s *schema) *schema {
	for s != nil && s.Ref != "" {
		s = a.Schemas[s.Ref]
	}
	return s
}

// value is what is wrong with a JSON value; null is none.
func (a *API) value(where string, v any, s *schema) []error {
	if v == nil {
		return nil
	}
	to := a.resolve(s)
	if to == nil {
		return []error{fmt.Errorf("%s: nothing describes it", where)}
	}
	switch to.Type {
	case "any":
		return nil
	case "object":
		return a.object(where, v, to)
	case "array":
		return a.array(where, v, to)
	}
	return to.scalar(where, v)
}

func (a *API) object(where string, v any, s *schema) []error {
	fields, ok := v.(map[string]any)
	if !ok {
		return mistyped(where, v, s)
	}
	var wrong []error
	for name, x := range fields {
		field := s.Properties[name]
		if field == nil {
			field = s.Additional
		}
		if field == nil {
			wrong = append(wrong, fmt.Errorf("%s: unknown field %q of %s", where, name, s.ID))
			continue
		}
		wrong = append(wrong, a.value(where+"."+name, x, field)...)
	}
	return wrong
}

func (a *API) array(where string, v any, s *schema) []error {
	elements, ok := v.([]any)
	if !ok {
		return mistyped(where, v, s)
	}
	var wrong []error
	for i, x := range elements {
		wrong = append(wrong, a.value(fmt.Sprintf("%s[%d]", where, i), x, s.Items)...)
	}
	return wrong
}

// scalar is what is wrong with a value that has no parts. Integers of 64 bits
// are strings in JSON.
func (s *schema) scalar(where string, v any) []error {
	switch v := v.(type) {
	case string:
		if s.Type == "string" {
			return s.text(where, v)
		}
	case json.Number:
		if s.Type == "integer" || s.Type == "number" {
			return s.text(where, v.String())
		}
	case bool:
		if s.Type == "boolean" {
			return nil
		}
	}
	return mistyped(where, v, s)
}

func mistyped(where string, v any, s *schema) []error {
	text, _ := json.Marshal(v)
	return []error{fmt.Errorf("%s: %.60s is no %s", where, text, s.kind())}
}

func (s *schema) kind() string {
	if s.Format != "" {
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}

// text is what is wrong with a value that is written as text, as parameters
// all are.
func (s *schema) text(where, v string) []error {
	var wrong []error
	if !s.wellFormed(v) {
		wrong = append(wrong, fmt.Errorf("%s: %q is no %s", where, v, s.kind()))
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		wrong = append(wrong, fmt.Errorf("%s: %q is none of %q", where, v, s.Enum))
	}
	if s.pattern != nil && !s.pattern.MatchString(v) {
		wrong = append(wrong, fmt.Errorf("%s: %q does not match %s", where, v, s.Pattern))
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil {
		if least, err := strconv.ParseFloat(s.Minimum, 64); err == nil && n < least {
			wrong = append(wrong, fmt.Errorf("%s: %s is less than %s", where, v, s.Minimum))
		}
		if most, err := strconv.ParseFloat(s.Maximum, 64); err == nil && n > most {
			wrong = append(wrong, fmt.Errorf("%s: %s is more than %s", where, v, s.Maximum))
		}
	}
	return wrong
}

var duration = regexp.MustCompile(`^-?[0-9]+(\.[0-9]{1,9})?s$`)

// wellFormed reports whether a text is a value of the type and format.
func (s *schema) wellFormed(v string) bool {
	var err error
	switch {
	case s.Type == "boolean":
		return v == "true" || v == "false"
	case s.Format == "int32":
		_, err = strconv.ParseInt(v, 10, 32)
	case s.Format == "uint32":
		_, err = strconv.ParseUint(v, 10, 32)
	case s.Format == "uint64":
		_, err = strconv.ParseUint(v, 10, 64)
	case s.Format == "int64" || s.Type == "integer":
		_, err = strconv.ParseInt(v, 10, 64)
	case s.Type == "number":
		_, err = strconv.ParseFloat(v, 64)
	case s.Format == "byte":
		return base64Text(v)
	case s.Format == "google-datetime":
		_, err = time.Parse(time.RFC3339Nano, v)
	case s.Format == "google-duration":
		return duration.MatchString(v)
	}
	return err == nil
}

// base64Text reports whether it is base64 of either alphabet.
func base64Text(v string) bool {
	_, standard := base64.StdEncoding.DecodeString(v)
	_, forURLs := base64.URLEncoding.DecodeString(v)
	return standard == nil || forURLs == nil
}
