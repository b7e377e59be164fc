package expression_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// outline writes steps as text, one a line, deeper ones further in.
func outline(steps []*expression.Step, indent string) string {
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "%s%d %s", indent, s.At, s.Text)
		if s.Value != nil {
			fmt.Fprintf(&b, " = %s", s.Value)
		}
		if s.Error != "" {
			fmt.Fprintf(&b, " ! %d %s", s.ErrorAt, s.Error)
		}
		b.WriteString("\n" + outline(s.Steps, indent+"  "))
	}
	return b.String()
}

func TestExplainTellsEachStep(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"parts and their values", "${(trigger.n + 1) * 2 > 3}", `
1 (trigger.n + 1) * 2 > 3 = true
  1 (trigger.n + 1) * 2 = 16
    2 trigger.n + 1 = 8
      2 trigger.n = 7
        2 trigger = {"big":12345678901,"half":0.5,"list":[1,2,3],"n":7,"names":["a","b"],"ok":true,"user":"ada","x":{"y":{"z":"deep"}}}
`},
		{"several expressions", "a${parameters.count}b${number}", `
1 parameters.count = "3"
  1 parameters = {"count":"3","empty":"","flag":"true","none":null,"o'clock":1,"version":"1.2"}
1 number = 5
`},
		{"each item", "${{1, 2}.?[#this > 1]}", `
1 {1, 2}.?[#this > 1] = [2]
  1 {1, 2} = [1,2]
  10 #this > 1 = false
    10 #this = 1
  10 #this > 1 = true
    10 #this = 2
`},
		{"only the chosen side", "${true ? -number : zzz}", `
1 true ? -number : zzz = -5
  8 -number = -5
    9 number = 5
`},
		{"calls in calls, methods, indexes, types", "${#count(#args({a: 'x'}['a'].length()), T(Math).max(1, not false ?: 2))}", `
1 #count(#args({a: 'x'}['a'].length()), T(Math).max(1, not false ?: 2))
  8 #args({a: 'x'}['a'].length()) = [1]
    14 {a: 'x'}['a'].length() = 1
      14 {a: 'x'}['a'] = "x"
        14 {a: 'x'} = {"a":"x"}
  39 T(Math).max(1, not false ?: 2) ! 47 max: a number is wanted, and this is true
    54 not false ?: 2 = true
      54 not false = true
`},
		{"where it failed", "${'a' + (trigger.usr.length() + 1)}", `
1 'a' + (trigger.usr.length() + 1)
  8 trigger.usr.length() + 1
    8 trigger.usr.length() ! 20 trigger.usr is null and has no length(): with ?. the result would be null; there is no usr: did you mean user?
      8 trigger.usr = null
        8 trigger = {"big":12345678901,"half":0.5,"list":[1,2,3],"n":7,"names":["a","b"],"ok":true,"user":"ada","x":{"y":{"z":"deep"}}}
`},
		{"what cannot be read", "${number + }", `
1 number +  ! 10 the expression stops too early: a value is missing
`},
		{"no value for text", "a${parameters.none}", `
1 parameters.none = null ! 1 the result is null, in the middle of text: give another value with ?: 'other'
  1 parameters = {"count":"3","empty":"","flag":"true","none":null,"o'clock":1,"version":"1.2"}
`},
		{"a type by itself", "${T(Math)}", `
1 T(Math) ! 1 the type java.lang.Math is no value by itself: write what of it is wanted
`},
		{"literals alone", "${1}", ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, _ := expression.Explain(tt.in, world(t))
			if got := outline(e.Steps, ""); got != strings.TrimPrefix(tt.want, "\n") {
				t.Errorf("Explain(%s) =\n%swant\n%s", tt.in, got, tt.want)
			}
		})
	}
}

func TestExplainComesToTheSame(t *testing.T) {
	for _, in := range []string{"${trigger.n > 5 ? 'many' : 'few'}", "a${number}", "${zzz}", "${#args(1, #count())}"} {
		want, wantErr := expression.Evaluate(in, world(t))
		e, err := expression.Explain(in, world(t))
		if fmt.Sprint(e.Value, err) != fmt.Sprint(want, wantErr) || (err != nil && e.Error != err.Error()) {
			t.Errorf("Explain(%s) = %v, %v, %q, want %v, %v", in, e.Value, err, e.Error, want, wantErr)
		}
	}
}

func TestExplainIsBounded(t *testing.T) {
	e := world(t)
	e["long"] = strings.Repeat("é", 1<<19)
	e["deep"] = map[string]any{"list": []any{strings.Repeat("x", 190), "yyyyyyyyyyyyyyyyyyyyyyyy"}}
	many := "${{" + strings.Repeat("number + number,", 600) + "1}.size() + long.length() + deep.size()}"
	got, err := expression.Explain(many, e)
	if err != nil || !got.Cut || got.Value != 601.0+1<<19+1 {
		t.Fatalf("Explain = %v, %v, cut %v", got.Value, err, got.Cut)
	}
	if n := strings.Count(outline(got.Steps, ""), "\n"); n != 500 {
		t.Errorf("%d steps, want 500", n)
	}
	if text := got.Steps[0].Text; len([]rune(text)) != 401 || !strings.HasSuffix(text, "…") {
		t.Errorf("the text of a step has %d characters", len([]rune(text)))
	}
	for _, in := range []string{"${long}", "${deep}"} {
		got, err := expression.Explain(in, e)
		var text string
		if s := got.Steps[0]; err != nil || !s.Cut || json.Unmarshal(s.Value, &text) != nil || len(text) > 210 || !strings.HasSuffix(text, "…") {
			t.Errorf("Explain(%s) has the value %s, %v", in, s.Value, err)
		}
	}
}
