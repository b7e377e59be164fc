package properties

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parseJava reads Java's properties, in UTF-8.
func parseJava(text string) (map[string]any, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("properties: they are no UTF-8")
	}
	values := map[string]any{}
	for _, l := range logicalLines(text) {
		key, value := split(l.text)
		var err error
		if key, err = unescape(key); err == nil {
			value, err = unescape(value)
		}
		if err != nil {
			return nil, fmt.Errorf("properties: line %d: %w", l.number, err)
		}
		values[key] = value
	}
	return values, nil
}

type logicalLine struct {
	number int // of its first line
	text   string
}

// logicalLines are the lines that say something. One that ends in a backslash
// goes on in the next.
func logicalLines(text string) []logicalLine {
	var list []logicalLine
	open := false // the last one goes on
	for i, line := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		line = strings.TrimLeft(line, " \t\f")
		if !open && (line == "" || line[0] == '#' || line[0] == '!') {
			continue
		}
		if !open {
			list = append(list, logicalLine{number: i + 1})
		}
		open = escapes(line)
		list[len(list)-1].text += strings.TrimSuffix(line, strings.Repeat(`\`, one(open)))
	}
	return list
}

// escapes reports whether the line ends in a backslash that is not itself
// escaped.
func escapes(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// split finds the key, which ends at the first =, : or space that is not
// escaped, and the value.
func split(line string) (key, value string) {
	end := 0
	for end < len(line) && !strings.ContainsRune("=: \t\f", rune(line[end])) {
		end += 1 + one(line[end] == '\\')
	}
	end = min(end, len(line))
	rest := strings.TrimLeft(line[end:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], " \t\f")
	}
	return line[:end], rest
}

var escaped = map[byte]byte{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f'}

func unescape(text string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b.WriteByte(text[i])
		case i+1 == len(text): // a backslash at the very end is none
		case text[i+1] == 'u':
			r, used, err := unicodeAt(text[i:])
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			i += used - 1
		default:
			i++
			if c, ok := escaped[text[i]]; ok {
				b.WriteByte(c)
			} else {
				b.WriteByte(text[i])
			}
		}
	}
	return b.String(), nil
}

// unicodeAt reads \uXXXX, or two of them that are one character, and says how
// many bytes that took.
func unicodeAt(text string) (rune, int, error) {
	const width = len(`\uXXXX`)
	first, err := unit(text)
	if err != nil {
		return 0, 0, err
	}
	if !utf16.IsSurrogate(first) {
		return first, width, nil
	}
	if second, err := unit(text[width:]); err == nil {
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, 2 * width, nil
		}
	}
	return utf8.RuneError, width, nil
}

func unit(text string) (rune, error) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, fmt.Errorf(`%q is no \uXXXX`, text)
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return 0, fmt.Errorf(`%q is no \uXXXX`, text[:6])
	}
	return rune(n), nil
}
