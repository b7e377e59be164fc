package expression_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
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
	if name == "kind" {
		return fmt.Sprintf("%T", args[0]), nil
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

func TestEvaluateReachesValues(t *testing.T) {
	checkAll(t, []example{
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
	})
}

func TestEvaluateComparesAndDecides(t *testing.T) {
	checkAll(t, []example{
		{"numbers are compared as numbers", `trigger.n > 10`, `false`},
		{"strings are compared as strings", `'10' < '9'`, `true`},
		{"equal numbers", `7.0 == trigger.n`, `true`},
		{"equal lists", `trigger.list == {1, 2, 3}`, `true`},
		{"lists of different lengths", `{trigger.list == {1, 2}, {1} == trigger.list}`, `[false,false]`},
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
	})
}

func TestEvaluateCalculatesAndCalls(t *testing.T) {
	checkAll(t, []example{
		{"products before sums", `1 + 2 * 3 - 4`, `3`},
		{"from left to right", `10 - 3 - 2`, `5`},
		{"parentheses", `(1 + 2) * 3`, `9`},
		{"whole numbers divide whole", `{5 / 2, -5 / 2, 7 div 2}`, `[2,-2,3]`},
		{"fractions do not", `{5.0 / 2, 5d / 2, 100.0 * 1 / 8, trigger.half / 2}`, `[2.5,2.5,12.5,0.25]`},
		{"remainders", `{7 % 3, -7 mod 3}`, `[1,-1]`},
		{"signs of numbers", `- -3 + +4`, `7`},
		{"text and number", `'v' + 3 + 0.5 + true`, `"v30.5true"`},
		{"number and text", `1 + 2 + 'x'`, `"3x"`},

		{"text methods", `{' a '.trim(), 'a'.toUpperCase(), 'B'.toLowerCase(), 'héé'.length(), ''.isEmpty(), 'ab'.contains('b'), 'ab'.startsWith('b'), 'ab'.endsWith('b'), 'ab'.matches('a.')}`,
			`["a","A","b",3,true,true,false,true,true]`},
		{"replace is plain", `'a.b.c'.replace('.', '-')`, `"a-b-c"`},
		{"split is by pattern and drops the empty end", `'a1b22c33'.split('[0-9]+')`, `["a","b","c"]`},
		{"split of nothing but separators, and of nothing", `{',,'.split(','), ''.split(','), ',a'.split(',')}`, `[[],[""],["","a"]]`},
		{"list methods", `{trigger.list.size(), {}.isEmpty(), trigger.list.contains(2), trigger.names.contains('z')}`, `[3,true,true,false]`},
		{"object methods", `{trigger.x.size(), trigger.x.isEmpty(), trigger.x.containsKey('y')}`, `[1,false,true]`},
		{"methods of all", `{3.toString(), true.toString(), trigger.list.toString(), 'a'.equals('a'), 1.equals(2)}`, `["3","true","[1, 2, 3]",true,false]`},
		{"safe navigation to a method", `parameters.none?.length()`, `null`},

		{"a function", `#args(1, 'a', 2.5, {1.5})`, `[1,"a",2.5,[1.5]]`},
		{"a function gets plain numbers", `{#kind(1.5), #kind(1)}`, `["float64","float64"]`},
		{"a function's number", `#count() + #count(1, 2)`, `2`},
		{"a function's result goes on", `#args({a: 1})[0].a`, `1`},
		{"white space", "\n\t1 +\n 2 ", `3`},
		{"a brace in quotes", `'}' + "{" + '${'`, `"}{${"`},
	})
}

// example is an expression without ${ }, and its result as JSON.
type example struct{ name, in, want string }

func checkAll(t *testing.T, examples []example) {
	t.Helper()
	for _, tt := range examples {
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
		{"objects in text are JSON, lists their items", `"x ${trigger.x} ${trigger.list} ${{'a', null, {1, 2}}}"`, `"x {\"y\":{\"z\":\"deep\"}} 1,2,3 a,null,1,2"`},
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
