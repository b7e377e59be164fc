package pipeline

import "github.com/gennaker/gennaker"

// expectedArtifacts refuses what no artifact could be bound to. What holds
// expressions is read once they are evaluated.
func (c *checker) expectedArtifacts(n *node, p *path) {
	list := n.field("expectedArtifacts")
	if list == nil {
		return
	}
	for i, item := range list.items {
		fields, isObject := item.plain().(map[string]any)
		if !isObject || item.holdsExpressions() {
			continue
		}
		if _, err := gennaker.ExpectedArtifacts([]map[string]any{fields}); err != nil {
			c.problem(item.position, p.field("expectedArtifacts").item(i), "it cannot be read: matchArtifact and defaultArtifact are objects of texts, usePriorArtifact and useDefaultArtifact true or false")
		}
	}
}

// holdsExpressions reports whether anything in the value will be evaluated.
func (n *node) holdsExpressions() bool {
	if n.expression() {
		return true
	}
	for _, item := range n.items {
		if item.holdsExpressions() {
			return true
		}
	}
	for _, m := range n.fields {
		if m.value.holdsExpressions() {
			return true
		}
	}
	return false
}
