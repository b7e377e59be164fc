package expression

import (
	"strconv"
	"strings"
	"unicode"
)

// token is one word or sign of an expression.
type token struct {
	kind     tokenKind
	position int    // in characters from 0
	end      int    // behind its last character
	text     string // a string literal without its quotes
	number   any    // float64 or Real
}

type tokenKind int

const (
	endToken tokenKind = iota
	nameToken
	numberToken
	stringToken
	signToken
)

// signs are all that mean something, longer ones first.
var signs = []string{
	"?.![", "?.?[", "?.^[", "?.$[", ".![", ".?[", ".^[", ".$[",
	"?.", "?:", "==", "!=", "<=", ">=", "&&", "||",
	"?", ":", "<", ">", "!", "+", "-", "*", "/", "%", "^", "(", ")", "[", "]", "{", "}", ",", ".", "#",
}

// unsupported are SpEL's signs that this language does not have.
var unsupported = []struct{ sign, reason string }{
	{"?.[", "?.[…] is not supported: write ?.name"},
	{"@", "beans (@name) are not supported"},
	{"++", "++ is not supported: values cannot be changed"},
	{"--", "-- is not supported: values cannot be changed"},
}

// lexer cuts an expression into tokens.
type lexer struct {
	text   []rune
	at     int
	tokens []token
}

func lex(text string) ([]token, []rune, error) {
	l := &lexer{text: []rune(text)}
	for {
		for l.at < len(l.text) && unicode.IsSpace(l.text[l.at]) {
			l.at++
		}
		if l.at == len(l.text) {
			l.tokens = append(l.tokens, token{kind: endToken, position: l.at})
			return l.tokens, l.text, nil
		}
		if err := l.token(); err != nil {
			return nil, nil, err
		}
		l.tokens[len(l.tokens)-1].end = l.at
	}
}

func (l *lexer) token() error {
	switch c := l.text[l.at]; {
	case c >= '0' && c <= '9':
		return l.number()
	case c == '\'' || c == '"':
		return l.quoted(c)
	case isNameStart(c):
		start := l.at
		l.skip(func(r rune) bool { return isNameStart(r) || unicode.IsDigit(r) })
		l.add(token{kind: nameToken, position: start, text: string(l.text[start:l.at])})
		return nil
	}
	return l.sign()
}

func isNameStart(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (l *lexer) add(t token) { l.tokens = append(l.tokens, t) }

func (l *lexer) skip(while func(rune) bool) {
	for l.at < len(l.text) && while(l.text[l.at]) {
		l.at++
	}
}

// starts reports whether a word stands at an offset from here.
func (l *lexer) starts(word string) bool {
	end := l.at + len(word)
	return end <= len(l.text) && string(l.text[l.at:end]) == word
}

func (l *lexer) sign() error {
	for _, u := range unsupported {
		if l.starts(u.sign) {
			return faultf(l.at, "%s", u.reason)
		}
	}
	for _, s := range signs {
		if l.starts(s) {
			l.add(token{kind: signToken, position: l.at, text: s})
			l.at += len(s)
			return nil
		}
	}
	switch c := l.text[l.at]; c {
	case '=':
		return faultf(l.at, "values cannot be assigned: write == to compare")
	default:
		return faultf(l.at, "%q means nothing here", c)
	}
}

// quoted reads a string. The quote stands for itself when it is doubled.
func (l *lexer) quoted(quote rune) error {
	start := l.at
	var b strings.Builder
	for l.at++; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		if c == quote {
			if l.at+1 == len(l.text) || l.text[l.at+1] != quote {
				l.at++
				l.add(token{kind: stringToken, position: start, text: b.String()})
				return nil
			}
			l.at++
		}
		b.WriteRune(c)
	}
	return faultf(start, "this string does not end: a %c is missing", quote)
}

// number reads a number: decimal, hexadecimal or with a point or an exponent.
// Java's suffixes are passed over.
func (l *lexer) number() error {
	start := l.at
	if l.starts("0x") || l.starts("0X") {
		l.at += 2
		l.skip(func(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' })
		return l.addNumber(start, false)
	}
	l.skip(isDigit)
	fraction := l.at+1 < len(l.text) && l.text[l.at] == '.' && isDigit(l.text[l.at+1])
	if fraction {
		l.at++
		l.skip(isDigit)
	}
	return l.addNumber(start, l.exponent() || fraction)
}

func (l *lexer) exponent() bool {
	if !l.starts("e") && !l.starts("E") {
		return false
	}
	l.at++
	if l.starts("+") || l.starts("-") {
		l.at++
	}
	l.skip(isDigit)
	return true
}

func (l *lexer) addNumber(start int, isReal bool) error {
	text := string(l.text[start:l.at])
	t := token{kind: numberToken, position: start, text: text}
	f, err := strconv.ParseFloat(text, 64)
	if whole, wrong := strconv.ParseUint(text, 0, 64); wrong == nil && strings.ContainsAny(text, "xX") {
		f, err = float64(whole), nil
	}
	if err != nil {
		return faultf(start, "%s is not a number", shorten(text))
	}
	switch {
	case l.starts("L") || l.starts("l"):
		l.at++
	case l.starts("f") || l.starts("F") || l.starts("d") || l.starts("D"):
		l.at++
		isReal = true
	}
	t.number = f
	if isReal {
		t.number = Real(f)
	}
	l.add(t)
	return nil
}
