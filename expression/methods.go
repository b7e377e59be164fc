package expression

import (
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/gennaker/gennaker"
)

type method struct {
	access
	name string
	args []node
}

func (n *method) eval(m *machine) (any, error) {
	v, done, err := n.target(m, n.name+"()")
	if done {
		return nil, err
	}
	table := methodsOf(v)
	f, ok := table[n.name]
	if !ok {
		return nil, faultf(n.position, "%s has no method %s: there are %s", describe(v), n.name, strings.Join(gennaker.SortedKeys(table), ", "))
	}
	args, err := m.all(n.position, n.args)
	if err != nil {
		return nil, err
	}
	if len(args) != f.args {
		return nil, faultf(n.position, "%s takes %d values and was given %d", n.name, f.args, len(args))
	}
	return f.run(&methodCall{m, n.position, v, args})
}

// methodCall is one call of a method. Its run function is called with as many
// arguments as it takes.
type methodCall struct {
	*machine
	position int
	self     any
	args     []any
}

type methodTable map[string]struct {
	args int
	run  func(c *methodCall) (any, error)
}

// The methods that may be called, by the kind of value. Nothing else of the
// host language can be reached.
var (
	anyMethods = methodTable{
		"toString": {0, func(c *methodCall) (any, error) { return c.write(c.position, c.self) }},
		"equals":   {1, func(c *methodCall) (any, error) { return c.equal(c.position, c.self, c.args[0]) }},
	}
	stringMethods = with(anyMethods, methodTable{
		"length":      {0, func(c *methodCall) (any, error) { return float64(utf8.RuneCountInString(c.text())), c.cost() }},
		"isEmpty":     {0, func(c *methodCall) (any, error) { return c.text() == "", nil }},
		"toUpperCase": {0, func(c *methodCall) (any, error) { return strings.ToUpper(c.text()), c.cost() }},
		"toLowerCase": {0, func(c *methodCall) (any, error) { return strings.ToLower(c.text()), c.cost() }},
		"trim":        {0, func(c *methodCall) (any, error) { return strings.TrimSpace(c.text()), c.cost() }},
		"contains":    {1, func(c *methodCall) (any, error) { return c.search(strings.Contains) }},
		"startsWith":  {1, func(c *methodCall) (any, error) { return c.search(strings.HasPrefix) }},
		"endsWith":    {1, func(c *methodCall) (any, error) { return c.search(strings.HasSuffix) }},
		"matches":     {1, func(c *methodCall) (any, error) { return c.matches(c.position, c.self, c.args[0]) }},
		"replace":     {2, (*methodCall).replace},
		"split":       {1, (*methodCall).split},
	})
	listMethods = with(anyMethods, methodTable{
		"size":     {0, func(c *methodCall) (any, error) { return float64(len(c.self.([]any))), nil }},
		"isEmpty":  {0, func(c *methodCall) (any, error) { return len(c.self.([]any)) == 0, nil }},
		"contains": {1, (*methodCall).has},
	})
	objectMethods = with(anyMethods, methodTable{
		"size":        {0, func(c *methodCall) (any, error) { return float64(len(c.self.(map[string]any))), nil }},
		"isEmpty":     {0, func(c *methodCall) (any, error) { return len(c.self.(map[string]any)) == 0, nil }},
		"containsKey": {1, (*methodCall).hasKey},
	})
)

func with(common, own methodTable) methodTable {
	maps.Copy(own, common)
	return own
}

func methodsOf(v any) methodTable {
	switch v.(type) {
	case string:
		return stringMethods
	case []any:
		return listMethods
	case map[string]any:
		return objectMethods
	}
	return anyMethods
}

// text is the string whose method is called.
func (c *methodCall) text() string { return c.self.(string) }

// cost counts the work on that string.
func (c *methodCall) cost() error { return c.spend(c.position, 1+len(c.text())/16) }

func (c *methodCall) search(found func(s, part string) bool) (any, error) {
	part, err := c.write(c.position, c.args[0])
	if err != nil {
		return nil, err
	}
	return found(c.text(), part), c.cost()
}

// replace puts the second argument for every first one, as plain text.
func (c *methodCall) replace() (any, error) {
	old, err := c.write(c.position, c.args[0])
	if err != nil {
		return nil, err
	}
	by, err := c.write(c.position, c.args[1])
	if err != nil {
		return nil, err
	}
	if size := len(c.text()) + strings.Count(c.text(), old)*len(by); size > maxSize {
		return nil, faultf(c.position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	return c.write(c.position, strings.ReplaceAll(c.text(), old, by))
}

// split cuts the string where a regular expression matches. As in Java, empty
// strings at the end are left out, and a string without a match stays whole.
func (c *methodCall) split() (any, error) {
	written, err := c.write(c.position, c.args[0])
	if err != nil {
		return nil, err
	}
	pattern, err := c.pattern(c.position, c.text(), written)
	if err != nil {
		return nil, err
	}
	parts := pattern.Split(c.text(), -1)
	whole := len(parts) == 1
	for !whole && len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return items, c.spend(c.position, len(items))
}

func (c *methodCall) has() (any, error) {
	for _, item := range c.self.([]any) {
		same, err := c.equal(c.position, item, c.args[0])
		if err != nil || same {
			return same, err
		}
	}
	return false, nil
}

func (c *methodCall) hasKey() (any, error) {
	key, err := c.write(c.position, c.args[0])
	if err != nil {
		return nil, err
	}
	_, ok := c.self.(map[string]any)[key]
	return ok, nil
}
