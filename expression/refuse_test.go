package expression_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

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
		{"a method that is not allowed", "${trigger.user.getClass()}", "${trigger.user.getClass()}: at 14: the string 'ada' has no method getClass: there are charAt, compareTo, compareToIgnoreCase, concat, contains, contentEquals, endsWith, equals, equalsIgnoreCase, hashCode, indexOf, isBlank, isEmpty, lastIndexOf, length, matches, repeat, replace, replaceAll, replaceFirst, split, startsWith, strip, stripLeading, stripTrailing, substring, toCharArray, toLowerCase, toString, toUpperCase, trim"},
		{"too many values for a method", "${'a'.length(1)}", "${'a'.length(1)}: at 5: length takes 0 values and was given 1"},
		{"a method of null", "${parameters.none.length()}", "${parameters.none.length()}: at 17: parameters.none is null and has no length(): with ?. the result would be null"},
		{"a pattern that is none", "${'a' matches '('}", "${'a' matches '('}: at 5: this is not a regular expression: error parsing regexp: missing closing ): `(`"},
		{"a pattern that breaks out", "${'b' matches 'a)|(b'}", "${'b' matches 'a)|(b'}: at 5: this is not a regular expression: error parsing regexp: unexpected ): `a)|(b`"},
		{"an unknown function", "${#nope(1)}", "${#nope(1)}: at 1: #nope: there is no such function"},
		{"a random number", "${T(java.lang.Math).random()}", "${T(java.lang.Math).random()}: at 19: random: there is nothing here to draw from at random"},
		{"a random id", "${T(java.util.UUID).randomUUID()}", "${T(java.util.UUID).randomUUID()}: at 19: randomUUID: there is nothing here to draw from at random"},
		{"a random generator", "${new java.util.Random().nextInt(3)}", "${new java.util.Random().nextInt(3)}: at 24: nextInt: there is nothing here to draw from at random"},
		{"a Java type", "${T(java.lang.Runtime).getRuntime()}", "${T(java.lang.Runtime).getRuntime()}: at 1: the Java type java.lang.Runtime is not supported"},
		{"a Java type without its package", "${T(URLEncoder)}", "${T(URLEncoder)}: at 1: the Java type URLEncoder is not supported; did you mean java.net.URLEncoder?"},
		{"a static method that is not there", "${T(Boolean).of(1)}", "${T(Boolean).of(1)}: at 12: java.lang.Boolean has no method of: there are logicalAnd, logicalOr, logicalXor, parseBoolean, toString, valueOf"},
		{"a constant that is not there", "${T(Integer).MAX_VALEU}", "${T(Integer).MAX_VALEU}: at 12: java.lang.Integer has no MAX_VALEU; did you mean MAX_VALUE?"},
		{"a new object", "${new java.lang.Math()}", "${new java.lang.Math()}: at 1: new java.lang.Math(…) is not supported"},
		{"a type as a result", "${T(Math)}", "${T(Math)}: at 1: the type java.lang.Math is no value by itself: write what of it is wanted"},
		{"instanceof without a type", "${1 instanceof 'String'}", "${1 instanceof 'String'}: at 3: instanceof wants a type, written T(name), and this is the string 'String'"},
		{"too few values", "${'a'.substring()}", "${'a'.substring()}: at 5: substring takes 1 to 2 values and was given 0"},
		{"a substring outside", "${'abc'.substring(2, 9)}", "${'abc'.substring(2, 9)}: at 7: substring: 2 to 9 is outside of 0 to 3"},
		{"a substring backwards", "${'abc'.substring(2, 1)}", "${'abc'.substring(2, 1)}: at 7: substring: 2 to 1 is outside of 0 to 3"},
		{"a character outside", "${'abc'.charAt(3)}", "${'abc'.charAt(3)}: at 7: charAt: there is no 3: the text has 3 characters, from 0"},
		{"an item outside", "${trigger.list.get(3)}", "${trigger.list.get(3)}: at 14: get: there is no 3: the list has 3 items, from 0"},
		{"a sublist outside", "${trigger.list.subList(-1, 2)}", "${trigger.list.subList(-1, 2)}: at 14: subList: -1 to 2 is outside of 0 to 3"},
		{"a group that is not there", "${'a'.replaceAll('a', '$1')}", "${'a'.replaceAll('a', '$1')}: at 5: replaceAll: '$1' names no group of the pattern: write \\$ for the sign itself"},
		{"a change of a value", "${trigger.list.add(4)}", "${trigger.list.add(4)}: at 14: add is not supported: values cannot be changed"},
		{"a number that is none", "${T(Integer).parseInt('1x')}", "${T(Integer).parseInt('1x')}: at 12: parseInt: the string '1x' is not a whole number"},
		{"a number that is too large", "${T(Integer).parseInt('3000000000')}", "${T(Integer).parseInt('3000000000')}: at 12: parseInt: 3000000000 is not between -2147483648 and 2147483647"},
		{"a format that is none", "${T(String).format('%q', 1)}", "${T(String).format('%q', 1)}: at 11: format: after % one of s, d, x, X, f, e, b, c, n and % is wanted, and this is '%q'"},
		{"a format without its value", "${T(String).format('%s-%s', 1)}", "${T(String).format('%s-%s', 1)}: at 11: format: a value is missing for %s"},
		{"a format of the wrong kind", "${T(String).format('%d', 'x')}", "${T(String).format('%d', 'x')}: at 11: format: %d does not write the string 'x'"},
		{"a root of a negative number", "${T(Math).sqrt(-1)}", "${T(Math).sqrt(-1)}: at 9: sqrt: the result is no number"},
		{"two powers in a row", "${2 ^ 3 ^ 2}", "${2 ^ 3 ^ 2}: at 7: ^ is not expected here"},
		{"a name that the item lacks", "${trigger.list.![a]}", "${trigger.list.![a]}: at 16: the item is the number 1 and has no a: outside of the item it is #root.a"},
		{"a root name inside a selection", "${{trigger.x}.?[parameters.count == 1]}", "${{trigger.x}.?[parameters.count == 1]}: at 26: parameters is null and has no count: with ?. the result would be null; outside of the item it is #root.parameters"},
		{"a selection from a number", "${trigger.n.?[true]}", "${trigger.n.?[true]}: at 10: trigger.n is the number 7 and has no items to go through"},
		{"a selection by no condition", "${trigger.list.?[#this]}", "${trigger.list.?[#this]}: at 13: true or false is wanted, and this is the number 1"},
		{"a selection that does not end", "${trigger.list.?[true}", "${trigger.list.?[true}: at 20: a ] is missing"},
		{"a parameter that is nearly one", "a${parameters.verison}", "${parameters.verison}: at 1: the result is null, in the middle of text: give another value with ?: 'other'; there is no verison: did you mean version?"},
		{"an object that is nearly one", "${trigger.usr.length()}", "${trigger.usr.length()}: at 13: trigger.usr is null and has no length(): with ?. the result would be null; there is no usr: did you mean user?"},
		{"an assignment", "${trigger = 1}", "${trigger = 1}: at 9: values cannot be assigned: write == to compare"},
		{"a function without its sign", "${toJson(1)}", "${toJson(1)}: at 1: functions begin with #: write #toJson(…)"},
		{"a variable", "${#x}", "${#x}: at 1: there is no variable #x: there are #this and #root, and a function is written #x(…)"},
		{"all root names at once", "${#root}", "${#root}: at 1: #root is no value by itself: write what of it is wanted"},
		{"a root name that is not there", "${#root.paramaters}", "${#root.paramaters}: at 7: no such value: paramaters; did you mean parameters?"},
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

func TestCheckReadsWithoutEvaluating(t *testing.T) {
	for in, want := range map[string]string{
		"no expression {":                          "",
		"a ${zzz.y} and ${T(x).y}":                 "",
		"${x matches y ? x.split(y) : null}":       "",
		"${a} ${b +}":                              "${b +}: at 4: the expression stops too early: a value is missing",
		"${a":                                      "${a: at 2: a } is missing: it closes the ${",
		"${HOME:-/root}":                           "${HOME:-/root}: at 5: : is not expected here",
		"a ${1 + #fetchReference(x)}":              "${1 + #fetchReference(x)}: at 5: #fetchReference: it is not available here yet: it needs the artifact store",
		"${x matches '(?=a)b'}":                    "${x matches '(?=a)b'}: at 11: this is not a regular expression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
		"${{1}.![#this.replaceAll('[a[b]]', '')]}": "at 24: this regular expression: a [ inside of [ ] is a class in a class to Java, which is not supported: write \\[ for the sign itself",
		"${" + strings.Repeat("1+", 5000) + "1}":   "the expression has 10001 characters and the limit is 10000",
	} {
		err := expression.Check(in)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("Check(%.50s) = %v, want %s", in, err, want)
		}
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
		{"a projection that grows", "${list.![#root.big]}", "the results are larger than 2097152 bytes (2 MiB)"},
		{"text of a list of large texts", "${'' + list.![#root.big]}", "this takes more than 500000 steps"},
		{"a join of large texts", "${list.![#root.big].join()}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"Java's join of large texts", "${T(String).join(',', list.![#root.big])}", "this takes more than 500000 steps"},
		{"a function of large texts", "${#count(list.![#root.big])}", "this takes more than 500000 steps"},
		{"text that repeats", "${big.repeat(3)}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"text that grows by a pattern", "${big.replaceAll('x', 'y'.repeat(64))}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"a wide format", "${T(String).format('%9999s', 1)}", "a width is more than 1000"},
		{"projections in projections", "${list.![#root.list.![#root.list.size()]]}", "this takes more than 500000 steps"},
		{"a lot of work", "${" + strings.Repeat("list == list && ", 100) + "true}", "this takes more than 500000 steps"},
		{"a greedy pattern", "${big matches '(x{1,30}y){1,30}'}", "this takes more than 500000 steps"},
		{"a pattern over and over", "${list.![#root.big matches '.*.*.*.*.*.*y']}", "this takes more than 500000 steps"},
		{"many matches", "${big.replaceAll('x', 'x')}", "this takes more than 500000 steps"},
		{"many parts", "${big.split('')}", "this takes more than 500000 steps"},
		{"many characters", "${big.toCharArray()}", "this takes more than 500000 steps"},
		{"a list of large texts in text", "a${list.![#root.big]}", "this takes more than 500000 steps"},
		{"Java's text of large texts", "${list.![#root.big].toString()}", "this takes more than 500000 steps"},
		{"text times a number", "${big * 3}", "the text is larger than 2097152 bytes (2 MiB)"},
		{"a long pattern", "${'x' matches big}", "the pattern has 1048576 bytes and the limit is 1000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begin := worked(t)
			if _, err := expression.Evaluate(tt.in, e); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("Evaluate error = %.300v, want %s", err, tt.want)
			}
			if took := worked(t) - begin; took > 5*time.Second {
				t.Errorf("it took %s of a processor", took)
			}
		})
	}
}

// worked is how long processors have worked for this process: unlike a clock,
// a busy machine does not have it go on.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
