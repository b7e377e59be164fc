package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// Entry is one object in a file that may hold several pipelines.
type Entry struct {
	Document // beside an error, what could be read of it
	// Application and Name are the pipeline's, also beside an error.
	Application, Name string
	// Index is its place in the file's list, -1 if the file is one document.
	Index int
	// Not says what the object is instead of a pipeline; empty if it is one.
	Not string
	// Err is what Decode would say.
	Err error
}

// maxFile is the most that a file with many pipelines may have.
const maxFile = 64 << 20

// DecodeAll reads a file as people keep it: one pipeline, a list of them as
// `spin pipeline list` prints it, or an object with a list in pipelines, as
// an application is exported. It is also told of what is no pipeline. Places
// are those in the file, and paths those in the pipeline.
func DecodeAll(data []byte, types Types) []Entry {
	if len(data) > maxFile {
		return []Entry{{Index: -1, Err: fmt.Errorf("file: %w: it has %d bytes and the limit is %d (64 MiB)", gennaker.ErrInvalid, len(data), maxFile)}}
	}
	found := &findings{}
	root := read(data, found)
	if root == nil {
		return []Entry{{Index: -1, Document: Document{Notes: found.notes}, Err: found.err()}}
	}
	where, items := several(root)
	if len(items) == 0 {
		return []Entry{entry(root, -1, types, found)}
	}
	entries := make([]Entry, len(items))
	for i, item := range items {
		entries[i] = entry(item, i, types, found.within(fmt.Sprintf("%s[%d]", where, i)))
	}
	return entries
}

// several are the objects of a file with many, and the field that has them.
func several(root *node) (where string, items []*node) {
	if root.kind == list {
		return "", root.items
	}
	for _, name := range []string{"pipelines", "pipelineConfigs"} {
		if inner := root.field(name); inner != nil && inner.kind == list && root.field("stages") == nil {
			return name, inner.items
		}
	}
	return "", nil
}

// within are the findings in one object, with the paths in it.
func (f *findings) within(path string) *findings {
	in := func(all []Problem) (inner []Problem) {
		for _, p := range all {
			if rest, ok := strings.CutPrefix(p.Path, path); ok {
				p.Path = strings.TrimPrefix(rest, ".")
				inner = append(inner, p)
			}
		}
		return inner
	}
	return &findings{problems: in(f.problems), notes: in(f.notes)}
}

// entry checks one object.
func entry(n *node, index int, types Types, found *findings) Entry {
	if not := instead(n); not != "" {
		return Entry{Index: index, Not: not}
	}
	e := Entry{Index: index, Application: n.word("application"), Name: n.word("name")}
	if data, err := json.Marshal(n.plain()); err == nil && len(data) > maxBytes {
		e.Err = tooLarge(len(data))
		return e
	}
	checked := newChecker(types, found).document(n)
	e.Err = found.err()
	e.Notes = found.notes
	p, err := settle(checked)
	if e.Pipeline = p; e.Err == nil {
		e.Err = err
	}
	return e
}

// word is the text of a field, or nothing.
func (n *node) word(name string) string {
	if value := n.field(name); value != nil && value.kind == text {
		return value.text
	}
	return ""
}

// instead says what an object of Spinnaker's is that is no pipeline.
func instead(n *node) string {
	body := n.field("pipeline")
	switch {
	case n.kind != object || n.field("stages") != nil || n.field("template") != nil:
		return ""
	case body != nil && body.kind == object:
		return "a pipeline template: the pipelines made from it are what runs"
	case n.field("application") == nil:
		return "no pipeline: it has neither stages nor an application"
	}
	return ""
}
