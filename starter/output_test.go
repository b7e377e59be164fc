package starter

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestYAMLHasTheNamesAndTypesOfJSON(t *testing.T) {
	var out strings.Builder
	e := gennaker.StageExecution{RefID: "1", Type: "wait", Name: "true", Status: gennaker.Running,
		Outputs: map[string]any{"count": 3.0, "text": "7", "list": []any{"a"}, "evil": "\x1b[2J"}}
	if err := writeYAML(&out, e); err != nil {
		t.Fatal(err)
	}
	want := trimmed(`
refId: "1"
type: wait
name: "true"
status: RUNNING
outputs:
  count: 3
  evil: "\e[2J"
  list:
    - a
  text: "7"
`)
	if out.String() != want {
		t.Errorf("YAML =\n%s\nwant\n%s", out.String(), want)
	}
}

func TestJSONHasNoTerminalEscapes(t *testing.T) {
	var out strings.Builder
	if err := writeJSON(&out, map[string]string{"a": "\x1b[2J\u009b2J\x7f<b>"}, ""); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), `{"a":"\u001b[2J\u009b2J\u007f<b>"}`+"\n"; got != want {
		t.Errorf("JSON = %s, want %s", got, want)
	}
}
