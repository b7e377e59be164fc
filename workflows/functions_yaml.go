package workflows

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// The bounds of YAML, whose aliases make much of little.
const (
	maxYAMLValues = 100_000
	maxYAMLDepth  = 100
)

func readYAML(sc *scope, args []any) (any, error) {
	all, err := readAllYAML(sc, args)
	if err != nil {
		return nil, err
	}
	list := all.([]any)
	switch len(list) {
	case 0:
		return nil, nil
	case 1:
		return list[0], nil
	}
	return nil, fmt.Errorf("%w: there are %d documents: #readAllYaml reads them", gennaker.ErrInvalid, len(list))
}

func readAllYAML(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	documents := yaml.NewDecoder(strings.NewReader(text))
	reader := yamlReader{left: maxYAMLValues}
	list := []any{}
	for {
		var n yaml.Node
		err := documents.Decode(&n)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
		}
		v, err := reader.value(&n, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// yamlReader makes JSON's kinds of values of YAML's. It goes through the tree
// itself, to count what aliases repeat.
type yamlReader struct{ left int }

func (r *yamlReader) value(n *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 {
		return nil, fmt.Errorf("%w: the YAML has more than %d values", gennaker.ErrInvalid, maxYAMLValues)
	}
	if depth > maxYAMLDepth {
		return nil, fmt.Errorf("line %d: %w: the YAML is nested deeper than %d levels", n.Line, gennaker.ErrInvalid, maxYAMLDepth)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return r.value(n.Content[0], depth)
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		return r.list(n, depth)
	case yaml.MappingNode:
		return r.object(n, depth)
	}
	return yamlScalar(n)
}

func (r *yamlReader) list(n *yaml.Node, depth int) (any, error) {
	list := make([]any, len(n.Content))
	for i, item := range n.Content {
		var err error
		if list[i], err = r.value(item, depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// object reads a mapping. What << merges in gives way to the mapping's own.
func (r *yamlReader) object(n *yaml.Node, depth int) (any, error) {
	fields, merged := map[string]any{}, []any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		v, err := r.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		switch {
		case key.ShortTag() == "!!merge":
			merged = append(merged, v)
		case key.Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("line %d: %w: a key must be text", key.Line, gennaker.ErrInvalid)
		default:
			fields[key.Value] = v
		}
	}
	for _, from := range merged {
		if err := merge(fields, from); err != nil {
			return nil, fmt.Errorf("line %d: %w", n.Line, err)
		}
	}
	return fields, nil
}

func merge(fields map[string]any, from any) error {
	switch from := from.(type) {
	case []any:
		for _, one := range from {
			if err := merge(fields, one); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		for _, name := range gennaker.SortedKeys(from) {
			if _, own := fields[name]; !own {
				fields[name] = from[name]
			}
		}
		return nil
	}
	return fmt.Errorf("%w: << merges mappings alone", gennaker.ErrInvalid)
}

// yamlScalar is a number, a boolean, null or text. Dates stay text.
func yamlScalar(n *yaml.Node) (any, error) {
	var err error
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err = n.Decode(&b)
		return b, err
	case "!!int", "!!float":
		var f float64
		if err = n.Decode(&f); err == nil && (math.IsInf(f, 0) || math.IsNaN(f)) {
			return n.Value, nil
		}
		return f, err
	}
	return n.Value, nil
}
