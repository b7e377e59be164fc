package worker

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Secret is a text that is not printed.
type Secret string

// read takes secret://NAME for what the environment holds under that name, so
// that the file need not have it.
func (s *Secret) read(r *report, n *yaml.Node, field string) {
	if n.Kind != yaml.ScalarNode {
		r.add(field, "must be a single value, not a %s", kind(n))
		return
	}
	*s = Secret(n.Value)
	name, stands := strings.CutPrefix(n.Value, "secret://")
	if !stands {
		return
	}
	value, ok := r.lookup(secretPrefix + name)
	if !ok || value == "" {
		r.add(field, "the environment has no %s%s, which %s stands for", secretPrefix, name, n.Value)
	}
	*s = Secret(value)
}

func (Secret) String() string               { return "(secret)" }
func (Secret) GoString() string             { return "(secret)" }
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }
