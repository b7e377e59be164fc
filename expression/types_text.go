package expression

import (
	"fmt"
	"math"
	"strings"
)

var stringType = &Type{
	Name: "java.lang.String",
	Is:   func(v any) bool { _, ok := v.(string); return ok },
	Statics: map[string]Method{
		"valueOf": {"value", written},
		"join":    {"separator items…", joinedText},
		"format":  {"pattern values…", formatted},
	},
	New: &Method{"text?", func(_ any, args []any) (any, error) {
		if len(args) == 0 {
			return "", nil
		}
		return Text(args[0])
	}},
}

// joinedText joins a list, or the arguments themselves.
func joinedText(_ any, args []any) (any, error) {
	separator, err := Text(args[0])
	if err != nil {
		return nil, err
	}
	items := args[1:]
	if list, ok := args[len(args)-1].([]any); ok && len(args) == 2 {
		items = list
	}
	if len(items)*len(separator) > maxSize {
		return nil, argumentError(fmt.Sprintf("the text is larger than %d bytes (2 MiB)", maxSize))
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = javaText(item)
	}
	return strings.Join(texts, separator), nil
}

// maxWidth bounds the width and the precision of one value of a format.
const maxWidth = 1000

// verb is one %… of a format: %[argument$][flags][width][.precision]letter.
type verb struct {
	argument         int // from 1; 0 for the next
	flags            string
	width, precision int // -1 if not given
	letter           byte
}

// formatted is String.format: the letters s, d, x, X, f, e, b, c, n and %.
func formatted(_ any, args []any) (any, error) {
	pattern, err := Text(args[0])
	if err != nil {
		return nil, err
	}
	values := args[1:]
	var b strings.Builder
	next := 0
	for pattern != "" {
		before, rest, found := strings.Cut(pattern, "%")
		b.WriteString(before)
		if !found {
			break
		}
		v, length, err := readVerb(rest)
		if err != nil {
			return nil, err
		}
		pattern = rest[length:]
		if v.letter == 'n' || v.letter == '%' {
			b.WriteString(map[byte]string{'n': "\n", '%': "%"}[v.letter])
			continue
		}
		at := v.argument - 1
		if v.argument == 0 {
			at = next
			next++
		}
		if at >= len(values) {
			return nil, argumentError(fmt.Sprintf("a value is missing for %%%s", rest[:length]))
		}
		text, err := v.write(values[at])
		if err != nil {
			return nil, err
		}
		if b.WriteString(text); b.Len() > maxSize {
			return nil, argumentError(fmt.Sprintf("the text is larger than %d bytes (2 MiB)", maxSize))
		}
	}
	return b.String(), nil
}

func readVerb(s string) (verb, int, error) {
	v := verb{width: -1, precision: -1}
	at := 0
	number := func() int {
		n, start := 0, at
		for at < len(s) && isDigit(rune(s[at])) && n <= maxWidth {
			n = n*10 + int(s[at]-'0')
			at++
		}
		if at == start {
			return -1
		}
		return n
	}
	if n := number(); n > 0 && at < len(s) && s[at] == '$' {
		v.argument = n
		at++
	} else {
		at = 0
	}
	for at < len(s) && strings.IndexByte("-+ 0,(#", s[at]) >= 0 {
		v.flags += s[at : at+1]
		at++
	}
	v.width = number()
	if at < len(s) && s[at] == '.' {
		at++
		v.precision = number()
	}
	if max(v.width, v.precision) > maxWidth {
		return v, 0, argumentError(fmt.Sprintf("a width is more than %d", maxWidth))
	}
	if at == len(s) || strings.IndexByte("sSdxXfeEbBcn%", s[at]) < 0 {
		return v, 0, argumentError("after % one of s, d, x, X, f, e, b, c, n and % is wanted, and this is '%" + shorten(s[:min(at+1, len(s))]) + "'")
	}
	v.letter = s[at]
	return v, at + 1, nil
}

func (v verb) write(value any) (string, error) {
	var text string
	switch v.letter {
	case 's', 'S', 'b', 'B', 'c':
		text = javaText(value)
		if v.precision >= 0 {
			text = string([]rune(text)[:min(v.precision, len([]rune(text)))])
		}
		if v.letter == 'S' || v.letter == 'B' {
			text = strings.ToUpper(text)
		}
	default:
		var err error
		if text, err = v.number(value); err != nil {
			return "", err
		}
	}
	return v.pad(text), nil
}

// number writes the digits, with their sign, but not yet as wide as wanted.
func (v verb) number(value any) (string, error) {
	f, ok := asNumber(value)
	wholeWanted := strings.IndexByte("dxX", v.letter) >= 0
	if !ok || wholeWanted && !isWhole(value) || wholeWanted && math.Abs(f) > 1<<53 {
		return "", argumentError(fmt.Sprintf("%%%c does not write %s", v.letter, describe(value)))
	}
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	var text string
	switch v.letter {
	case 'd':
		text = fmt.Sprintf("%d", int64(math.Abs(f)))
	case 'x', 'X':
		text = fmt.Sprintf("%"+string(v.letter), int64(math.Abs(f)))
	default:
		text = fmt.Sprintf("%.*"+string(v.letter), precision, math.Abs(f))
	}
	if strings.Contains(v.flags, ",") {
		text = grouped(text)
	}
	switch {
	case f < 0 && strings.Contains(v.flags, "("):
		return "(" + text + ")", nil
	case f < 0:
		return "-" + text, nil
	case strings.Contains(v.flags, "+"):
		return "+" + text, nil
	case strings.Contains(v.flags, " "):
		return " " + text, nil
	}
	return text, nil
}

// grouped puts a comma before every three digits.
func grouped(digits string) string {
	whole, fraction, found := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		return whole + "." + fraction
	}
	return whole
}

// pad makes a text as wide as wanted: to the left, to the right, or with
// zeros after the sign.
func (v verb) pad(text string) string {
	missing := v.width - len([]rune(text))
	if missing <= 0 {
		return text
	}
	switch {
	case strings.Contains(v.flags, "-"):
		return text + strings.Repeat(" ", missing)
	case strings.Contains(v.flags, "0") && strings.IndexByte("sSbBc", v.letter) < 0:
		digits := strings.TrimLeft(text, "+-( ")
		return text[:len(text)-len(digits)] + strings.Repeat("0", missing) + digits
	}
	return strings.Repeat(" ", missing) + text
}

var urlEncoder = &Type{
	Name:    "java.net.URLEncoder",
	Statics: map[string]Method{"encode": {"text charset?", urlEncoded}},
}

// urlEncoded writes text as the value of a form: a space is a plus.
func urlEncoded(_ any, args []any) (any, error) {
	text, err := Text(args[0])
	if err != nil {
		return nil, err
	}
	if len(args) > 1 && !strings.EqualFold(orNull(args[1]), "UTF-8") {
		return nil, argumentError("the character set " + orNull(args[1]) + " is not supported: UTF-8 is")
	}
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == ' ':
			b.WriteByte('+')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(".-*_", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String(), nil
}
