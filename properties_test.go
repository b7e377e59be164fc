package gennaker_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestParseProperties(t *testing.T) {
	tests := []struct {
		name, in string
		want     map[string]string
	}{
		{"the signs between name and value", "a=1\nb: 2\nc 3\n d\t=\t4\n", map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"}},
		{"comments and empty lines", "# a=1\n\n ! b=2\r\nc=3 # no comment", map[string]string{"c": "3 # no comment"}},
		{"a name without a value", "a\nb=", map[string]string{"a": "", "b": ""}},
		{"the last one counts", "a=1\na=2", map[string]string{"a": "2"}},
		{"a line that goes on", "a=1,\\\n   2,\\\n3\nb=\\\\\nc=4", map[string]string{"a": "1,2,3", "b": `\`, "c": "4"}},
		{"signs that stand for themselves", `a\=b\:c\ d=e=f`, map[string]string{"a=b:c d": "e=f"}},
		{"escapes", `a=x\ty\nz\q`, map[string]string{"a": "x\ty\nzq"}},
		{"characters by their code", `a=\u00e9\uD83D\uDE00`, map[string]string{"a": "é😀"}},
		{"a \\ at the very end", `a=b\`, map[string]string{"a": "b"}},
		{"a line that goes on into an empty one", "a=1\\\n\nb=2", map[string]string{"a": "1", "b": "2"}},
		{"nothing", "", map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := gennaker.ParseProperties(tt.in)
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("ParseProperties(%q) = %q, %v, want %q", tt.in, got, err, tt.want)
			}
		})
	}
	for _, in := range []string{`a=\u12`, `a=\u12xy`, `\u=1`} {
		if got, err := gennaker.ParseProperties(in); !errors.Is(err, gennaker.ErrInvalid) {
			t.Errorf("ParseProperties(%q) = %q, %v, want ErrInvalid", in, got, err)
		}
	}
}
