package expression

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
	return m.allExported(n.position, n.items)
}

// allExported evaluates nodes whose values leave the expression, or go into a
// list or an object.
func (m *machine) allExported(position int, nodes []node) ([]any, error) {
	values, err := m.all(position, nodes)
	for i, v := range values {
		if values[i], err = m.exported(position, v); err != nil {
			return nil, err
		}
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
		if values[i], err = m.eval(n); err != nil {
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
	values, err := m.allExported(n.position, n.values)
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
	v, err := m.eval(n)
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
	if len(m.items) == 0 {
		return m.lookup(n.position, n.name)
	}
	item := m.items[len(m.items)-1]
	v, ok := m.field(item, n.name)
	if !ok {
		return nil, faultf(n.position, "the item is %s and has no %s: outside of the item it is #root.%s", describe(item), n.name, n.name)
	}
	return v, nil
}

type call struct {
	position int
	name     string
	args     []node
}

func (n *call) eval(m *machine) (any, error) {
	v, err := n.invoke(m)
	if v, ok := v.(Verbatim); ok {
		return plain(v.Value), err
	}
	return v, err
}

// invoke calls the function. What another function made Verbatim comes to it
// as that.
func (n *call) invoke(m *machine) (any, error) {
	args, err := n.arguments(m)
	if err != nil {
		return nil, err
	}
	if err := m.weigh(n.position, args); err != nil {
		return nil, err
	}
	v, err := m.env.Call(n.name, args)
	if err != nil {
		return nil, &fault{position: n.position, reason: "#" + n.name + ": " + err.Error(), cause: err}
	}
	v = plain(v)
	return v, m.weigh(n.position, v)
}

func (n *call) arguments(m *machine) ([]any, error) {
	if err := m.spend(n.position, 1); err != nil {
		return nil, err
	}
	args := make([]any, len(n.args))
	for i, arg := range n.args {
		var err error
		if inner, ok := arg.(*call); ok {
			args[i], err = m.inner(inner)
		} else {
			args[i], err = m.eval(arg)
		}
		if err != nil {
			return nil, err
		}
		if args[i], err = m.exported(n.position, args[i]); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// inner invokes a call in the arguments of another.
func (m *machine) inner(n *call) (any, error) {
	if m.tracer == nil {
		return n.invoke(m)
	}
	return m.tracer.step(n, func() (any, error) { return n.invoke(m) })
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
		return m.eval(n.yes)
	}
	return m.eval(n.no)
}

// condition evaluates what must be true or false.
func (m *machine) condition(position int, n node) (bool, error) {
	v, err := m.eval(n)
	if err != nil {
		return false, err
	}
	b, ok := decides(v)
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
	v, err := m.optional(n.left)
	if err != nil || v != nil && v != "" {
		return v, err
	}
	return m.eval(n.right)
}
