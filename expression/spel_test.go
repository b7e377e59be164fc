package expression_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// lax is an env that asks for SpEL's reading and draws from a sequence.
type lax struct {
	env
	kept  []string
	drawn byte // how often
}

func (*lax) Lax() bool { return true }

func (e *lax) Note(text string) { e.kept = append(e.kept, text) }

func TestEvaluateConvertsAsSpEL(t *testing.T) {
	checkAll(t, []example{
		{"a name that nothing has, asked about", `{zzz ?: 'x', #root.zzz ?: 'x', #root['zzz'] ?: 'x', (zzz) ?: 'x', zzz?.y ?: 'x', zzz?.size()}`, `["x","x","x","x","x",null]`},
		{"a name that nothing has, compared with null", `{zzz == null, null != zzz, zzz eq null ? 1 : 2, parameters != null}`, `[true,false,1,true]`},
		{"a name that nothing has, gone through", `zzz?.![x]`, `null`},
		{"text, so many times", `{'ab' * 2, '-' * 0, '-' * -1, 'a' * (1 + 1)}`, `["abab","","","aa"]`},
		{"a list beside text", `{'a' + trigger.list, trigger.names + ':' + {}}`, `["a1,2,3","a,b:"]`},
		{"a list as text to a method", `'1,2,3'.equals('' + trigger.list) && '1,2,3'.contains(trigger.list)`, `true`},
		{"Java's text of lists and objects", `{{'a', null, {1, 2}}.toString(), {b: 1, a: {c: 'x'}}.toString(), T(String).valueOf({'a'}), T(String).format('%s', {'a'})}`,
			`["[a, null, [1, 2]]","{a={c=x}, b=1}","[a]","[a]"]`},
		{"an index in quotes", `trigger.list['1']`, `2`},
		{"words that decide", `{'yes' ? 1 : 2, 'no' ? 1 : 2, 'On' && '1', 'off' || '0', !'false'}`, `[1,2,true,false,true]`},
		{"words of operators in any case", `{1 LT 2, 2 Ge 2, 1 Ne 2 And not false, 7 MOD 4, 9 Div 2, 'a' MATCHES 'a', 1 BETWEEN {0, 1}, 1 InstanceOf T(Integer)}`,
			`[true,true,true,3,4,true,true,true]`},
		{"methods of parts of text", `{'a-b-c'.lastIndexOf('-', 2), 'a-b'.lastIndexOf('z', 9), 'a-b'.lastIndexOf('a', -1), 'abc'.startsWith('b', 1), 'abc'.startsWith('b', 9), ' a '.stripLeading(), ' a '.stripTrailing(), 'aé'.toCharArray(), 'a'.contentEquals('a')}`,
			`[1,-1,-1,true,false,"a "," a",["a","é"],true]`},
		{"Java's hashes", `{'hello'.hashCode(), ''.hashCode(), 'a long text that overflows'.hashCode(), '😀'.hashCode()}`, `[99162322,0,-2077386746,1772899]`},
		{"static methods by way of a text", `{''.join('-', trigger.names), ''.format('%03d', 7)}`, `["a-b","007"]`},
		{"methods of booleans", `{true.booleanValue(), true.compareTo(false), false.compareTo(true), T(Boolean).logicalXor(true, false), new Boolean('true')}`, `[true,1,-1,true,true]`},
		{"numbers in other bases", `{T(Integer).toString(255, 16), T(Integer).toBinaryString(5), T(Integer).toOctalString(8), T(Long).parseLong('zz', 36), T(Byte).parseByte('-128'), T(Integer).sum(1, 2), T(Integer).signum(-3)}`,
			`["ff","101","10",1295,-128,3,-1]`},
		{"exact arithmetic", `{T(Math).addExact(1, 2), T(Math).multiplyExact(3, 4), T(Math).toIntExact(5), T(Math).hypot(3, 4), T(Math).cbrt(27)}`, `[3,12,5,5,3]`},
		{"Java's classes of characters", `{'aB1-'.replaceAll('\p{Punct}', ''), 'aB1'.replaceAll('[^\p{Lower}0-9]', ''), 'a1'.replaceAll('\P{Alpha}', '#'), 'x y'.split('\p{Space}'), 'a[b'.replaceAll('[\[]', '('), 'é'.matches('\p{L}')}`,
			`["aB1","a1","a#",["x","y"],"a(b",true]`},
	})
}

func TestEvaluateRefusesWhatSpELHasAndWeDoNot(t *testing.T) {
	for in, want := range map[string]string{
		"${zzz}":                                   "no such value: zzz",
		"${zzz == 'x'}":                            "no such value: zzz",
		"${zzz.y ?: 1}":                            "no such value: zzz",
		"${'3' * 2}":                               "the string '3' * the number 2 cannot be calculated: numbers are wanted",
		"${'a' * 1.5}":                             "cannot be calculated: numbers are wanted",
		"${'ab' * 2000000}":                        "the text is larger than 2097152 bytes (2 MiB)",
		"${'ab' * 1e300}":                          "cannot be calculated: numbers are wanted",
		"${trigger.n++}":                           "at 10: ++ is not supported: values cannot be changed",
		"${--trigger.n}":                           "at 1: -- is not supported: values cannot be changed",
		"${trigger.n = 3}":                         "at 11: values cannot be assigned: write == to compare",
		"${trigger.list[1] = 3}":                   "values cannot be assigned: write == to compare",
		"${'a' matches '[a-z&&[^b]]'}":             "at 5: this regular expression: && inside of [ ] is not supported",
		"${'a' matches '[a[b]]'}":                  "a [ inside of [ ] is a class in a class to Java, which is not supported: write \\[ for the sign itself",
		"${'a' matches '(?=a)a'}":                  "invalid or unsupported Perl syntax: `(?=`",
		"${'maybe' ? 1 : 2}":                       "true or false is wanted, and this is the string 'maybe'",
		"${trigger.user.lenght()}":                 "the string 'ada' has no method lenght; did you mean length?",
		"${trigger.list.siez()}":                   "a list has no method siez; did you mean size?",
		"${trigger.x.containskey('y')}":            "an object has no method containskey; did you mean containsKey?",
		"${trigger.user.length}":                   "trigger.user is the string 'ada' and has no length: write length()",
		"${trigger.list.size}":                     "trigger.list is a list and has no size: write size()",
		"${trigger.n.intvalue}":                    "trigger.n is the number 7 and has no intvalue; did you mean intValue()?",
		"${T(Integer).parseint('1')}":              "java.lang.Integer has no method parseint; did you mean parseInt?",
		"${T(java.util.UUD)}":                      "the Java type java.util.UUD is not supported; did you mean java.util.UUID?",
		"${T(Math).addExact(9007199254740992, 9)}": "is not between -9007199254740992 and 9007199254740992",
		"${T(Math).toIntExact(3000000000)}":        "toIntExact: 3000000000 is not between -2147483648 and 2147483647",
		"${T(Integer).toBinaryString(-1)}":         "a number that is not negative is wanted, and this is the number -1",
		"${T(Integer).toString(1, 99)}":            "the radix 99 is not between 2 and 36",
		"${T(Boolean).logicalAnd(1, true)}":        "true or false is wanted, and these are the number 1 and true",
	} {
		_, err := expression.Evaluate(in, world(t))
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("Evaluate(%s) error =\n%v, want\n%s", in, err, want)
		}
	}
}

func TestEvaluateInSpELsReading(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want any
		kept string
	}{
		{"${zzz}", "${zzz}", "${zzz} is null, and its text stays"},
		{"a.${zzz}.b.${trigger.user}", "a.${zzz}.b.ada", "${zzz} is null, and its text stays"},
		{"${parameters.none}", "${parameters.none}", "${parameters.none} is null, and its text stays"},
		{"${zzz == 'x'}", false, ""},
		{"${zzz ?: 'x'}", "x", ""},
		{"${parameters.count == 3}", false, ""},
		{"${null < 1 && 1 > zzz && null <= null && !(null > null)}", true, ""},
		{"${'a' + zzz + 1}", "anull1", ""},
	} {
		e := &lax{env: world(t)}
		got, err := expression.Evaluate(tt.in, e)
		if err != nil || got != tt.want || strings.Join(e.kept, " ") != tt.kept {
			t.Errorf("Evaluate(%s) = %v, %v, kept %q, want %v, kept %q", tt.in, got, err, e.kept, tt.want, tt.kept)
		}
	}
	if got, err := expression.Evaluate("${zzz.y}", &lax{env: world(t)}); err == nil {
		t.Errorf("a property of null = %v, want an error as in SpEL", got)
	}
}

// noted is an env in our reading that keeps notes.
type noted struct {
	env
	notes []string
}

func (e *noted) Note(text string) { e.notes = append(e.notes, text) }

func TestEvaluateNotesNullsThatLookLikeMistakes(t *testing.T) {
	e := &noted{env: world(t)}
	got, err := expression.Evaluate(map[string]any{"a": []any{"${parameters.verison}"}, "b": "${parameters.none}", "c": "${parameters.verison ?: 'x'}"}, e)
	if err != nil || got.(map[string]any)["a"].([]any)[0] != nil {
		t.Fatalf("Evaluate = %v, %v", got, err)
	}
	want := "a[0]: ${parameters.verison} is null; there is no verison: did you mean version?"
	if strings.Join(e.notes, "\n") != want {
		t.Errorf("notes = %q, want %q", e.notes, want)
	}
}

// Chance gives one sequence to each evaluation.
func (e *lax) Chance() [16]byte {
	e.drawn++
	var b [16]byte
	for i := range b {
		b[i] = e.drawn * byte(37+i)
	}
	return b
}

func TestEvaluateDraws(t *testing.T) {
	for in, want := range map[string]string{
		"${T(java.util.UUID).randomUUID().toString()}":      `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		"n${T(java.lang.Math).random()}":                    `^n0\.\d+$`,
		"n${new java.util.Random().nextInt(3)}":             `^n[012]$`,
		"n${new java.util.Random().nextInt(5, 7)}":          `^n[56]$`,
		"n${new java.util.Random().nextInt()}":              `^n-?\d{1,10}$`,
		"n${new java.util.Random().nextLong()}":             `^n-?\d{1,16}$`,
		"n${new java.util.Random().nextBoolean()}":          `^n(true|false)$`,
		"n${new java.util.Random().nextDouble() < 1}":       `^ntrue$`,
		"${{1, 2, 3, 4}.![T(java.util.UUID).randomUUID()]}": `^(?:[0-9a-f-]{36},?){4}$`,
	} {
		got, err := expression.Evaluate(in, &lax{env: world(t)})
		again, _ := expression.Evaluate(in, &lax{env: world(t)})
		list, isList := got.([]any)
		text, _ := expression.Text(got)
		if sameText, _ := expression.Text(again); err != nil || !regexp.MustCompile(want).MatchString(text) || sameText != text {
			t.Errorf("Evaluate(%s) = %v, %v, then %v, want twice the same, as %s", in, got, err, again, want)
		}
		if isList && slices.Contains(list[1:], list[0]) {
			t.Errorf("Evaluate(%s) = %v, with one drawn twice", in, got)
		}
	}
	if _, err := expression.Evaluate("${new java.util.Random().nextInt(0)}", &lax{}); err == nil || !strings.HasSuffix(err.Error(), "the bound 0 is not above 0") {
		t.Errorf("a bound of 0 = %v", err)
	}
}
