package expression

import "github.com/gennaker/gennaker"

// node is a part of an expression. An error of eval is a *fault.
type node interface {
	eval(m *machine) (any, error)
}

type literal struct {
	position int
	value    any
}

func (n *literal) eval(m *machine) (any, error) { return n.value, m.spend(n.position, 1) }

type list struct {
	position int
	items    []node
}

func (n *list) eval(m *machine) (any, error) {
	return m.exported(n.position, n.items)
}

// exported evaluates nodes whose values leave the expression.
func (m *machine) exported(position int, nodes []node) ([]any, error) {
	values, err := m.all(position, nodes)
	for i, v := range values {
		values[i] = exported(v)
	}
	return values, err
}

// all evaluates nodes in order.
func (m *machine) all(position int, nodes []node) ([]any, error) {
	if err := m.spend(position, 1); err != nil {
		return nil, err
	}
	values := make([]any, len(nodes))
	for i, n := range nodes {
		var err error
		if values[i], err = n.eval(m); err != nil {
			return nil, err
		}
	}
	return values, nil
}

type object struct {
	position     int
	keys, values []node
}

func (n *object) eval(m *machine) (any, error) {
	values, err := m.exported(n.position, n.values)
	if err != nil {
		return nil, err
	}
	result := make(map[string]any, len(values))
	for i, key := range n.keys {
		name, err := m.key(n.position, key)
		if err != nil {
			return nil, err
		}
		result[name] = values[i]
	}
	return result, nil
}

// key is the text of a key of an object. A bare name stands for itself.
func (m *machine) key(position int, n node) (string, error) {
	if bare, ok := n.(*root); ok {
		return bare.name, nil
	}
	v, err := n.eval(m)
	if err != nil {
		return "", err
	}
	return m.write(position, v)
}

type root struct {
	position int
	name     string
}

func (n *root) eval(m *machine) (any, error) {
	if err := m.spend(n.position, 1); err != nil {
		return nil, err
	}
	if v, ok := m.env.Lookup(n.name); ok {
		return plain(v), nil
	}
	if namer, ok := m.env.(Namer); ok {
		if near := gennaker.Nearest(n.name, namer.Names()); near != "" {
			return nil, faultf(n.position, "no such value: %s; did you mean %s?", n.name, near)
		}
	}
	return nil, faultf(n.position, "no such value: %s", n.name)
}

type call struct {
	position int
	name     string
	args     []node
}

func (n *call) eval(m *machine) (any, error) {
	args, err := m.exported(n.position, n.args)
	if err != nil {
		return nil, err
	}
	v, err := m.env.Call(n.name, args)
	if err != nil {
		return nil, &fault{n.position, "#" + n.name + ": " + err.Error(), err}
	}
	return plain(v), nil
}

type not struct {
	position int
	operand  node
}

func (n *not) eval(m *machine) (any, error) {
	b, err := m.condition(n.position, n.operand)
	return !b, err
}

type ternary struct {
	position      int
	test, yes, no node
}

func (n *ternary) eval(m *machine) (any, error) {
	b, err := m.condition(n.position, n.test)
	if err != nil {
		return nil, err
	}
	if b {
		return n.yes.eval(m)
	}
	return n.no.eval(m)
}

// condition evaluates what must be true or false.
func (m *machine) condition(position int, n node) (bool, error) {
	v, err := n.eval(m)
	if err != nil {
		return false, err
	}
	b, ok := truth(v)
	if !ok {
		return false, faultf(position, "true or false is wanted, and this is %s", describe(v))
	}
	return b, m.spend(position, 1)
}

// elvis is a ?: b: a, unless it is null or empty text.
type elvis struct {
	position    int
	left, right node
}

func (n *elvis) eval(m *machine) (any, error) {
	v, err := n.left.eval(m)
	if err != nil || v != nil && v != "" {
		return v, err
	}
	return n.right.eval(m)
}
