package pipeline

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// read parses JSON or YAML into a tree. It returns nil when there is nothing
// to check, and then has found a problem.
func read(data []byte, found *findings) *node {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !readable(data, found) {
		return nil
	}
	if !startsLikeJSON(data) {
		return readYAML(data, found)
	}
	wrong := checkJSON(data)
	if wrong == nil {
		return readJSON(data, found)
	}
	// YAML has braces too. Only what is neither is reported as broken JSON.
	asYAML := &findings{}
	if root := readYAML(data, asYAML); root != nil {
		*found = *asYAML
		return root
	}
	found.problems = Problems{*wrong}
	return nil
}

// readable refuses what no text file contains, because parsers say so without
// a position, or not at all.
func readable(data []byte, found *findings) bool {
	if len(bytes.TrimSpace(data)) == 0 {
		found.problem(position{1, 1}, nil, "the document is empty: a pipeline has at least name, application and stages")
		return false
	}
	at := cursor{data: data, position: position{1, 1}}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			found.problem(at.to(i), nil, "this byte is not UTF-8: save the document as UTF-8")
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r':
			found.problem(at.to(i), nil, "the control character %U is not allowed: take it out", r)
			return false
		}
		i += size
	}
	return true
}

func startsLikeJSON(data []byte) bool {
	data = bytes.TrimSpace(data)
	return data[0] == '{' || data[0] == '['
}

// cursor turns byte offsets into positions. It only goes forward, so that a
// document of one long line costs no more than any other.
type cursor struct {
	data []byte
	position
	offset int
}

func (c *cursor) to(offset int) position {
	for c.offset < min(offset, len(c.data)) {
		r, size := utf8.DecodeRune(c.data[c.offset:])
		c.offset += size
		c.column++
		if r == '\n' {
			c.line, c.column = c.line+1, 1
		}
	}
	return c.position
}

// checkJSON says where data stops being JSON.
func checkJSON(data []byte) *Problem {
	var all json.RawMessage
	err := json.Unmarshal(data, &all)
	if err == nil {
		return nil
	}
	offset := len(data)
	if syntax, ok := err.(*json.SyntaxError); ok {
		offset = max(int(syntax.Offset)-1, 0)
	}
	at := cursor{data: data, position: position{1, 1}}
	p := at.to(offset).problem(nil, "this is not JSON: %s", err)
	return &p
}
