package expression

import (
	"math"
	"strings"
)

type binary struct {
	position    int
	operator    string
	left, right node
}

func (n *binary) eval(m *machine) (any, error) {
	if n.operator == "&&" || n.operator == "||" {
		return n.logic(m)
	}
	if n.operator == "==" || n.operator == "!=" {
		same, err := n.same(m)
		return same == (n.operator == "=="), err
	}
	values, err := m.all(n.position, []node{n.left, n.right})
	if err != nil {
		return nil, err
	}
	a, b := values[0], values[1]
	switch n.operator {
	case "<", "<=", ">", ">=":
		return n.order(m, a, b)
	case "matches":
		return m.matches(n.position, a, b)
	case "between":
		return n.between(a, b)
	case "instanceof":
		return n.instanceOf(a, b)
	}
	return n.calculate(m, a, b)
}

// same compares for ==. Beside null a name may be missing.
func (n *binary) same(m *machine) (bool, error) {
	if err := m.spend(n.position, 1); err != nil {
		return false, err
	}
	left, right := m.eval, m.eval
	if isNull(n.right) {
		left = m.optional
	}
	if isNull(n.left) {
		right = m.optional
	}
	a, err := left(n.left)
	if err != nil {
		return false, err
	}
	b, err := right(n.right)
	if err != nil {
		return false, err
	}
	return m.equal(n.position, a, b)
}

func isNull(n node) bool {
	l, ok := n.(*literal)
	return ok && l.value == nil
}

// logic does not look at the right side once the left one decides.
func (n *binary) logic(m *machine) (any, error) {
	left, err := m.condition(n.position, n.left)
	if err != nil || left == (n.operator == "||") {
		return left, err
	}
	return m.condition(n.position, n.right)
}

// calculate does arithmetic, and + on text.
func (n *binary) calculate(m *machine, a, b any) (any, error) {
	x, isNumber := asNumber(a)
	y, alsoNumber := asNumber(b)
	if isNumber && alsoNumber {
		whole := x == math.Trunc(x) && y == math.Trunc(y) && !isReal(a) && !isReal(b)
		return n.arithmetic(x, y, whole)
	}
	text, isString := a.(string)
	_, alsoString := b.(string)
	if n.operator == "*" && isString && isWhole(b) && !looksLikeNumber(a) {
		return m.repeated(n.position, text, int(max(y, 0)))
	}
	if n.operator != "+" || !isString && !alsoString {
		return nil, faultf(n.position, "%s %s %s cannot be calculated: numbers are wanted", describe(a), n.operator, describe(b))
	}
	return n.concatenate(m, a, b)
}

func isReal(v any) bool {
	_, ok := v.(Real)
	return ok
}

func (n *binary) concatenate(m *machine, a, b any) (any, error) {
	left, err := m.beside(n.position, a)
	if err != nil {
		return nil, err
	}
	right, err := m.beside(n.position, b)
	if err != nil {
		return nil, err
	}
	return m.write(n.position, left+right)
}

// beside is a value as text beside a +.
func (m *machine) beside(position int, v any) (string, error) {
	if v == nil && m.lax {
		return "null", nil
	}
	return m.write(position, v)
}

// repeated is a text so many times.
func (m *machine) repeated(position int, text string, times int) (any, error) {
	if times > maxSize || times*len(text) > maxSize {
		return nil, faultf(position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	return m.write(position, strings.Repeat(text, times))
}

func (n *binary) arithmetic(x, y float64, whole bool) (any, error) {
	var result float64
	switch n.operator {
	case "+":
		result = x + y
	case "-":
		result = x - y
	case "*":
		result = x * y
	case "^":
		result = math.Pow(x, y)
	default:
		if y == 0 {
			return nil, faultf(n.position, "%s %s 0: nothing can be divided by zero", formatNumber(x), n.operator)
		}
		result = math.Mod(x, y)
		if n.operator == "/" {
			result = x / y
		}
	}
	if math.IsInf(result, 0) {
		return nil, faultf(n.position, "the result is too large")
	}
	if math.IsNaN(result) {
		return nil, faultf(n.position, "%s %s %s is no number", formatNumber(x), n.operator, formatNumber(y))
	}
	if result == 0 {
		result = 0 // and not -0, which Java's whole numbers do not have
	}
	if !whole {
		return Real(result), nil
	}
	return math.Trunc(result), nil
}
