package expression

import "strings"

// posix are Java's names of classes of characters that RE2 writes otherwise.
var posix = map[string]string{"Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit", "Alnum": "alnum",
	"Punct": "punct", "Graph": "graph", "Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit", "Space": "space"}

// fromJava writes a regular expression of Java's as RE2's. What RE2 would read
// as something else, it refuses; what RE2 does not know, RE2 refuses.
func fromJava(pattern string) (string, error) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, `\p{`), strings.HasPrefix(rest, `\P{`):
			class, length := posixClass(rest, inClass)
			b.WriteString(class)
			i += length - 1
			continue
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteString(rest[:2])
			i++
			continue
		case inClass && rest[0] == '[' && !strings.HasPrefix(rest, "[:"):
			return "", argumentError("a [ inside of [ ] is a class in a class to Java, which is not supported: write \\[ for the sign itself")
		case inClass && strings.HasPrefix(rest, "&&"):
			return "", argumentError("&& inside of [ ] is not supported")
		case rest[0] == '[':
			inClass = true
		case rest[0] == ']':
			inClass = false
		}
		b.WriteByte(rest[0])
	}
	return b.String(), nil
}

// posixClass writes \p{Alpha} and its like. Other classes stay as they are.
func posixClass(rest string, inClass bool) (class string, length int) {
	name, _, found := strings.Cut(rest[3:], "}")
	same, ok := posix[name]
	if !found || !ok {
		return rest[:2], 2
	}
	class = "[:" + same + ":]"
	if rest[1] == 'P' {
		class = "[:^" + same + ":]"
	}
	if !inClass {
		class = "[" + class + "]"
	}
	return class, len(name) + 4
}
