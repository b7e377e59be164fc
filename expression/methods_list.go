package expression

import (
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

var (
	listMethods = with(anyMethods, methodTable{
		"size":        {"", func(c *methodCall) (any, error) { return float64(len(c.list())), nil }},
		"isEmpty":     {"", func(c *methodCall) (any, error) { return len(c.list()) == 0, nil }},
		"contains":    {"item", func(c *methodCall) (any, error) { i, err := c.find(c.list(), c.args[0]); return i >= 0, err }},
		"indexOf":     {"item", func(c *methodCall) (any, error) { i, err := c.find(c.list(), c.args[0]); return float64(i), err }},
		"lastIndexOf": {"item", (*methodCall).lastInList},
		"containsAll": {"items", (*methodCall).containsAll},
		"get":         {"index", (*methodCall).item},
		"subList":     {"from to", (*methodCall).subList},
		"join":        {"separator?", (*methodCall).join},
	})
	objectMethods = with(anyMethods, methodTable{
		"size":          {"", func(c *methodCall) (any, error) { return float64(len(c.object())), nil }},
		"isEmpty":       {"", func(c *methodCall) (any, error) { return len(c.object()) == 0, nil }},
		"containsKey":   {"key", (*methodCall).hasKey},
		"containsValue": {"value", func(c *methodCall) (any, error) { i, err := c.find(values(c.object()), c.args[0]); return i >= 0, err }},
		"get":           {"key", (*methodCall).get},
		"getOrDefault":  {"key default", (*methodCall).getOrDefault},
		"keySet":        {"", (*methodCall).keySet},
		"values":        {"", func(c *methodCall) (any, error) { return values(c.object()), c.spend(c.position, len(c.object())) }},
		"entrySet":      {"", func(c *methodCall) (any, error) { return entries(c.object()), c.spend(c.position, len(c.object())) }},
	})
)

func (c *methodCall) list() []any            { return c.self.([]any) }
func (c *methodCall) object() map[string]any { return c.self.(map[string]any) }

// find is the index of the first equal item, or -1.
func (c *methodCall) find(items []any, wanted any) (int, error) {
	for i, item := range items {
		same, err := c.equal(c.position, item, wanted)
		if err != nil || same {
			return i, err
		}
	}
	return -1, nil
}

func (c *methodCall) lastInList() (any, error) {
	for i, item := range slices.Backward(c.list()) {
		same, err := c.equal(c.position, item, c.args[0])
		if err != nil || same {
			return float64(i), err
		}
	}
	return -1.0, nil
}

func (c *methodCall) containsAll() (any, error) {
	wanted, ok := c.args[0].([]any)
	if !ok {
		return nil, c.fault("a list is wanted, and this is %s", describe(c.args[0]))
	}
	for _, item := range wanted {
		if i, err := c.find(c.list(), item); err != nil || i < 0 {
			return false, err
		}
	}
	return true, nil
}

func (c *methodCall) item() (any, error) {
	i, err := c.number(0, 0)
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(c.list()) {
		return nil, c.fault("there is no %d: the list has %d items, from 0", i, len(c.list()))
	}
	return plain(c.list()[i]), nil
}

func (c *methodCall) subList() (any, error) {
	from, to, err := c.span(len(c.list()))
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.list()[from:to]), c.spend(c.position, to-from)
}

// span is a range that the first two arguments give, inside of a size.
func (c *methodCall) span(size int) (from, to int, err error) {
	if from, err = c.number(0, 0); err != nil {
		return 0, 0, err
	}
	if to, err = c.number(1, size); err != nil {
		return 0, 0, err
	}
	if from < 0 || to > size || from > to {
		return 0, 0, c.fault("%d to %d is outside of 0 to %d", from, to, size)
	}
	return from, to, nil
}

// join writes the items after one another. Null is written as in Java.
func (c *methodCall) join() (any, error) {
	separator := ","
	if len(c.args) > 0 {
		var err error
		if separator, err = c.arg(0); err != nil {
			return nil, err
		}
	}
	return c.joined(separator, c.list())
}

func (c *methodCall) joined(separator string, items []any) (any, error) {
	if len(items)*len(separator) > maxSize {
		return nil, faultf(c.position, "the text is larger than %d bytes (2 MiB)", maxSize)
	}
	size, texts := 0, make([]string, len(items))
	for i, item := range items {
		texts[i] = "null"
		if item != nil {
			var err error
			if texts[i], err = c.write(c.position, item); err != nil {
				return nil, err
			}
		}
		if size += len(texts[i]) + len(separator); size > maxSize {
			return nil, faultf(c.position, "the text is larger than %d bytes (2 MiB)", maxSize)
		}
	}
	return strings.Join(texts, separator), nil
}

func (c *methodCall) hasKey() (any, error) {
	key, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	_, ok := c.object()[key]
	return ok, nil
}

func (c *methodCall) get() (any, error) {
	key, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	return c.read(c.object(), key), nil
}

func (c *methodCall) getOrDefault() (any, error) {
	key, err := c.arg(0)
	if err != nil {
		return nil, err
	}
	if v, ok := c.object()[key]; ok {
		return plain(v), nil
	}
	return c.args[1], nil
}

func (c *methodCall) keySet() (any, error) {
	keys := []any{}
	for _, key := range gennaker.SortedKeys(c.object()) {
		keys = append(keys, key)
	}
	return keys, c.spend(c.position, len(keys))
}

// values are an object's, in the order of their keys.
func values(fields map[string]any) []any {
	list := make([]any, 0, len(fields))
	for _, key := range gennaker.SortedKeys(fields) {
		list = append(list, plain(fields[key]))
	}
	return list
}
