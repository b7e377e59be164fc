package expression

import "github.com/gennaker/gennaker"

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
