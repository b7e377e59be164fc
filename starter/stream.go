package starter

import (
	"bytes"
	"io"
)

// stream writes the whole execution each time it changed: one JSON object a
// line, or one YAML document each.
type stream struct {
	out    io.Writer
	format string
	last   []byte
}

func (s *stream) show(v view) error {
	var b bytes.Buffer
	var err error
	if s.format == "yaml" {
		b.WriteString("---\n")
		err = writeYAML(&b, v)
	} else {
		err = writeJSON(&b, v, "")
	}
	if err != nil || bytes.Equal(b.Bytes(), s.last) {
		return err
	}
	s.last = b.Bytes()
	_, err = s.out.Write(s.last)
	return err
}

// lost says nothing: the next object is there when Temporal is back.
func (s *stream) lost(error) error { return nil }
