package expression_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// FuzzEvaluate holds that no text panics, that every error has a place inside
// the expression, that a result is of the kinds that JSON has, and that the
// same text gives the same result again, also when its steps are told. In
// SpEL's reading it holds the same.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		"${trigger.n > 5 && parameters['version'] matches '\\d+(\\.\\d+)*' ? {a: {1, 2.5}} : null}",
		"v${parameters.version}-${trigger?.x?.y.z ?: 'none'}", "${'it''s }' + \"${\"}", "${#args(1, 'a', {:})[0]}",
		"${trigger.list[1] * -2 / 3 % 4 - 0x1F + 1e3L}", "${'a,b'.split(',').size()}", "${'x'.replace('', trigger.user)}",
		"${!not true or false and 1 eq 1}", "${trigger.list.?[#this > 1].![#this ^ 2]}", "${trigger.^[value == 7].$[key matches 'n'].entrySet()}", "${#root.trigger.names?.![toUpperCase() + #root.number]}",
		"${T(String).format('%-5.2f|%,d', 2.5, 3)}", "${'a1'.replaceAll('(.)(?<n>1)', '$1${n}\\$')}", "${'abc'.substring(1, 2).indexOf('b')}",
		"${T(Math).max(1, T(Integer).parseInt(parameters.count)) instanceof T(Number)}", "${new String('x').split('', -1).join()}", "${1 between {0, 2}}",
		"${zzz ?: 'x'}${zzz?.y}${#root['zzz'] == null}", "${'ab' * 2 + trigger.list + {a: 1}}", "${trigger.list['1'] lt 3 ? 'yes' : 'off'}", "${trigger.toString() + {1, {2}}.toString()}",
		"${'aB1'.replaceAll('[^\\p{Alpha}\\d]', '') matches '(?i)[a-z[:digit:]]+'}", "${new java.util.Random().nextInt(2, 9) + T(java.util.UUID).randomUUID()}", "${''.join('-', trigger.names).lastIndexOf('-', 1)}",
		"${T(Integer).toString(255, 16) + T(Long).toBinaryString(5) + T(Math).addExact(1, 2)}", "${zzz > null and null < 1 or zzz + '' eq 'null'}", "${1++}", "${T(Byte).parseByte('7') ge 7L div 2.5f mod 2e1 ne 0xFF}",
		"${T(x)}", "${new x()}", "${a.![b]}", "${", "}", "${{{{{{}", "${((((((((((1", "${'é' ~}", "${1e999}", "${0x}", "${1 / 0}",
	} {
		f.Add(seed)
	}
	e := world(f)
	delete(e, "stranger")
	f.Fuzz(func(t *testing.T, text string) {
		for _, open := range []func() expression.Env{func() expression.Env { return e }, func() expression.Env { return &lax{env: e} }} {
			got, err := expression.Evaluate(text, open())
			told, errAgain := expression.Explain(text, open())
			if !reflect.DeepEqual(got, told.Value) || !reflect.DeepEqual(err, errAgain) {
				t.Fatalf("first %v, %v, then %v, %v", got, err, told.Value, errAgain)
			}
			if _, err := json.Marshal(told); err != nil {
				t.Errorf("the steps have no JSON: %v", err)
			}
			switch {
			case err != nil:
				checkError(t, err)
			case !isJSON(got):
				t.Errorf("Evaluate = %#v, which JSON does not have", got)
			}
		}
	})
}

func isJSON(v any) bool {
	switch v := v.(type) {
	case nil, bool, string:
		return true
	case float64:
		return !math.IsInf(v, 0) && !math.IsNaN(v)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isJSON(item) })
	case map[string]any:
		for _, item := range v {
			if !isJSON(item) {
				return false
			}
		}
		return true
	}
	return false
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var e *expression.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want an *Error", err)
	}
	if e.Position < 1 || e.Position > len(e.Expression)+1 || e.Reason == "" {
		t.Errorf("an error without a place or a reason: %#v", e)
	}
}
