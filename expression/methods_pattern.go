package expression

import (
	"regexp"
	"strconv"
	"strings"
)

// split cuts the string where a regular expression matches. As in Java, empty
// strings at the end are left out unless there is a limit, and a string
// without a match stays whole.
func (c *methodCall) split() (any, error) {
	limit, err := c.number(1, 0)
	if err != nil {
		return nil, err
	}
	pattern, err := c.compiled()
	if err != nil {
		return nil, err
	}
	most := limit
	if affordable := (maxSteps-c.steps)/2 + 1; limit <= 0 || limit > affordable {
		most = affordable // one more than that is too many steps
	}
	parts := pattern.Split(c.text(), most)
	whole := len(parts) == 1
	for limit == 0 && !whole && len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return items, c.spend(c.position, 2*len(items))
}

// compiled is the first argument as a pattern for the string.
func (c *methodCall) compiled() (*regexp.Regexp, error) {
	written, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return c.pattern(c.position, c.text(), written)
}

// replaceMatches puts the second argument for what a pattern matches, with
// $1 and ${name} for its groups.
func (c *methodCall) replaceMatches(most int) (any, error) {
	pattern, err := c.compiled()
	if err != nil {
		return nil, err
	}
	by, err := c.arg(1)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	end := 0
	if most < 0 {
		most = (maxSteps-c.steps)/2 + 1 // one more than that is too many steps
	}
	for _, match := range pattern.FindAllStringSubmatchIndex(c.text(), most) {
		b.WriteString(c.text()[end:match[0]])
		if err := c.replacement(&b, by, pattern, match); err != nil {
			return nil, err
		}
		end = match[1]
	}
	b.WriteString(c.text()[end:])
	return c.write(c.position, b.String())
}

// replacement writes what one match is replaced with. A \ makes the next
// character stand for itself.
func (c *methodCall) replacement(b *strings.Builder, by string, pattern *regexp.Regexp, match []int) error {
	for i := 0; i < len(by); i++ {
		switch {
		case by[i] == '\\' && i+1 < len(by):
			i++
			b.WriteByte(by[i])
		case by[i] == '$':
			group, length := groupAt(by[i+1:], pattern)
			if group < 0 {
				return c.fault("'%s' names no group of the pattern: write \\$ for the sign itself", shorten(by[i:]))
			}
			if match[2*group] >= 0 {
				b.WriteString(c.text()[match[2*group]:match[2*group+1]])
			}
			i += length
		default:
			b.WriteByte(by[i])
		}
		if b.Len() > maxSize {
			return faultf(c.position, "the text is larger than %d bytes (2 MiB)", maxSize)
		}
	}
	return c.spend(c.position, 2+len(by)/16)
}

// groupAt reads a group's number or {name} after a $, and how long it is. As
// in Java, digits are taken as long as there is such a group.
func groupAt(s string, pattern *regexp.Regexp) (group, length int) {
	if name, _, ok := strings.Cut(s, "}"); ok && strings.HasPrefix(name, "{") {
		return pattern.SubexpIndex(name[1:]), len(name) + 1
	}
	group = -1
	for length < len(s) && isDigit(rune(s[length])) {
		n, err := strconv.Atoi(s[:length+1])
		if err != nil || n > pattern.NumSubexp() {
			break
		}
		group = n
		length++
	}
	return group, length
}
