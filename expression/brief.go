package expression

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gennaker/gennaker"
)

// brief is a value as JSON, or the beginning of its JSON as a string.
func brief(v any) (data json.RawMessage, cut bool) {
	w := &briefWriter{}
	if w.value(v) {
		return json.RawMessage(w.String()), false
	}
	return json.RawMessage(quoted(strings.ToValidUTF8(w.String()[:maxStepValue], "") + "…")), true
}

// briefWriter writes JSON until it is long enough. Its methods report whether
// it still fits.
type briefWriter struct{ strings.Builder }

func (w *briefWriter) write(text string) bool {
	w.WriteString(text)
	return w.Len() <= maxStepValue
}

func (w *briefWriter) value(v any) bool {
	switch v := v.(type) {
	case []any:
		return w.list(v)
	case map[string]any:
		return w.object(v)
	case string:
		return w.write(quoted(v[:min(len(v), maxStepValue+utf8.UTFMax)]))
	case Verbatim:
		return w.value(v.Value)
	case bool, nil:
		data, _ := json.Marshal(v) // which neither refuses
		return w.write(string(data))
	}
	if f, ok := asNumber(plain(v)); ok {
		return w.write(formatNumber(f))
	}
	if v, ok := v.(Value); ok {
		return w.value(v.String())
	}
	return w.value(describe(v))
}

func (w *briefWriter) list(items []any) bool {
	w.write("[")
	for i, item := range items {
		if i > 0 {
			w.write(",")
		}
		if !w.value(item) {
			return false
		}
	}
	return w.write("]")
}

func (w *briefWriter) object(fields map[string]any) bool {
	w.write("{")
	for i, name := range gennaker.SortedKeys(fields) {
		if i > 0 {
			w.write(",")
		}
		if !w.value(name) || !w.write(":") || !w.value(fields[name]) {
			return false
		}
	}
	return w.write("}")
}

// quoted is a string as JSON.
func quoted(s string) string {
	text, _ := asJSON(strings.ToValidUTF8(s, "")) // which JSON always has
	return text
}
