package expression

import "github.com/gennaker/gennaker"

// this is #this: the item of the selection around, else #root.
type this struct{ position int }

func (n *this) eval(m *machine) (any, error) {
	if len(m.items) == 0 {
		return rootObject{}, m.spend(n.position, 1)
	}
	return m.items[len(m.items)-1], m.spend(n.position, 1)
}

// outermost is #root, whose properties are the root names.
type outermost struct{ position int }

func (n *outermost) eval(m *machine) (any, error) { return rootObject{}, m.spend(n.position, 1) }

type rootObject struct{}

// projection is a.![body]: the body's value for each item.
type projection struct {
	access
	body node
}

func (n *projection) eval(m *machine) (any, error) {
	items, _, done, err := n.elements(m)
	if done {
		return nil, err
	}
	result := make([]any, len(items))
	for i, item := range items {
		v, err := m.with(item, n.body)
		if err != nil {
			return nil, err
		}
		if result[i], err = m.exported(n.position, v); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// selection is a.?[body], all items for which the body is true; a.^[body], the
// first; or a.$[body], the last.
type selection struct {
	access
	which byte
	body  node
}

func (n *selection) eval(m *machine) (any, error) {
	items, isObject, done, err := n.elements(m)
	if done {
		return nil, err
	}
	chosen := []any{}
	for _, item := range items {
		m.items = append(m.items, item)
		yes, err := m.condition(n.position, n.body)
		m.items = m.items[:len(m.items)-1]
		if err != nil {
			return nil, err
		}
		if !yes {
			continue
		}
		chosen = append(chosen, item)
		if n.which == '^' {
			break
		}
	}
	return n.result(chosen, isObject), nil
}

// result is a list of what was chosen, or the one; from an object it is an
// object.
func (n *selection) result(chosen []any, isObject bool) any {
	if n.which != '?' {
		if len(chosen) == 0 {
			return nil
		}
		chosen = chosen[len(chosen)-1:]
	}
	if isObject {
		fields := make(map[string]any, len(chosen))
		for _, entry := range chosen {
			e := entry.(map[string]any)
			fields[e["key"].(string)] = e["value"]
		}
		return fields
	}
	if n.which == '?' {
		return chosen
	}
	return chosen[0]
}

// elements are the items of a list, or the entries of an object by key.
func (a *access) elements(m *machine) (items []any, isObject, done bool, err error) {
	v, done, err := a.target(m, "items")
	if done {
		return nil, false, true, err
	}
	switch v := v.(type) {
	case []any:
		return plainItems(v), false, false, m.spend(a.position, len(v))
	case map[string]any:
		return entries(v), true, false, m.spend(a.position, len(v))
	}
	return nil, false, true, faultf(a.position, "%s is %s and has no items to go through", shorten(a.before), describe(v))
}

func plainItems(list []any) []any {
	items := make([]any, len(list))
	for i, item := range list {
		items[i] = plain(item)
	}
	return items
}

// entries are an object's fields as Java's Map.Entry, with key and value.
func entries(fields map[string]any) []any {
	list := make([]any, 0, len(fields))
	for _, key := range gennaker.SortedKeys(fields) {
		list = append(list, map[string]any{"key": key, "value": plain(fields[key])})
	}
	return list
}

// with evaluates a node for one item.
func (m *machine) with(item any, n node) (any, error) {
	m.items = append(m.items, item)
	defer func() { m.items = m.items[:len(m.items)-1] }()
	return m.eval(n)
}
