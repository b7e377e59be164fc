package starter

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text from documents, histories and clouds safe to print: one
// line, with neither terminal escapes nor marks that reorder what follows.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
}

// span is a piece of a line in one style. Only a page turns it into terminal
// codes, after cleaning the text.
type span struct {
	text  string
	style style
}

type line []span

func plain(text string) span { return span{text: text} }

func (l line) width() int {
	n := 0
	for _, s := range l {
		n += utf8.RuneCountInString(clean(s.text))
	}
	return n
}

// cut shortens the line to a number of columns.
func (l line) cut(columns int) line {
	var short line
	for _, s := range l {
		runes := []rune(clean(s.text))
		if len(runes) > columns {
			return append(short, span{string(runes[:max(columns-1, 0)]) + "…", s.style})
		}
		columns -= len(runes)
		short = append(short, s)
	}
	return short
}

type style string

const (
	dim    style = "2"
	bold   style = "1"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

var plainWord = regexp.MustCompile(`^[A-Za-z0-9._/:@%+=,-]+$`)

// shellWord writes a text as one word of a shell.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// cut shortens a text to a number of bytes, at the end of a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
