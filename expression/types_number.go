package expression

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// argumentError is what a function says about what it was given.
type argumentError string

func (e argumentError) Error() string { return string(e) }

// Number is an argument of a Method as a number.
func Number(v any) (float64, error) {
	f, ok := asNumber(plain(v))
	if !ok {
		return 0, argumentError("a number is wanted, and this is " + describe(v))
	}
	return f, nil
}

// Whole is an argument of a Method as a whole number.
func Whole(v any) (int, error) {
	f, err := Number(v)
	if err != nil {
		return 0, err
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, argumentError("a whole number is wanted, and this is " + describe(v))
	}
	return int(f), nil
}

// Text is an argument of a Method as text.
func Text(v any) (string, error) {
	text, ok := textOf(v)
	if !ok {
		return "", argumentError("text is wanted, and this is " + describe(v))
	}
	return text, nil
}

// wholeType is one of Java's types of whole numbers.
func wholeType(name, parse string, least, most float64) *Type {
	parsed := func(_ any, args []any) (any, error) { return parseWhole(args, least, most) }
	return &Type{
		Name:      name,
		Is:        func(v any) bool { f, ok := asNumber(v); return ok && isWhole(v) && f >= least && f <= most },
		Constants: map[string]any{"MIN_VALUE": least, "MAX_VALUE": most},
		Statics: map[string]Method{
			parse:            {"text radix?", parsed},
			"valueOf":        {"value radix?", parsed},
			"toString":       {"number radix?", digits},
			"toHexString":    {"number", hexadecimal},
			"toBinaryString": {"number", inBase(2)},
			"toOctalString":  {"number", inBase(8)},
			"sum":            keptOfTwo(func(a, b float64) float64 { return a + b }),
			"signum":         kept(sign),
			"abs":            kept(math.Abs),
			"max":            keptOfTwo(math.Max),
			"min":            keptOfTwo(math.Min),
			"compare":        {"a b", compared},
		},
		New: &Method{"value", parsed},
	}
}

func parseWhole(args []any, least, most float64) (any, error) {
	if f, ok := asNumber(args[0]); ok {
		args = append([]any{formatNumber(f)}, args[1:]...)
	}
	text, ok := args[0].(string)
	radix, err := radixOf(args)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(text, radix, 64)
	if !ok || err != nil || strings.Contains(text, "_") {
		return nil, argumentError(describe(args[0]) + " is not a whole number")
	}
	if float64(n) < least || float64(n) > most {
		return nil, argumentError(fmt.Sprintf("%s is not between %s and %s", text, formatNumber(least), formatNumber(most)))
	}
	return float64(n), nil
}

// radixOf is the base of digits: the second argument, or 10.
func radixOf(args []any) (int, error) {
	if len(args) < 2 {
		return 10, nil
	}
	radix, err := Whole(args[1])
	if err != nil {
		return 0, err
	}
	if radix < 2 || radix > 36 {
		return 0, argumentError(fmt.Sprintf("the radix %d is not between 2 and 36", radix))
	}
	return radix, nil
}

// digits writes a number, a whole one in the base that is given.
func digits(_ any, args []any) (any, error) {
	radix, err := radixOf(args)
	if err != nil || radix == 10 {
		return javaText(args[0]), err
	}
	n, err := Whole(args[0])
	return strconv.FormatInt(int64(n), radix), err
}

// inBase writes a whole number that is not negative.
func inBase(radix int) func(any, []any) (any, error) {
	return func(_ any, args []any) (any, error) {
		n, err := Whole(args[0])
		if err == nil && n < 0 {
			err = argumentError("a number that is not negative is wanted, and this is " + describe(args[0]))
		}
		return strconv.FormatInt(int64(n), radix), err
	}
}

func hexadecimal(_ any, args []any) (any, error) {
	n, err := Whole(args[0])
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return strconv.FormatUint(uint64(uint32(int32(n))), 16), nil
	}
	return strconv.FormatInt(int64(n), 16), nil
}

func compared(_ any, args []any) (any, error) {
	order, ok := compare(plain(args[0]), plain(args[1]))
	if !ok {
		return nil, argumentError(describe(args[0]) + " and " + describe(args[1]) + " cannot be compared")
	}
	return float64(order), nil
}

// realType is one of Java's types of floating numbers.
func realType(name, parse string) *Type {
	return &Type{
		Name: name,
		Is:   func(v any) bool { return isNumber(v) && !isWhole(v) },
		Statics: map[string]Method{
			parse:      {"text", parseReal},
			"valueOf":  {"value", parseReal},
			"toString": {"number", written},
			"compare":  {"a b", compared},
		},
		New: &Method{"value", parseReal},
	}
}

func parseReal(_ any, args []any) (any, error) {
	if f, ok := asNumber(args[0]); ok {
		return Real(f), nil
	}
	text, _ := args[0].(string)
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(text, "_xX") {
		return nil, argumentError(describe(args[0]) + " is not a number")
	}
	return Real(f), nil
}
