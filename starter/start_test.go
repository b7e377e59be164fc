package starter

import (
	"reflect"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestParseParameters(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       map[string]any
	}{
		{"JSON", `{"version": 2, "deep": {"a": [1, "x"]}}`, map[string]any{"version": 2.0, "deep": map[string]any{"a": []any{1.0, "x"}}}},
		{"YAML", "version: 2\nfast: true\n", map[string]any{"version": 2.0, "fast": true}},
		{"an empty file", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseParameters([]byte(c.text))
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("parseParameters(%q) = %#v, %v; want %#v", c.text, got, err, c.want)
			}
		})
	}
	for _, bad := range []string{"- a\n- b\n", "just text", "a: [", "1: x\n2: y\n? [a]\n: b\n"} {
		if got, err := parseParameters([]byte(bad)); err == nil {
			t.Errorf("parseParameters(%q) = %v, want an error", bad, got)
		}
	}
}

func TestParseCapacity(t *testing.T) {
	for text, want := range map[string]gennaker.Capacity{
		"3":     {Min: 3, Desired: 3, Max: 3},
		"1/3/9": {Min: 1, Desired: 3, Max: 9},
		"0":     {},
	} {
		if got, err := parseCapacity(text); got != want || err != nil {
			t.Errorf("parseCapacity(%s) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "1/2", "3/2/1", "-1", "1/2/3/4", "1//3"} {
		if got, err := parseCapacity(bad); explain(err, "").code != exitUsage {
			t.Errorf("parseCapacity(%q) = %v, %v; want a usage error", bad, got, err)
		}
	}
}
