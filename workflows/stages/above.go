package stages

import (
	"maps"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// deploying are the types that make server groups.
var deploying = []string{"deploy", "createServerGroup", "cloneServerGroup", "copyLastAsg"}

// deployed are the server groups of a cluster that stages above have made.
func (in Input) deployed(cluster gennaker.ClusterRef) []string {
	var names []string
	for _, s := range in.Above() {
		list, _ := s.Outputs["deployments"].([]any)
		for _, one := range list {
			d, _ := one.(map[string]any)
			name, _ := d["serverGroup"].(string)
			if slices.Contains(deploying, s.Type) && d["account"] == cluster.Account && d["region"] == cluster.Region && d["cluster"] == cluster.Name {
				names = append(names, name)
			}
		}
	}
	return names
}

// found is the nearest output of that name above the stage.
func (in Input) found(name string) (any, bool) {
	for _, s := range in.Above() {
		if v, ok := s.Outputs[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// foundAll are the nearest outputs above the stage whose names begin so, by the
// rest of the name.
func (in Input) foundAll(prefix string) map[string]any {
	all := map[string]any{}
	for _, s := range in.Above() {
		for _, name := range gennaker.SortedKeys(s.Outputs) {
			rest, ok := strings.CutPrefix(name, prefix)
			if _, nearer := all[rest]; ok && !nearer {
				all[rest] = s.Outputs[name]
			}
		}
	}
	return all
}

// with is the stage's fields and one more, unless they have it.
func (in Input) with(field string, value any) map[string]any {
	if in.Config[field] != nil || value == nil {
		return in.Config
	}
	fields := maps.Clone(in.Config)
	fields[field] = value
	return fields
}
