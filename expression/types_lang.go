package expression

import (
	"math"
	"strings"
)

// types are the Java types that need nothing but their arguments.
var types = byName(
	mathType,
	wholeType("java.lang.Byte", "parseByte", math.MinInt8, math.MaxInt8),
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
	uuidType, randomType,
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
	Statics: map[string]Method{
		"random": {"", func(env any, _ []any) (any, error) { return draw(env, fraction) }},
		"abs":    kept(math.Abs),
		"max":    keptOfTwo(math.Max),
		"min":    keptOfTwo(math.Min),
		"ceil":   floating(math.Ceil),
		"floor":  floating(math.Floor),
		"rint":   floating(math.RoundToEven),
		"sqrt":   floating(math.Sqrt),
		"signum": floating(sign),
		"cbrt":   floating(math.Cbrt),
		"hypot": {"a b", func(_ any, args []any) (any, error) {
			return two(args, func(a, b float64) any { return Real(math.Hypot(a, b)) })
		}},
		"addExact":      exactly(func(a, b float64) float64 { return a + b }),
		"subtractExact": exactly(func(a, b float64) float64 { return a - b }),
		"multiplyExact": exactly(func(a, b float64) float64 { return a * b }),
		"toIntExact": {"number", func(_ any, args []any) (any, error) {
			return parseWhole(args[:1], math.MinInt32, math.MaxInt32)
		}},
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

// exactly is a function of two whole numbers whose result is one that is
// exact.
func exactly(f func(a, b float64) float64) Method {
	return Method{"a b", func(_ any, args []any) (any, error) {
		a, err := Whole(args[0])
		if err != nil {
			return nil, err
		}
		b, err := Whole(args[1])
		if err != nil {
			return nil, err
		}
		return parseWhole([]any{f(float64(a), float64(b))}, -1<<53, 1<<53)
	}}
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
		"logicalAnd":   truths(func(a, b bool) bool { return a && b }),
		"logicalOr":    truths(func(a, b bool) bool { return a || b }),
		"logicalXor":   truths(func(a, b bool) bool { return a != b }),
	},
	New:       &Method{"value", saysTrue},
	Constants: map[string]any{"TRUE": true, "FALSE": false},
}

func truths(f func(a, b bool) bool) Method {
	return Method{"a b", func(_ any, args []any) (any, error) {
		a, ok := args[0].(bool)
		b, also := args[1].(bool)
		if !ok || !also {
			return nil, argumentError("true or false is wanted, and these are " + describe(args[0]) + " and " + describe(args[1]))
		}
		return f(a, b), nil
	}}
}

// saysTrue is true for the word true alone, as in Java.
func saysTrue(_ any, args []any) (any, error) {
	text, _ := textOf(args[0])
	return strings.EqualFold(text, "true"), nil
}

// written is the value as text, as in Java.
func written(_ any, args []any) (any, error) { return javaText(args[0]), nil }
