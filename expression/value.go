package expression

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// Real is a number that was written with a point or an exponent, or that a
// function gives as one of Java's floating numbers. Whole numbers divide as in
// Java, where 5/2 is 2; 5.0/2 is not a division of whole numbers. It leaves an
// expression as a float64.
type Real float64

// plain turns Go's other numbers into float64.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float32:
		return float64(v)
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	}
	return v
}

// exported is a value as the outside, a list or an object keeps it. A value of
// a Java type becomes its text.
func (m *machine) exported(position int, v any) (any, error) {
	switch v := v.(type) {
	case Real:
		return float64(v), nil
	case Value:
		return m.write(position, v)
	case rootObject, *Type:
		return nil, faultf(position, "%s is no value by itself: write what of it is wanted", describe(v))
	}
	return v, nil
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Real:
		return float64(v), true
	}
	return 0, false
}

// truth is a boolean, or text that says one.
func truth(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		isTrue := strings.EqualFold(v, "true")
		return isTrue, isTrue || strings.EqualFold(v, "false")
	}
	return false, false
}

// words are what SpEL takes for a boolean where one is wanted.
var words = map[string]bool{"true": true, "on": true, "yes": true, "1": true, "false": false, "off": false, "no": false, "0": false}

// decides is truth by SpEL's words.
func decides(v any) (value, ok bool) {
	if text, isText := v.(string); isText {
		value, ok = words[strings.ToLower(strings.TrimSpace(text))]
		return value, ok
	}
	return truth(v)
}

// formatNumber writes a number without an exponent, and a whole one without a
// point.
func formatNumber(f float64) string {
	if f == 0 {
		return "0" // and not -0
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// textOf writes a value as text: the items of a list with commas between, an
// object as JSON. Null has no text.
func textOf(v any) (string, bool) {
	if f, ok := asNumber(plain(v)); ok {
		return formatNumber(f), true
	}
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case Value:
		return v.String(), true
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = orNull(item)
		}
		return strings.Join(texts, ","), true
	case map[string]any:
		return asJSON(v)
	}
	return "", false
}

func asJSON(v any) (string, bool) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", false
	}
	return strings.TrimSuffix(b.String(), "\n"), true
}

// orNull is textOf, and the word null.
func orNull(v any) string {
	if text, ok := textOf(v); ok {
		return text
	}
	return "null"
}

// javaText is what Java's toString gives: [1, 2] and {a=1}.
func javaText(v any) string {
	switch v := v.(type) {
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = javaText(item)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case map[string]any:
		texts := make([]string, 0, len(v))
		for _, name := range gennaker.SortedKeys(v) {
			texts = append(texts, name+"="+javaText(v[name]))
		}
		return "{" + strings.Join(texts, ", ") + "}"
	}
	return orNull(v)
}

// write is textOf, counted and with a fault for null.
func (m *machine) write(position int, v any) (string, error) {
	if _, isText := v.(string); !isText {
		if err := m.weigh(position, v); err != nil {
			return "", err
		}
	}
	text, ok := textOf(v)
	if !ok {
		return "", faultf(position, "text is wanted, and this is %s%s", describe(v), m.missing(v))
	}
	if len(text) > maxSize {
		return "", faultf(position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	return text, m.spend(position, 1+len(text)/16)
}

// describe says what a value is, for a person.
func describe(v any) string {
	if f, ok := asNumber(v); ok {
		return "the number " + formatNumber(f)
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "the string '" + shorten(v) + "'"
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case rootObject:
		return "#root"
	case *Type:
		return "the type " + v.Name
	case Value:
		return "the " + v.Type().short() + " " + shorten(v.String())
	}
	return fmt.Sprintf("a %T", v)
}

// weigh counts the work of handling a whole value: one step for each item and
// for each 16 bytes of text.
func (m *machine) weigh(position int, v any) error {
	switch v := v.(type) {
	case string:
		return m.spend(position, len(v)/16)
	case Verbatim:
		return m.weigh(position, v.Value)
	case []any:
		for _, item := range v {
			if err := m.weigh(position, item); err != nil {
				return err
			}
		}
		return m.spend(position, len(v))
	case map[string]any:
		for _, key := range gennaker.SortedKeys(v) {
			if err := m.spend(position, 1+len(key)/16); err != nil {
				return err
			}
			if err := m.weigh(position, v[key]); err != nil {
				return err
			}
		}
	}
	return nil
}
