package pipeline

import "go.yaml.in/yaml/v3"

// object reads a mapping. Its own fields win over merged ones.
func (r *yamlReader) object(n *yaml.Node, p *path, depth int) *node {
	result := &node{position: position{n.Line, n.Column}, kind: object}
	r.tag(n, p, "!!map")
	names := map[string]position{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content) && !r.stopped; i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		at := position{key.Line, key.Column}
		name, ok := r.name(key, p)
		if !ok {
			continue
		}
		m := member{position: at, name: name, value: r.value(value, p.field(name), depth+1)}
		if first, taken := names[name]; taken {
			r.problem(at, p.field(name), "the field is given twice, first on line %d: take one away", first.line)
			continue
		}
		names[name] = at
		result.fields = append(result.fields, m)
	}
	for _, from := range merges {
		r.merge(result, names, r.value(from, p, depth+1), p)
	}
	return result
}

// name is the text of a key. Numbers and the like are names too, as written.
func (r *yamlReader) name(key *yaml.Node, p *path) (string, bool) {
	at := position{key.Line, key.Column}
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!null" {
		r.problem(at, p, "a field's name must be text")
		return "", false
	}
	if len(r.open) > 0 {
		r.expanded += len(key.Value)
	}
	return key.Value, true
}

// merge adds what a merge key (<<) brings: the fields of an object or of
// several, of which the first wins.
func (r *yamlReader) merge(into *node, names map[string]position, from *node, p *path) {
	switch {
	case r.stopped:
	case from.kind == list:
		for _, item := range from.items {
			if item.kind != object {
				r.problem(item.position, p, "<< merges objects, and this is %s", item.describe())
				continue
			}
			r.merge(into, names, item, p)
		}
	case from.kind != object:
		r.problem(from.position, p, "<< merges objects, and this is %s", from.describe())
	default:
		for _, m := range from.fields {
			if _, taken := names[m.name]; !taken {
				names[m.name] = m.position
				into.fields = append(into.fields, m)
			}
		}
	}
}
