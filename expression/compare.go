package expression

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// equal compares two values of any kind. A number and text that looks like
// one are refused: SpEL calls them different, and nobody who writes it wants
// that.
func (m *machine) equal(position int, a, b any) (bool, error) {
	if err := m.spend(position, 1); err != nil {
		return false, err
	}
	a, b = plain(a), plain(b)
	x, isNumber := asNumber(a)
	y, alsoNumber := asNumber(b)
	switch {
	case isNumber && alsoNumber:
		return x == y, nil
	case !m.lax && (isNumber && looksLikeNumber(b) || alsoNumber && looksLikeNumber(a)):
		return false, faultf(position, "%s and %s cannot be compared: write both as numbers or both as strings", describe(a), describe(b))
	}
	switch a := a.(type) {
	case string:
		return a == b, m.spend(position, len(a)/16)
	case bool, nil:
		return a == b, nil
	case []any:
		b, ok := b.([]any)
		return m.equalLists(position, a, b, ok)
	case map[string]any:
		b, ok := b.(map[string]any)
		return m.equalObjects(position, a, b, ok)
	case Value:
		b, ok := b.(Value)
		return ok && a.Type() == b.Type() && a.String() == b.String(), nil
	case *Type, rootObject:
		return a == b, nil
	}
	return false, nil
}

func (m *machine) equalLists(position int, a, b []any, same bool) (bool, error) {
	if !same || len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		if same, err := m.equal(position, a[i], b[i]); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func (m *machine) equalObjects(position int, a, b map[string]any, same bool) (bool, error) {
	if !same || len(a) != len(b) {
		return false, nil
	}
	for _, key := range gennaker.SortedKeys(a) {
		other, ok := b[key]
		if !ok {
			return false, nil
		}
		if same, err := m.equal(position, a[key], other); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func looksLikeNumber(v any) bool {
	s, ok := v.(string)
	if !ok {
		return false
	}
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

// order compares numbers with numbers, strings with strings and dates with
// dates. Null is not less than everything, as in SpEL: a value that is missing
// is a mistake.
func (n *binary) order(m *machine, a, b any) (any, error) {
	c, ok := compare(a, b)
	if m.lax && (a == nil || b == nil) {
		c, ok = nullFirst(a, b), true
	}
	if !ok {
		return nil, faultf(n.position, "%s and %s cannot be compared with %s", describe(a), describe(b), n.operator)
	}
	return holds(n.operator, c < 0, c == 0), nil
}

func nullFirst(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	}
	return 1
}

// compare orders two values of one kind.
func compare(a, b any) (int, bool) {
	x, isNumber := asNumber(a)
	y, alsoNumber := asNumber(b)
	if isNumber && alsoNumber {
		return cmp.Compare(x, y), true
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		return numberOf(a) - numberOf(b), ok
	case Ordered:
		b, ok := b.(Value)
		if !ok || a.Type() != b.Type() {
			return 0, false
		}
		return a.Compare(b), true
	}
	return 0, false
}

func numberOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// between is a between {low, high}, with both ends.
func (n *binary) between(a, b any) (any, error) {
	ends, ok := b.([]any)
	if !ok || len(ends) != 2 {
		return nil, faultf(n.position, "between wants a list of two values, and this is %s", describe(b))
	}
	low, ok := compare(a, plain(ends[0]))
	high, also := compare(a, plain(ends[1]))
	if !ok || !also {
		return nil, faultf(n.position, "%s cannot be compared with both %s and %s", describe(a), describe(ends[0]), describe(ends[1]))
	}
	return low >= 0 && high <= 0, nil
}

func (n *binary) instanceOf(a, b any) (any, error) {
	t, ok := b.(*Type)
	if !ok {
		return nil, faultf(n.position, "instanceof wants a type, written T(name), and this is %s", describe(b))
	}
	if v, ok := a.(Value); ok {
		return v.Type() == t || t.Name == "java.lang.Object", nil
	}
	return t.Is != nil && a != nil && t.Is(a), nil
}

func holds(operator string, less, same bool) bool {
	switch operator {
	case "<":
		return less
	case "<=":
		return less || same
	case ">":
		return !less && !same
	}
	return !less
}
