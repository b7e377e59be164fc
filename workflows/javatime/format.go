package javatime

import (
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

const (
	formatter    = "java.time.format.DateTimeFormatter"
	simpleFormat = "java.text.SimpleDateFormat"
)

// pattern is how one of Java's formatters writes a time.
type pattern struct{ kind, letters string }

func (p pattern) Type() *expression.Type { return timeTypes[p.kind] }
func (p pattern) String() string         { return p.letters }

// newPattern makes a formatter, and refuses a pattern that it could not write.
func newPattern(kind string) expression.Method {
	return expression.Method{Params: "pattern", Run: func(_ any, args []any) (any, error) {
		letters, err := expression.Text(args[0])
		if err != nil {
			return nil, err
		}
		p := pattern{kind, letters}
		_, err = p.write(moment{localTime, time.Unix(0, 0).UTC()})
		return p, err
	}}
}

var formatMethod = expression.Method{Params: "time", Run: func(self any, args []any) (any, error) {
	m, ok := args[0].(moment)
	if _, err := expression.Number(args[0]); err == nil { // milliseconds, as Java allows
		v, err := since(utilDate, args[0], millis)
		if err != nil {
			return nil, err
		}
		m, ok = v.(moment), true
	}
	if !ok {
		return nil, fmt.Errorf("%w: a time is wanted, such as new java.util.Date()", gennaker.ErrInvalid)
	}
	return self.(pattern).write(m)
}}

// write writes a moment. What stands in quotes is itself.
func (p pattern) write(m moment) (string, error) {
	return p.each(
		func(letters string) (string, error) { return p.letter(letters[0], len(letters), m) },
		func(text string) (string, error) { return text, nil })
}

// each puts together what becomes of the pattern's runs of one letter, and of
// the text between them.
func (p pattern) each(run, plain func(string) (string, error)) (string, error) {
	var b strings.Builder
	for rest := p.letters; rest != ""; {
		n := 1
		for n < len(rest) && rest[n] == rest[0] {
			n++
		}
		piece, become := rest[:n], plain
		switch c := rest[0]; {
		case c == '\'':
			end, err := quotedEnd(rest)
			if err != nil {
				return "", err
			}
			n = end + 1
			piece = strings.ReplaceAll(rest[1:end], "''", "'")
			if end == 1 {
				piece = "'"
			}
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			become = run
		}
		text, err := become(piece)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		rest = rest[n:]
	}
	return b.String(), nil
}

// quotedEnd is where the quote at the beginning ends; a doubled one inside is
// a quote itself.
func quotedEnd(s string) (int, error) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i > 1 && i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return i, nil
	}
	return 0, fmt.Errorf("%w: a quote of the pattern does not end", gennaker.ErrInvalid)
}

// numbers are the letters that write a number, at least as wide as often as
// they stand.
var numbers = map[byte]func(t time.Time) int{
	'd': time.Time.Day, 'D': time.Time.YearDay, 'H': time.Time.Hour, 'm': time.Time.Minute, 's': time.Time.Second,
	'h': func(t time.Time) int { return (t.Hour()+11)%12 + 1 }, 'K': func(t time.Time) int { return t.Hour() % 12 },
	'k': func(t time.Time) int { return (t.Hour()+23)%24 + 1 },
}

// maxLetters bounds how often one letter stands in a row.
const maxLetters = 20

// letter writes n times the same letter of a pattern.
func (p pattern) letter(c byte, n int, m moment) (string, error) {
	if n > maxLetters {
		return "", fmt.Errorf("%w: the pattern has %d times %q in a row and the limit is %d", gennaker.ErrInvalid, n, c, maxLetters)
	}
	if m.kind == localDate && strings.IndexByte("HhKkmsSa", c) >= 0 {
		return "", fmt.Errorf("%w: a %s has no time, which %q writes", gennaker.ErrInvalid, m.kind, c)
	}
	if f, ok := numbers[c]; ok {
		return fmt.Sprintf("%0*d", n, f(m.t)), nil
	}
	switch {
	case c == 'y', c == 'u' && p.kind == formatter:
		return yearOf(m.t, n), nil
	case c == 'u':
		return fmt.Sprintf("%0*d", n, isoWeekday(m.t)), nil
	case c == 'M', c == 'L':
		return monthOf(m.t, n), nil
	case c == 'S' && p.kind == formatter:
		return fmt.Sprintf("%09d", m.t.Nanosecond())[:min(n, 9)], nil
	case c == 'S':
		return fmt.Sprintf("%0*d", n, m.t.Nanosecond()/int(time.Millisecond)), nil
	case c == 'E':
		return nameOf(m.t.Weekday().String(), n), nil
	case c == 'a':
		return m.t.Format("PM"), nil
	case c == 'z':
		return "UTC", nil
	case c == 'Z':
		return "+0000", nil
	case c == 'X':
		return "Z", nil
	case c == 'Y':
		return "", fmt.Errorf("%w: Y of the pattern is the year of the week, which is another one around New Year: write y", gennaker.ErrInvalid)
	}
	return "", fmt.Errorf("%w: the letter %q of the pattern is not supported", gennaker.ErrInvalid, c)
}

func yearOf(t time.Time, n int) string {
	if n == 2 {
		return fmt.Sprintf("%02d", t.Year()%100)
	}
	return fmt.Sprintf("%0*d", n, t.Year())
}

func monthOf(t time.Time, n int) string {
	if n <= 2 {
		return fmt.Sprintf("%0*d", n, int(t.Month()))
	}
	return nameOf(t.Month().String(), n)
}

// nameOf is a name, or its first three letters.
func nameOf(name string, n int) string {
	if n > 3 {
		return name
	}
	return name[:3]
}
