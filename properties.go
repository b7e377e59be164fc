package gennaker

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// ParseProperties reads the text of a Java properties file: name=value or
// name: value on each line, # and ! begin comments, a \ at the end joins a
// line with the next. Of a name that stands twice the last one counts.
func ParseProperties(text string) (map[string]string, error) {
	properties := map[string]string{}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for at := 0; at < len(lines); at++ {
		line := strings.TrimLeft(lines[at], blanks)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for continues(line) && at+1 < len(lines) {
			at++
			line = line[:len(line)-1] + strings.TrimLeft(lines[at], blanks)
		}
		name, value := cutProperty(line)
		name, err := unescapeProperty(name)
		if err != nil {
			return nil, err
		}
		if properties[name], err = unescapeProperty(value); err != nil {
			return nil, err
		}
	}
	return properties, nil
}

const blanks = " \t\f"

// continues reports whether a line ends in a \ that no other \ escapes.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// cutProperty cuts at the first =, : or blank that no \ escapes.
func cutProperty(line string) (name, value string) {
	end := 0
	for end < len(line) && !strings.ContainsRune("=:"+blanks, rune(line[end])) {
		if line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(line))
	rest := strings.TrimLeft(line[end:], blanks)
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], blanks)
	}
	return line[:end], rest
}

var escaped = map[byte]string{'t': "\t", 'n': "\n", 'r': "\r", 'f': "\f"}

func unescapeProperty(text string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, `\`)
		b.WriteString(before)
		switch {
		case !found || after == "":
			return b.String(), nil
		case after[0] == 'u':
			r, length, err := unicodeEscape(after)
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			text = after[length:]
		default:
			special, ok := escaped[after[0]]
			if !ok {
				special = after[:1]
			}
			b.WriteString(special)
			text = after[1:]
		}
	}
}

// unicodeEscape reads uXXXX, and a second \uXXXX where Java needs two for one
// character.
func unicodeEscape(s string) (r rune, length int, err error) {
	if r, err = unicodeUnit(s); err != nil {
		return 0, 0, err
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(s[5:], `\u`) {
		if low, err := unicodeUnit(s[6:]); err == nil {
			return utf16.DecodeRune(r, low), 11, nil
		}
	}
	return r, 5, nil
}

func unicodeUnit(s string) (rune, error) {
	if len(s) >= 5 {
		if unit, err := strconv.ParseUint(s[1:5], 16, 16); err == nil {
			return rune(unit), nil
		}
	}
	return 0, fmt.Errorf("properties: %w: four hexadecimal digits are wanted after \\u, and this is %.5q", ErrInvalid, s)
}
