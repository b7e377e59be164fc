package googletest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// keep reports whether a listing shows a document.
type keep func(document) bool

// parseFilter reads the parameter filter: comparisons (field = value, !=, eq,
// ne, and field:* for a field that is there), in parentheses or not, joined by
// AND, which may be left out, and OR, which binds less. What follows eq and ne
// is a regular expression for the whole value.
func parseFilter(text string) (keep, error) {
	f := &filter{words: words.FindAllString(text, -1)}
	if len(f.words) == 0 {
		return func(document) bool { return true }, nil
	}
	k, err := f.either()
	if err == nil && len(f.words) > 0 {
		err = fmt.Errorf("%q is left over", strings.Join(f.words, " "))
	}
	if err != nil {
		return nil, invalid("filter", text, "Invalid list filter expression: %v.", err)
	}
	return k, nil
}

// words are quoted texts, operators, parentheses, and whatever else has no
// space in it.
var words = regexp.MustCompile(`"[^"]*"|'[^']*'|[()]|!=|=|:|[^\s()=!:"']+(?:\([^)]*\)[^\s()=!:"']*)*`)

type filter struct{ words []string }

func (f *filter) next() string {
	if len(f.words) == 0 {
		return ""
	}
	w := f.words[0]
	f.words = f.words[1:]
	return w
}

func (f *filter) peek() string {
	if len(f.words) == 0 {
		return ""
	}
	return f.words[0]
}

func (f *filter) either() (keep, error) {
	one, err := f.both()
	for err == nil && f.peek() == "OR" {
		f.next()
		left := one
		var right keep
		right, err = f.both()
		one = func(d document) bool { return left(d) || right(d) }
	}
	return one, err
}

func (f *filter) both() (keep, error) {
	one, err := f.term()
	for err == nil && f.peek() != "" && f.peek() != "OR" && f.peek() != ")" {
		if f.peek() == "AND" {
			f.next()
		}
		left := one
		var right keep
		right, err = f.term()
		one = func(d document) bool { return left(d) && right(d) }
	}
	return one, err
}

func (f *filter) term() (keep, error) {
	if f.peek() != "(" {
		return f.comparison()
	}
	f.next()
	k, err := f.either()
	if err == nil && f.next() != ")" {
		err = fmt.Errorf("a parenthesis is not closed")
	}
	return k, err
}

func (f *filter) comparison() (keep, error) {
	field, operator, value := f.next(), f.next(), strings.Trim(f.next(), `"'`)
	switch operator {
	case "=":
		return func(d document) bool { return fieldText(d, field) == value }, nil
	case "!=":
		return func(d document) bool { return fieldText(d, field) != value }, nil
	case ":":
		if value == "*" {
			return func(d document) bool { return fieldOf(d, field) != nil }, nil
		}
		return func(d document) bool { return strings.Contains(fieldText(d, field), value) }, nil
	case "eq", "ne":
		re, err := regexp.Compile("^(?:" + value + ")$")
		if err != nil {
			return nil, err
		}
		return func(d document) bool { return re.MatchString(fieldText(d, field)) == (operator == "eq") }, nil
	}
	return nil, fmt.Errorf("%q is no operator that is simulated", operator)
}

// fieldOf is what stands at a path like labels.stage; nil if nothing does.
func fieldOf(d document, path string) any {
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		d = d.sub(part)
	}
	return d[parts[len(parts)-1]]
}

func fieldText(d document, path string) string {
	switch v := fieldOf(d, path).(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
