package pipeline_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
)

// FuzzDecode holds that no input panics, that every problem has a place, and
// that a document that was decoded is the same after a trip through JSON,
// which is how an execution receives it.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		one(`{"type":"wait","waitTime":"${x}","refId":1},{"type":"noop","refId":"b","requisiteStageRefIds":[1]}`),
		one(`{"type":"deploy","clusters":[{"capacity":{"min":1},"percent":"5","strategy":"none","since":"2020-01-02T03:04:05Z"}],"spec":{"":null}}`),
		`{"name":"\ud83d\ude80","application":"\ud800","stages":[],"x":[1e308,-0,12345678901234567891],"roles":[],"parameterConfig":[{"name":"p","options":[{"value":[]}]}]}`,
		stages("- &a {type: wait, waitTime: 1, ? x : y}\n- {<<: [*a, {z: 0x1F}], waitTime: 0o17}\n- type: noop\n  comments: |\n    two\n    lines\n"),
		stages("- {type: noop, stageEnabled: {type: expression, expression: \"${a}\"}, interestingHealthProviderNames: [], tags: .nan}"),
		"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n<<: *b",
		"x: &a [*a]", "? [x]\n: 1", "!!binary aGk=", "--- a\n--- b", "name: n\n\tb", "\xff\xfe", "{\"a\":1,}",
		strings.Repeat("[", 300), strings.Repeat("{\"a\":", 250) + "1" + strings.Repeat("}", 250), strings.Repeat("- ", 300),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pipeline.DecodeAll(data, types) // must not panic either
		d, err := pipeline.Decode(data, types)
		if problems, ok := err.(pipeline.Problems); ok {
			for _, p := range problems {
				if p.Line < 1 || p.Column < 1 || p.Text == "" {
					t.Errorf("a problem without a place or a text: %+v", p)
				}
			}
			return
		}
		if err != nil {
			t.Fatalf("Decode error = %v, which is not Problems", err)
		}
		checkTrip(t, d.Pipeline)
	})
}

func checkTrip(t *testing.T, p gennaker.Pipeline) {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	if len(data) > 1<<20 {
		return // indented by aliases or escapes beyond what may be decoded again
	}
	var received gennaker.Pipeline
	if err := json.Unmarshal(data, &received); err != nil {
		t.Fatalf("Unmarshal: %v\n%s", err, data)
	}
	again, err := pipeline.Decode(data, types)
	if err != nil {
		t.Fatalf("Decode of what was decoded: %v\n%s", err, data)
	}
	if !reflect.DeepEqual(again.Pipeline, received) {
		t.Errorf("decoded %+v\nreceived %+v", again.Pipeline, received)
	}
	second, err := json.Marshal(again.Pipeline)
	if err != nil || string(second) != string(data) {
		t.Errorf("first %s\nthen  %s, %v", data, second, err)
	}
}
