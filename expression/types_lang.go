package expression

import (
	"math"
	"strings"
)

// types are the Java types that need nothing but their arguments.
var types = byName(
	mathType,
	wholeType("java.lang.Integer", "parseInt", math.MinInt32, math.MaxInt32),
	// Of Java's long, what a float64 holds exactly.
	wholeType("java.lang.Long", "parseLong", -1<<53, 1<<53),
	realType("java.lang.Double", "parseDouble"),
	realType("java.lang.Float", "parseFloat"),
	booleanType, stringType, urlEncoder,
	&Type{Name: "java.lang.Object", Is: func(any) bool { return true }},
	&Type{Name: "java.lang.Number", Is: isNumber},
	&Type{Name: "java.util.List", Is: isList},
	&Type{Name: "java.util.Collection", Is: isList},
	&Type{Name: "java.util.Map", Is: func(v any) bool { _, ok := v.(map[string]any); return ok }},
	&Type{Name: "java.util.UUID", Random: []string{"randomUUID"}},
)

func byName(list ...*Type) map[string]*Type {
	table := make(map[string]*Type, len(list))
	for _, t := range list {
		table[t.Name] = t
	}
	return table
}

func isNumber(v any) bool { _, ok := asNumber(v); return ok }

func isList(v any) bool { _, ok := v.([]any); return ok }

// isWhole tells Java's Integer from its Double: JSON has one kind of number.
func isWhole(v any) bool {
	f, ok := asNumber(v)
	return ok && !isReal(v) && f == math.Trunc(f)
}

var mathType = &Type{
	Name:      "java.lang.Math",
	Constants: map[string]any{"PI": Real(math.Pi), "E": Real(math.E)},
	Random:    []string{"random"},
	Statics: map[string]Method{
		"abs":    kept(math.Abs),
		"max":    keptOfTwo(math.Max),
		"min":    keptOfTwo(math.Min),
		"ceil":   floating(math.Ceil),
		"floor":  floating(math.Floor),
		"rint":   floating(math.RoundToEven),
		"sqrt":   floating(math.Sqrt),
		"signum": floating(sign),
		"round": {"number", func(_ any, args []any) (any, error) {
			return one(args, func(f float64) any { return math.Floor(f + 0.5) })
		}},
		"pow": {"base exponent", func(_ any, args []any) (any, error) {
			return two(args, func(a, b float64) any { return Real(math.Pow(a, b)) })
		}},
		"floorDiv": {"number by", func(_ any, args []any) (any, error) {
			return divided(args, func(a, b float64) float64 { return math.Floor(a / b) })
		}},
		"floorMod": {"number by", func(_ any, args []any) (any, error) {
			return divided(args, func(a, b float64) float64 { return a - b*math.Floor(a/b) })
		}},
	},
}

func sign(f float64) float64 {
	switch {
	case f > 0:
		return 1
	case f < 0:
		return -1
	}
	return 0
}

// floating is a function of one number whose result is a double.
func floating(f func(float64) float64) Method {
	return Method{"number", func(_ any, args []any) (any, error) {
		return one(args, func(x float64) any { return Real(f(x)) })
	}}
}

// kept is a function of one number whose result is as whole as the number.
func kept(f func(float64) float64) Method {
	return Method{"number", func(_ any, args []any) (any, error) {
		return one(args, func(x float64) any { return likewise(f(x), args) })
	}}
}

func keptOfTwo(f func(a, b float64) float64) Method {
	return Method{"a b", func(_ any, args []any) (any, error) {
		return two(args, func(a, b float64) any { return likewise(f(a, b), args) })
	}}
}

// likewise is a Real if one of the arguments is.
func likewise(f float64, args []any) any {
	for _, arg := range args {
		if !isWhole(arg) {
			return Real(f)
		}
	}
	return f
}

func one(args []any, f func(float64) any) (any, error) {
	x, err := Number(args[0])
	if err != nil {
		return nil, err
	}
	return f(x), nil
}

func two(args []any, f func(a, b float64) any) (any, error) {
	a, err := Number(args[0])
	if err != nil {
		return nil, err
	}
	b, err := Number(args[1])
	if err != nil {
		return nil, err
	}
	return f(a, b), nil
}

func divided(args []any, f func(a, b float64) float64) (any, error) {
	if b, ok := asNumber(args[1]); ok && b == 0 {
		return nil, argumentError("nothing can be divided by zero")
	}
	return two(args, func(a, b float64) any { return f(a, b) })
}

var booleanType = &Type{
	Name: "java.lang.Boolean",
	Is:   func(v any) bool { _, ok := v.(bool); return ok },
	Statics: map[string]Method{
		"parseBoolean": {"text", saysTrue},
		"valueOf":      {"value", saysTrue},
		"toString":     {"value", written},
	},
	Constants: map[string]any{"TRUE": true, "FALSE": false},
}

// saysTrue is true for the word true alone, as in Java.
func saysTrue(_ any, args []any) (any, error) {
	text, _ := textOf(args[0])
	return strings.EqualFold(text, "true"), nil
}

// written is the value as text; null is written as in Java.
func written(_ any, args []any) (any, error) { return orNull(args[0]), nil }

func orNull(v any) string {
	if text, ok := textOf(v); ok {
		return text
	}
	return "null"
}
