package expression_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

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
