package expression_test

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// env is what the tests' expressions see.
type env map[string]any

func (e env) Lookup(name string) (any, bool) { v, ok := e[name]; return v, ok }

func (e env) Names() []string { return slices.Sorted(maps.Keys(e)) }

var errUnknown = errors.New("there is no such function")

func (e env) Call(name string, args []any) (any, error) {
	if name == "args" {
		return args, nil
	}
	if name == "count" {
		return len(args), nil
	}
	return nil, errUnknown
}

// world is given as JSON, because that is what an execution sees.
func world(t testing.TB) env {
	t.Helper()
	var e env
	if err := json.Unmarshal([]byte(`{
		"parameters": {"version": "1.2", "count": "3", "flag": "true", "empty": "", "none": null, "o'clock": 1},
		"trigger": {"user": "ada", "n": 7, "half": 0.5, "big": 12345678901, "ok": true, "list": [1, 2, 3], "names": ["a", "b"], "x": {"y": {"z": "deep"}}}
	}`), &e); err != nil {
		t.Fatal(err)
	}
	e["number"] = 5
	e["stranger"] = []string{"not JSON"}
	return e
}

func TestEvaluateExpressions(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a property", `parameters.version`, `"1.2"`},
		{"a missing property is null", `parameters.nothing`, `null`},
		{"an index with a string", `trigger['x']["y"].z`, `"deep"`},
		{"an index with a bare name is that name", `trigger[user]`, `"ada"`},
		{"an index into a list", `trigger.list[1]`, `2`},
		{"an index that is calculated", `trigger.names[trigger.list[0] - 1]`, `"a"`},
		{"an index into a string", `parameters.version[2]`, `"2"`},
		{"a name with a quote", `parameters['o''clock']`, `1`},
		{"safe navigation over null", `parameters.none?.x`, `null`},
		{"safe navigation over a value", `trigger?.x?.y?.z`, `"deep"`},
		{"a Go int is a number", `number + 1`, `6`},

		{"a whole number", `12`, `12`},
		{"a long", `12L`, `12`},
		{"a hexadecimal number", `0x1F`, `31`},
		{"a fraction", `1.50`, `1.5`},
		{"an exponent", `1e3`, `1000`},
		{"a quoted quote", `'it''s'`, `"it's"`},
		{"the other quotes", `"say ""it's"""`, `"say \"it's\""`},
		{"booleans and null", `{true, False, null}`, `[true,false,null]`},
		{"an inline list", `{1, 'a', {2, 1.5}, {}}`, `[1,"a",[2,1.5],[]]`},
		{"an inline object", `{a: 1, 'b c': {d: 2.5}, (trigger.user): 3}`, `{"a":1,"ada":3,"b c":{"d":2.5}}`},
		{"an empty object", `{:}`, `{}`},

		{"numbers are compared as numbers", `trigger.n > 10`, `false`},
		{"strings are compared as strings", `'10' < '9'`, `true`},
		{"equal numbers", `7.0 == trigger.n`, `true`},
		{"equal lists", `trigger.list == {1, 2, 3}`, `true`},
		{"equal objects", `trigger.x == {y: {z: 'deep'}}`, `true`},
		{"unequal objects", `trigger.x == {y: {z: 'high'}}`, `false`},
		{"null is null", `parameters.none == null`, `true`},
		{"a string is not null", `parameters.empty != null`, `true`},
		{"a word is not a number", `trigger.user == 7`, `false`},
		{"a boolean is not its text", `trigger.ok == 'true'`, `false`},
		{"words for signs", `1 lt 2 AND 2 le 2 and 3 gt 2 and 3 ge 3 and 1 ne 2 and 1 eq 1`, `true`},
		{"all signs", `1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2`, `true`},
		{"matches is for all of the text", `{'abc' matches 'a', 'abc' matches 'a.*', 'ab' matches 'a|ab'}`, `[false,true,true]`},

		{"and binds stronger than or", `true or false and false`, `true`},
		{"or does not look further", `true || nothing.at.all`, `true`},
		{"and does not look further", `false && nothing.at.all`, `false`},
		{"not, twice", `!not true`, `true`},
		{"text that says true is true", `parameters.flag && !parameters['flag']`, `false`},
		{"a choice", `trigger.n > 5 ? 'many' : 'few'`, `"many"`},
		{"choices in a row", `false ? 1 : false ? 2 : 3`, `3`},
		{"only the chosen side is looked at", `true ? 1 : nothing`, `1`},
		{"elvis takes what is there", `parameters.version ?: 'x'`, `"1.2"`},
		{"elvis replaces null and empty text", `{parameters.none ?: 'x', parameters.empty ?: 'y', 0 ?: 'z'}`, `["x","y",0]`},

		{"products before sums", `1 + 2 * 3 - 4`, `3`},
		{"from left to right", `10 - 3 - 2`, `5`},
		{"parentheses", `(1 + 2) * 3`, `9`},
		{"whole numbers divide whole", `{5 / 2, -5 / 2, 7 div 2}`, `[2,-2,3]`},
		{"fractions do not", `{5.0 / 2, 100.0 * 1 / 8, trigger.half / 2}`, `[2.5,12.5,0.25]`},
		{"remainders", `{7 % 3, -7 mod 3}`, `[1,-1]`},
		{"signs of numbers", `- -3 + +4`, `7`},
		{"text and number", `'v' + 3 + 0.5 + true`, `"v30.5true"`},
		{"number and text", `1 + 2 + 'x'`, `"3x"`},

		{"text methods", `{' a '.trim(), 'a'.toUpperCase(), 'B'.toLowerCase(), 'héé'.length(), ''.isEmpty(), 'ab'.contains('b'), 'ab'.startsWith('b'), 'ab'.endsWith('b'), 'ab'.matches('a.')}`,
			`["a","A","b",3,true,true,false,true,true]`},
		{"replace is plain", `'a.b.c'.replace('.', '-')`, `"a-b-c"`},
		{"split is by pattern and drops the empty end", `'a1b22c33'.split('[0-9]+')`, `["a","b","c"]`},
		{"list methods", `{trigger.list.size(), {}.isEmpty(), trigger.list.contains(2), trigger.names.contains('z')}`, `[3,true,true,false]`},
		{"object methods", `{trigger.x.size(), trigger.x.isEmpty(), trigger.x.containsKey('y')}`, `[1,false,true]`},
		{"methods of all", `{3.toString(), true.toString(), trigger.list.toString(), 'a'.equals('a'), 1.equals(2)}`, `["3","true","[1,2,3]",true,false]`},
		{"safe navigation to a method", `parameters.none?.length()`, `null`},

		{"a function", `#args(1, 'a', 2.5, {1.5})`, `[1,"a",2.5,[1.5]]`},
		{"a function's number", `#count() + #count(1, 2)`, `2`},
		{"a function's result goes on", `#args({a: 1})[0].a`, `1`},
		{"white space", "\n\t1 +\n 2 ", `3`},
		{"a brace in quotes", `'}' + "{" + '${'`, `"}{${"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := expression.Evaluate("${"+tt.in+"}", world(t))
			if err != nil {
				t.Fatalf("Evaluate(%s) error = %v", tt.in, err)
			}
			data, err := json.Marshal(got)
			if err != nil || string(data) != tt.want {
				t.Errorf("Evaluate(%s) = %s, %v, want %s", tt.in, data, err, tt.want)
			}
		})
	}
}

func TestEvaluateValues(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"what has no expression stays", `{"a":[1,true,null,"$ { }",{"b":"c"}]}`, `{"a":[1,true,null,"$ { }",{"b":"c"}]}`},
		{"a whole string keeps the type", `{"n":"${trigger.n}","o":"${trigger.x}","z":"${parameters.none}","b":"${trigger.ok}"}`,
			`{"b":true,"n":7,"o":{"y":{"z":"deep"}},"z":null}`},
		{"several are put together", `"v${parameters.version}-${trigger.n + 1}!"`, `"v1.2-8!"`},
		{"two with nothing between are text", `"${trigger.n}${trigger.n}"`, `"77"`},
		{"space around makes it text", `" ${trigger.n}"`, `" 7"`},
		{"numbers in text have no exponent and no point", `"${trigger.big} ${7.0} ${1e21} ${trigger.half} ${-0.0}"`, `"12345678901 7 1000000000000000000000 0.5 0"`},
		{"objects and lists in text are JSON", `"x ${trigger.x} ${trigger.list} ${'a<b'.split('z')}"`, `"x {\"y\":{\"z\":\"deep\"}} [1,2,3] [\"a\u003cb\"]"`},
		{"names of fields are evaluated", `{"${trigger.user}-${trigger.n}":"${trigger.n}"}`, `{"ada-7":7}`},
		{"a dollar alone is text", `"$5 and ${trigger.n}$"`, `"$5 and 7$"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in any
			if err := json.Unmarshal([]byte(tt.in), &in); err != nil {
				t.Fatal(err)
			}
			got, err := expression.Evaluate(in, world(t))
			if err != nil {
				t.Fatalf("Evaluate(%s) error = %v", tt.in, err)
			}
			data, _ := json.Marshal(got)
			if string(data) != tt.want {
				t.Errorf("Evaluate(%s) = %s, want %s", tt.in, data, tt.want)
			}
		})
	}
}

func TestEvaluateCopies(t *testing.T) {
	e := world(t)
	in := map[string]any{"list": []any{"${trigger.list}", map[string]any{"a": "b"}}}
	got, err := expression.Evaluate(in, e)
	if err != nil {
		t.Fatal(err)
	}
	items := got.(map[string]any)["list"].([]any)
	items[0].([]any)[0] = "changed"
	items[1].(map[string]any)["a"] = "changed"
	if first := e["trigger"].(map[string]any)["list"].([]any)[0]; first != 1.0 {
		t.Errorf("a change of the result reached the environment: %v", first)
	}
	if want := map[string]any{"a": "b"}; !reflect.DeepEqual(in["list"].([]any)[1], want) {
		t.Errorf("a change of the result reached the argument: %v", in)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"an unknown root", "${paramaters.x}", "${paramaters.x}: at 1: no such value: paramaters; did you mean parameters?"},
		{"an unknown root that is like no other", "${zzz}", "${zzz}: at 1: no such value: zzz"},
		{"a property of null", "${parameters.a.b.c}", "${parameters.a.b.c}: at 14: parameters.a is null and has no b: with ?. the result would be null"},
		{"a property of a string", "${trigger.user.x}", "${trigger.user.x}: at 14: trigger.user is the string 'ada' and has no x"},
		{"an index outside", "${trigger.list[3]}", "${trigger.list[3]}: at 13: there is no [3]: trigger.list has 3 items, from [0]"},
		{"an index below", "${trigger.list[-1]}", "${trigger.list[-1]}: at 13: there is no [-1]: trigger.list has 3 items, from [0]"},
		{"an index that is no number", "${trigger.list['a']}", "${trigger.list['a']}: at 13: an index is a whole number, and this is the string 'a'"},
		{"a fraction as index", "${trigger.list[0.5]}", "${trigger.list[0.5]}: at 13: an index is a whole number, and this is the number 0.5"},
		{"an item of a number", "${trigger.n[0]}", "${trigger.n[0]}: at 10: trigger.n is the number 7 and has no items"},
		{"null in the middle of text", "a${parameters.none}b", "${parameters.none}: at 1: the result is null, in the middle of text: give another value with ?: 'other'"},
		{"a number and text that looks like one", "${parameters.count == 3}", "${parameters.count == 3}: at 18: the string '3' and the number 3 cannot be compared: write both as numbers or both as strings"},
		{"an order of a number and text", "${parameters.count > 2}", "${parameters.count > 2}: at 18: the string '3' and the number 2 cannot be compared with >"},
		{"an order of null", "${parameters.none < 2}", "${parameters.none < 2}: at 17: null and the number 2 cannot be compared with <"},
		{"a condition that is neither", "${trigger.user ? 1 : 2}", "${trigger.user ? 1 : 2}: at 14: true or false is wanted, and this is the string 'ada'"},
		{"arithmetic on text", "${'3' * 2}", "${'3' * 2}: at 5: the string '3' * the number 2 cannot be calculated: numbers are wanted"},
		{"text and null", "${'a' + null}", "${'a' + null}: at 5: text is wanted, and this is null"},
		{"a division by zero", "${1 / 0}", "${1 / 0}: at 3: 1 / 0: nothing can be divided by zero"},
		{"a result that is too large", "${1e300 * 1e300}", "${1e300 * 1e300}: at 7: the result is too large"},
		{"a method that is not allowed", "${trigger.user.getClass()}", "${trigger.user.getClass()}: at 14: the string 'ada' has no method getClass: there are contains, endsWith, equals, isEmpty, length, matches, replace, split, startsWith, toLowerCase, toString, toUpperCase, trim"},
		{"too many values for a method", "${'a'.length(1)}", "${'a'.length(1)}: at 5: length takes 0 values and was given 1"},
		{"a method of null", "${parameters.none.length()}", "${parameters.none.length()}: at 17: parameters.none is null and has no length(): with ?. the result would be null"},
		{"a pattern that is none", "${'a' matches '('}", "${'a' matches '('}: at 5: this is not a regular expression: error parsing regexp: missing closing ): `(`"},
		{"a pattern that breaks out", "${'b' matches 'a)|(b'}", "${'b' matches 'a)|(b'}: at 5: this is not a regular expression: error parsing regexp: unexpected ): `a)|(b`"},
		{"an unknown function", "${#nope(1)}", "${#nope(1)}: at 1: #nope: there is no such function"},
		{"a Java type", "${T(java.lang.Math).random()}", "${T(java.lang.Math).random()}: at 1: Java types T(…) are not supported"},
		{"a new object", "${new java.util.Date()}", "${new java.util.Date()}: at 1: new java(…) is not supported"},
		{"a projection", "${trigger.list.![a]}", "${trigger.list.![a]}: at 13: projections .![…] are not supported"},
		{"a selection", "${trigger.list.?[a]}", "${trigger.list.?[a]}: at 13: selections .?[…] are not supported"},
		{"an assignment", "${trigger = 1}", "${trigger = 1}: at 9: values cannot be assigned: write == to compare"},
		{"a function without its sign", "${toJson(1)}", "${toJson(1)}: at 1: functions begin with #: write #toJson(…)"},
		{"a variable", "${#root}", "${#root}: at 1: variables (#root) are not supported: a function is written #root(…)"},
		{"a sign that means nothing", "${1 ~ 2}", "${1 ~ 2}: at 3: '~' means nothing here"},
		{"two values in a row", "${1 2}", "${1 2}: at 3: 2 is not expected here"},
		{"a comparison of a comparison", "${1 < 2 < 3}", "${1 < 2 < 3}: at 7: < is not expected here"},
		{"an expression that stops", "${1 +}", "${1 +}: at 4: the expression stops too early: a value is missing"},
		{"nothing", "${}", "${}: at 1: the expression stops too early: a value is missing"},
		{"a string that does not end", "${'abc}", "${'abc}: at 6: a } is missing: it closes the ${"},
		{"a parenthesis that is missing", "${(1 + 2}", "${(1 + 2}: at 7: a ) is missing"},
		{"a name with a dash", "${trigger.a-b}", "${trigger.a-b}: at 11: no such value: b"},
		{"characters count, not bytes", "${'é' + zzz}", "${'é' + zzz}: at 7: no such value: zzz"},
		{"a value that is not JSON", "x${stranger}", "${stranger}: at 1: the result is a []string, in the middle of text: text is wanted"},
		{"a nest that is too deep", "${" + strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200) + "}", "the expression is nested deeper than 100 levels"},
		{"signs that are too many", "${" + strings.Repeat("!", 200) + "true}", "the expression is nested deeper than 100 levels"},
		{"an expression that is too long", "${" + strings.Repeat("1+", 5000) + "1}", "the expression has 10001 characters and the limit is 10000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := expression.Evaluate(tt.in, world(t))
			var e *expression.Error
			if !errors.As(err, &e) {
				t.Fatalf("Evaluate(%s) = %v, %v, want an *Error", tt.in, got, err)
			}
			if err.Error() != tt.want && !strings.HasSuffix(err.Error(), ": "+tt.want) {
				t.Errorf("Evaluate(%s) error =\n%v\nwant\n%s", tt.in, err, tt.want)
			}
		})
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	_, err := expression.Evaluate(map[string]any{
		"z": "${zzz}",
		"a": []any{"ok", map[string]any{"b": "x ${#nope()}"}},
	}, world(t))
	want := &expression.Error{Path: "a[1].b", Expression: "#nope()", Position: 1, Reason: "#nope: there is no such function", Cause: errUnknown}
	var got *expression.Error
	if !errors.As(err, &got) || !reflect.DeepEqual(got, want) {
		t.Errorf("Evaluate error = %#v, want %#v", got, want)
	}
	if !errors.Is(err, errUnknown) {
		t.Errorf("the function's own error is lost in %v", err)
	}
	_, err = expression.Evaluate(map[string]any{"${'a'}": 1.0, "a": 2.0}, world(t))
	if err == nil || err.Error() != "a: two fields get the name a" {
		t.Errorf("Evaluate of two fields that become one = %v", err)
	}
}

func TestEvaluateIsBounded(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	e := env{"big": big, "list": slices.Repeat([]any{"x"}, 100_000)}
	tests := []struct{ name, in, want string }{
		{"text that grows", "${big + big + big}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"text that grows by replacing", "${big.replace('x', 'yyyy')}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"results that add up", "${{big, big, big}}", "the results are larger than 2097152 bytes (2 MiB)"},
		{"a lot of work", "${" + strings.Repeat("list == list && ", 100) + "true}", "this takes more than 1000000 steps"},
		{"a greedy pattern", "${big matches '(x{1,30}y){1,30}'}", "this takes more than 1000000 steps"},
		{"a long pattern", "${'x' matches big}", "the pattern has 1048576 bytes and the limit is 1000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := expression.Evaluate(tt.in, e); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("Evaluate error = %.300v, want %s", err, tt.want)
			}
		})
	}
}

func TestCondition(t *testing.T) {
	tests := []struct {
		name, in string
		want     bool
		err      string
	}{
		{"without braces", "trigger.n > 5", true, ""},
		{"with braces", "${trigger.n > 9}", false, ""},
		{"with text around", "${trigger.ok}", true, ""},
		{"text that says true", "parameters.flag", true, ""},
		{"the word itself", "FALSE", false, ""},
		{"nothing is true", " \n", true, ""},
		{"a number is neither", "trigger.n", false, "${trigger.n}: at 1: a condition must be true or false, and this is the number 7"},
		{"null is neither", "parameters.none", false, "${parameters.none}: at 1: a condition must be true or false, and this is null"},
		{"a mistake", "trigger.n >", false, "${trigger.n >}: at 12: the expression stops too early: a value is missing"},
		{"two expressions", "${trigger.n} > 5", false, "${trigger.n} > 5: at 1: a condition must be true or false, and this is the string '7 > 5'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := expression.Condition(tt.in, world(t))
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != tt.want || said != tt.err {
				t.Errorf("Condition(%s) = %t, %v, want %t, %s", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

func TestHasExpression(t *testing.T) {
	for in, want := range map[string]bool{"": false, "$": false, "$ {x}": false, "${": true, "a ${x} b": true} {
		if got := expression.HasExpression(in); got != want {
			t.Errorf("HasExpression(%q) = %t, want %t", in, got, want)
		}
	}
}
