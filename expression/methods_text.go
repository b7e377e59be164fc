package expression

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

var stringMethods = with(anyMethods, methodTable{
	"length":              {"", func(c *methodCall) (any, error) { return float64(utf8.RuneCountInString(c.text())), c.cost() }},
	"isEmpty":             {"", func(c *methodCall) (any, error) { return c.text() == "", nil }},
	"isBlank":             {"", func(c *methodCall) (any, error) { return strings.TrimSpace(c.text()) == "", c.cost() }},
	"toUpperCase":         {"", func(c *methodCall) (any, error) { return strings.ToUpper(c.text()), c.cost() }},
	"toLowerCase":         {"", func(c *methodCall) (any, error) { return strings.ToLower(c.text()), c.cost() }},
	"trim":                {"", func(c *methodCall) (any, error) { return strings.TrimSpace(c.text()), c.cost() }},
	"strip":               {"", func(c *methodCall) (any, error) { return strings.TrimSpace(c.text()), c.cost() }},
	"stripLeading":        {"", func(c *methodCall) (any, error) { return strings.TrimLeftFunc(c.text(), unicode.IsSpace), c.cost() }},
	"stripTrailing":       {"", func(c *methodCall) (any, error) { return strings.TrimRightFunc(c.text(), unicode.IsSpace), c.cost() }},
	"hashCode":            {"", (*methodCall).hashCode},
	"toCharArray":         {"", (*methodCall).characters},
	"contentEquals":       {"text", func(c *methodCall) (any, error) { return c.search(func(a, b string) bool { return a == b }) }},
	"contains":            {"text", func(c *methodCall) (any, error) { return c.search(strings.Contains) }},
	"startsWith":          {"text from?", (*methodCall).startsWith},
	"endsWith":            {"text", func(c *methodCall) (any, error) { return c.search(strings.HasSuffix) }},
	"equalsIgnoreCase":    {"other", func(c *methodCall) (any, error) { return c.search(strings.EqualFold) }},
	"compareTo":           {"other", (*methodCall).compareTo},
	"compareToIgnoreCase": {"other", (*methodCall).compareFolded},
	"concat":              {"text", (*methodCall).concat},
	"charAt":              {"index", (*methodCall).charAt},
	"substring":           {"from to?", (*methodCall).substring},
	"indexOf":             {"text from?", (*methodCall).indexOf},
	"lastIndexOf":         {"text from?", (*methodCall).lastIndexOf},
	"repeat":              {"times", (*methodCall).repeat},
	"matches":             {"pattern", func(c *methodCall) (any, error) { return c.matches(c.position, c.self, c.args[0]) }},
	"replace":             {"old new", (*methodCall).replace},
	"replaceAll":          {"pattern new", func(c *methodCall) (any, error) { return c.replaceMatches(-1) }},
	"replaceFirst":        {"pattern new", func(c *methodCall) (any, error) { return c.replaceMatches(1) }},
	"split":               {"pattern limit?", (*methodCall).split},
})

// text is the string whose method is called.
func (c *methodCall) text() string { return c.self.(string) }

// cost counts the work on that string.
func (c *methodCall) cost() error { return c.spend(c.position, 1+len(c.text())/16) }

func (c *methodCall) search(found func(s, part string) bool) (any, error) {
	part, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return found(c.text(), part), c.cost()
}

func (c *methodCall) compareFolded() (any, error) {
	other, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return float64(strings.Compare(strings.ToLower(c.text()), strings.ToLower(other))), c.cost()
}

func (c *methodCall) concat() (any, error) {
	more, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return c.write(c.position, c.text()+more)
}

// runes are the characters, which is what Java's indexes count (but for those
// that it counts as two).
func (c *methodCall) runes() ([]rune, error) { return []rune(c.text()), c.cost() }

func (c *methodCall) charAt() (any, error) {
	runes, err := c.runes()
	if err != nil {
		return nil, err
	}
	i, err := c.number(0, 0)
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(runes) {
		return nil, c.fault("there is no %d: the text has %d characters, from 0", i, len(runes))
	}
	return string(runes[i]), nil
}

func (c *methodCall) substring() (any, error) {
	runes, err := c.runes()
	if err != nil {
		return nil, err
	}
	from, to, err := c.span(len(runes))
	if err != nil {
		return nil, err
	}
	return string(runes[from:to]), nil
}

// indexOf counts characters, and is -1 if the text is not there. A start
// outside is moved to the nearest end.
func (c *methodCall) indexOf() (any, error) {
	wanted, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	runes, err := c.runes()
	if err != nil {
		return nil, err
	}
	from, err := c.number(1, 0)
	if err != nil {
		return nil, err
	}
	from = min(max(from, 0), len(runes))
	rest := string(runes[from:])
	at := strings.Index(rest, wanted)
	if at < 0 {
		return -1.0, nil
	}
	return float64(from + utf8.RuneCountInString(rest[:at])), nil
}

func (c *methodCall) lastIndexOf() (any, error) {
	wanted, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	runes, err := c.runes()
	if err != nil {
		return nil, err
	}
	from, err := c.number(1, len(runes))
	if err != nil || from < 0 {
		return -1.0, err
	}
	before := string(runes[:min(from+utf8.RuneCountInString(wanted), len(runes))])
	at := strings.LastIndex(before, wanted)
	if at < 0 {
		return -1.0, nil
	}
	return float64(utf8.RuneCountInString(before[:at])), nil
}

func (c *methodCall) startsWith() (any, error) {
	runes, err := c.runes()
	if err != nil {
		return nil, err
	}
	from, err := c.number(1, 0)
	if err != nil {
		return nil, err
	}
	wanted, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return from >= 0 && from <= len(runes) && strings.HasPrefix(string(runes[from:]), wanted), nil
}

// hashCode is Java's, of UTF-16.
func (c *methodCall) hashCode() (any, error) {
	hash := int32(0)
	for _, unit := range utf16.Encode([]rune(c.text())) {
		hash = 31*hash + int32(unit)
	}
	return float64(hash), c.spend(c.position, 1+len(c.text())/4)
}

func (c *methodCall) characters() (any, error) {
	items := []any{}
	for _, r := range c.text() {
		items = append(items, string(r))
	}
	return items, c.spend(c.position, len(items))
}

func (c *methodCall) repeat() (any, error) {
	times, err := c.number(0, 0)
	if err != nil {
		return nil, err
	}
	if times < 0 {
		return nil, c.fault("%d is less than 0", times)
	}
	return c.repeated(c.position, c.text(), times)
}

// replace puts the second argument for every first one, as plain text.
func (c *methodCall) replace() (any, error) {
	old, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	by, err := c.arg(1)
	if err != nil {
		return nil, err
	}
	if size := len(c.text()) + strings.Count(c.text(), old)*len(by); size > maxSize {
		return nil, faultf(c.position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	return c.write(c.position, strings.ReplaceAll(c.text(), old, by))
}
