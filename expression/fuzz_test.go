package expression_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// FuzzEvaluate holds that no text panics, that every error has a place inside
// the expression, that a result is of the kinds that JSON has, and that the
// same text gives the same result again.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		"${trigger.n > 5 && parameters['version'] matches '\\d+(\\.\\d+)*' ? {a: {1, 2.5}} : null}",
		"v${parameters.version}-${trigger?.x?.y.z ?: 'none'}", "${'it''s }' + \"${\"}", "${#args(1, 'a', {:})[0]}",
		"${trigger.list[1] * -2 / 3 % 4 - 0x1F + 1e3L}", "${'a,b'.split(',').size()}", "${'x'.replace('', trigger.user)}",
		"${!not true or false and 1 eq 1}", "${trigger.list.?[#this > 1].![#this ^ 2]}", "${trigger.^[value == 7].$[key matches 'n'].entrySet()}", "${#root.trigger.names?.![toUpperCase() + #root.number]}",
		"${T(String).format('%-5.2f|%,d', 2.5, 3)}", "${'a1'.replaceAll('(.)(?<n>1)', '$1${n}\\$')}", "${'abc'.substring(1, 2).indexOf('b')}",
		"${T(Math).max(1, T(Integer).parseInt(parameters.count)) instanceof T(Number)}", "${new String('x').split('', -1).join()}", "${1 between {0, 2}}",
		"${T(x)}", "${new x()}", "${a.![b]}", "${", "}", "${{{{{{}", "${((((((((((1", "${'é' ~}", "${1e999}", "${0x}", "${1 / 0}",
	} {
		f.Add(seed)
	}
	e := world(f)
	delete(e, "stranger")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := expression.Evaluate(text, e)
		again, errAgain := expression.Evaluate(text, e)
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(err, errAgain) {
			t.Fatalf("first %v, %v, then %v, %v", got, err, again, errAgain)
		}
		if err != nil {
			checkError(t, err)
			return
		}
		if !isJSON(got) {
			t.Errorf("Evaluate = %#v, which JSON does not have", got)
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
