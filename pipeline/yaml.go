package pipeline

import (
	"bytes"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML builds the tree from one YAML document.
func readYAML(data []byte, found *findings) *node {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if err := documents.Decode(&first); err != nil {
		found.yamlError(data, err)
		return nil
	}
	if err := documents.Decode(&second); err == nil {
		found.problem(position{second.Line, second.Column}, nil, "a second document begins here: put one pipeline in one file")
		return nil
	} else if !errors.Is(err, io.EOF) {
		found.yamlError(data, err)
		return nil
	}
	r := &yamlReader{findings: found, open: map[*yaml.Node]bool{}}
	root := r.value(first.Content[0], nil, 0)
	if r.stopped {
		return nil
	}
	return root
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlError reports what the parser says. It knows the line alone, so the
// column is where the line's text begins.
func (f *findings) yamlError(data []byte, err error) {
	if errors.Is(err, io.EOF) {
		f.problem(position{1, 1}, nil, "the document is empty: a pipeline has at least name, application and stages")
		return
	}
	at, message := position{1, 1}, err.Error()
	if found := yamlLine.FindStringSubmatch(message); found != nil {
		message = message[len(found[0]):]
		lines := strings.Split(string(data), "\n")
		n, _ := strconv.Atoi(found[1])
		at.line = min(max(n, 1), len(lines))
		line := lines[at.line-1]
		at.column = len(line) - len(strings.TrimLeft(line, " \t")) + 1
	}
	f.problem(at, nil, "this is not YAML: %s", strings.TrimPrefix(message, "yaml: "))
}

// yamlReader turns YAML's nodes into the tree: it follows aliases, merges
// merge keys and refuses what JSON cannot say.
type yamlReader struct {
	*findings
	open     map[*yaml.Node]bool // the anchors that are being followed
	expanded int                 // bytes that aliases have added
	stopped  bool                // too deep or too large: the rest is not read
}

func (r *yamlReader) stop(at position, p *path, format string, args ...any) *node {
	if !r.stopped {
		r.problem(at, p, format, args...)
	}
	r.stopped = true
	return &node{position: at}
}

func (r *yamlReader) value(n *yaml.Node, p *path, depth int) *node {
	at := position{n.Line, n.Column}
	if len(r.open) > 0 {
		r.expanded += len(n.Value) + 1
	}
	switch {
	case r.stopped:
		return &node{position: at}
	case depth > maxDepth:
		return r.stop(at, p.up, "values are nested deeper than %d levels: make the document flatter", maxDepth)
	case r.expanded > maxBytes:
		return r.stop(at, nil, "the aliases make the document larger than %d bytes (1 MiB): use fewer", maxBytes)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.alias(n, p, depth)
	case yaml.MappingNode:
		return r.object(n, p, depth)
	case yaml.SequenceNode:
		return r.list(n, p, depth)
	}
	return r.scalar(n, p)
}

func (r *yamlReader) alias(n *yaml.Node, p *path, depth int) *node {
	if r.open[n.Alias] {
		return r.stop(position{n.Line, n.Column}, p, "the anchor %s contains itself: take the alias away", n.Value)
	}
	r.open[n.Alias] = true
	defer delete(r.open, n.Alias)
	return r.value(n.Alias, p, depth)
}

func (r *yamlReader) list(n *yaml.Node, p *path, depth int) *node {
	result := &node{position: position{n.Line, n.Column}, kind: list}
	r.tag(n, p, "!!seq")
	for i, item := range n.Content {
		result.items = append(result.items, r.value(item, p.item(i), depth+1))
	}
	return result
}

// tag refuses tags that JSON has no value for.
func (r *yamlReader) tag(n *yaml.Node, p *path, known ...string) {
	for _, tag := range known {
		if n.ShortTag() == tag {
			return
		}
	}
	r.problem(position{n.Line, n.Column}, p, "the tag %s is not known here: take it away", shorten(n.Tag))
}

func (r *yamlReader) scalar(n *yaml.Node, p *path) *node {
	result := &node{position: position{n.Line, n.Column}, kind: text, text: n.Value}
	var err error
	switch n.ShortTag() {
	case "!!null":
		result.kind = null
	case "!!bool":
		result.kind = boolean
		err = n.Decode(&result.truth)
	case "!!int", "!!float":
		var f float64
		err = n.Decode(&f)
		if err == nil && (math.IsInf(f, 0) || math.IsNaN(f)) {
			r.problem(result.position, p, "%s is not a number that JSON has: write it in quotes", shorten(n.Value))
		}
		r.number(result, p, n.Value, f)
	default:
		r.tag(n, p, "!!str", "!!timestamp")
	}
	if err != nil {
		r.problem(result.position, p, "%s does not fit its tag %s: take the tag away", result.describe(), n.Tag)
	}
	return result
}
