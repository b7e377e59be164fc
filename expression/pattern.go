package expression

import (
	"regexp"
	"regexp/syntax"
)

// The bounds of regular expressions.
const (
	maxPattern = 1000 // bytes
	perStep    = 50   // instructions of a compiled pattern, times bytes of text
)

// matches says whether all of a text matches a regular expression, as SpEL's
// matches does.
func (m *machine) matches(position int, subject, expression any) (any, error) {
	text, err := m.write(position, subject)
	if err != nil {
		return nil, err
	}
	written, err := m.write(position, expression)
	if err != nil {
		return nil, err
	}
	if _, _, err := parsePattern(position, written); err != nil {
		return nil, err // before the pattern is put into another
	}
	pattern, err := m.pattern(position, text, `\A(?:`+written+`)\z`)
	if err != nil {
		return nil, err
	}
	return pattern.MatchString(text), nil
}

// pattern compiles a regular expression and counts what running it over the
// text can cost: its instructions times the text.
func (m *machine) pattern(position int, text, written string) (*regexp.Regexp, error) {
	tree, translated, err := parsePattern(position, written)
	if err != nil {
		return nil, err
	}
	size := instructions(tree)
	if err := m.spend(position, 10+size+size*len(text)/perStep); err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(translated)
	if err != nil {
		return nil, faultf(position, "this is not a regular expression: %s", err)
	}
	return pattern, nil
}

// parsePattern reads a regular expression of Java's, and writes it as RE2's.
func parsePattern(position int, written string) (*syntax.Regexp, string, error) {
	if len(written) > maxPattern {
		return nil, "", faultf(position, "the pattern has %d bytes and the limit is %d", len(written), maxPattern)
	}
	translated, err := fromJava(written)
	if err != nil {
		return nil, "", faultf(position, "this regular expression: %s", err)
	}
	tree, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		return nil, "", faultf(position, "this is not a regular expression: %s", err)
	}
	return tree, translated, nil
}

// instructions is about the size that a pattern has when it is compiled.
func instructions(tree *syntax.Regexp) int {
	size := 2 + len(tree.Rune)
	for _, sub := range tree.Sub {
		size += instructions(sub)
	}
	if tree.Op == syntax.OpRepeat {
		size *= max(tree.Min, tree.Max, 1)
	}
	return min(size, maxSteps)
}
