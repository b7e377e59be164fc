package pipeline

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// jsonReader builds the tree from valid JSON.
type jsonReader struct {
	*findings
	tokens *json.Decoder
	data   []byte
	at     cursor
	deep   bool // nested deeper than allowed: the rest is not read
}

func readJSON(data []byte, found *findings) *node {
	r := &jsonReader{findings: found, data: data, tokens: json.NewDecoder(bytes.NewReader(data)),
		at: cursor{data: data, position: position{1, 1}}}
	r.tokens.UseNumber()
	root := r.value(nil, 0)
	if r.deep {
		return nil
	}
	return root
}

// next is the token that follows and where it begins.
func (r *jsonReader) next() (json.Token, position) {
	start := int(r.tokens.InputOffset())
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	token, _ := r.tokens.Token() // checkJSON has seen that there is no error
	return token, r.at.to(start)
}

func (r *jsonReader) value(p *path, depth int) *node {
	token, at := r.next()
	n := &node{position: at}
	switch v := token.(type) {
	case bool:
		n.kind, n.truth, n.text = boolean, v, strconv.FormatBool(v)
	case string:
		n.kind, n.text = text, v
	case json.Number:
		f, err := v.Float64()
		r.number(n, p, v.String(), f)
		if err != nil {
			r.problem(at, p, "the number %s is too large", shorten(n.text))
		}
	case json.Delim:
		if depth++; depth > maxDepth {
			r.problem(at, p.up, "values are nested deeper than %d levels: make the document flatter", maxDepth)
			r.deep = true
			return n
		}
		if v == '{' {
			r.object(n, p, depth)
		} else {
			r.list(n, p, depth)
		}
	}
	return n
}

func (r *jsonReader) list(n *node, p *path, depth int) {
	n.kind = list
	for r.tokens.More() && !r.deep {
		n.items = append(n.items, r.value(p.item(len(n.items)), depth))
	}
	r.end()
}

func (r *jsonReader) object(n *node, p *path, depth int) {
	n.kind = object
	names := map[string]position{}
	for r.tokens.More() && !r.deep {
		token, at := r.next()
		name, _ := token.(string)
		m := member{position: at, name: name, value: r.value(p.field(name), depth)}
		if first, taken := names[name]; taken {
			r.problem(at, p.field(name), "the field is given twice, first on line %d: take one away", first.line)
			continue
		}
		names[name] = at
		n.fields = append(n.fields, m)
	}
	r.end()
}

func (r *jsonReader) end() {
	if !r.deep {
		r.tokens.Token()
	}
}

// number makes n a number. A whole number that float64 cannot hold is noted,
// because it will not be the one that is written.
func (f *findings) number(n *node, p *path, written string, value float64) {
	n.kind, n.text, n.number = number, written, value
	if math.IsInf(value, 0) || math.IsNaN(value) {
		n.number = 0
		return
	}
	if math.Abs(value) > maxExact {
		f.note(n.position, p, "%s has more digits than a number keeps: write it in quotes if it is a name", shorten(written)).Kind = NotExact
	}
}

// maxExact is the largest whole number up to which float64 has all of them.
const maxExact = 1 << 53
