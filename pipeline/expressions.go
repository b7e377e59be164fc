package pipeline

import (
	"errors"

	"github.com/gennaker/gennaker/expression"
)

// unreadable notes expressions of a stage that could never be evaluated. In
// Spinnaker their text stays; here the stage fails when it starts, unless the
// document asks for Spinnaker's reading. What Spinnaker would evaluate is noted
// in both.
func (c *checker) unreadable(n *node, p *path) {
	if skip := n.field("skipExpressionEvaluation"); skip != nil && skip.truth {
		return
	}
	for _, m := range n.fields {
		if m.name == "stageEnabled" && m.value.kind == object {
			c.condition(m.value.field("expression"), p.field(m.name).field("expression"))
			continue
		}
		c.readable(m.position, m.name, p.field(m.name))
		c.readables(m.value, p.field(m.name))
	}
}

func (c *checker) readables(n *node, p *path) {
	switch n.kind {
	case text:
		c.readable(n.position, n.text, p)
	case list:
		for i, item := range n.items {
			c.readables(item, p.item(i))
		}
	case object:
		for _, m := range n.fields {
			c.readable(m.position, m.name, p.field(m.name))
			c.readables(m.value, p.field(m.name))
		}
	}
}

// condition checks an expression that may stand without ${ }.
func (c *checker) condition(n *node, p *path) {
	if n == nil || n.kind != text || n.text == "" {
		return
	}
	written := n.text
	if !expression.HasExpression(written) {
		written = "${" + written + "}"
	}
	c.readable(n.position, written, p)
}

func (c *checker) readable(at position, written string, p *path) {
	err := expression.Check(written)
	switch {
	case errors.Is(err, expression.ErrLater):
		c.note(at, p, "this cannot be evaluated: %s", err).Kind = NotYet
	case err != nil && !c.lax:
		c.note(at, p, "this cannot be evaluated: %s", err).Kind = Unreadable
	}
}
