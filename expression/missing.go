package expression

import (
	"errors"

	"github.com/gennaker/gennaker"
)

// lack is a field that was read and is not there: null, which is usual. Only
// when the null turns out to be a mistake is the name probably meant of use.
type lack struct {
	fields map[string]any
	name   string
}

// maxNear bounds how many names a missing one is compared with.
const maxNear = 1000

func (m *machine) lack(fields map[string]any, name string) { m.lacked = lack{fields, name} }

// missing is what an error about null adds: that the field read last is
// missing, and which one was probably meant.
func (m *machine) missing(v any) string {
	if v != nil || m.lacked.name == "" || len(m.lacked.fields) > maxNear {
		return ""
	}
	near := gennaker.Nearest(m.lacked.name, gennaker.SortedKeys(m.lacked.fields))
	if near == "" {
		return ""
	}
	return "; there is no " + m.lacked.name + ": did you mean " + near + "?"
}

// lookup finds a root name. Each is asked for once in an evaluation.
func (m *machine) lookup(position int, name string) (any, error) {
	if v, ok := m.roots[name]; ok {
		return v, nil
	}
	v, ok := m.env.Lookup(name)
	if !ok && !m.lax {
		return nil, m.unknown(position, name)
	}
	m.roots[name] = plain(v)
	return m.roots[name], nil
}

// unknown says that nothing has a root name, and which one was probably meant.
func (m *machine) unknown(position int, name string) error {
	f := faultf(position, "no such value: %s", name)
	f.absent = true
	if namer, ok := m.env.(Namer); ok {
		f.reason += meant(name, namer.Names())
	}
	return f
}

// optional evaluates what may be missing, since what follows is about that: a
// root name that nothing has is null there.
func (m *machine) optional(n node) (any, error) {
	if !isRootName(n) {
		return m.eval(n)
	}
	maybe := func() (any, error) {
		v, err := n.eval(m)
		var f *fault
		if errors.As(err, &f) && f.absent {
			return nil, nil
		}
		return v, err
	}
	if m.tracer == nil {
		return maybe()
	}
	return m.tracer.step(n, maybe)
}

// isRootName reports whether a part is name, #root.name or #root['name'].
func isRootName(n node) bool {
	switch n := n.(type) {
	case *root:
		return true
	case *property:
		_, ok := n.of.(*outermost)
		return ok
	case *item:
		_, ok := n.of.(*outermost)
		return ok
	}
	return false
}
