package pipeline

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/gennaker/gennaker"
)

// document checks everything.
func (c *checker) document(n *node) any {
	if n.kind != object {
		return c.wrong(n, nil, "an object with name, application and stages")
	}
	if stages := n.field("stages"); stages != nil && len(stages.items) > maxStages {
		c.problem(stages.position, (*path)(nil).field("stages"), "there are %d stages and the limit is %d: split the pipeline into several", len(stages.items), maxStages)
		return nil
	}
	if template := n.field("template"); template != nil && isInstance(n) {
		c.problem(template.position, (*path)(nil).field("template"),
			"the pipeline is an instance of a template, and Gennaker does not resolve templates yet: save what Spinnaker makes of it").is(Template, "template")
		return nil
	}
	if reading := n.field("compatibility"); reading != nil {
		c.lax = reading.text == "spinnaker"
	}
	if strategy := n.field("strategy"); strategy != nil {
		c.strategy = strategy.text == "true"
	}
	s := documented(pipelineType)
	c.expressions(n, s, nil)
	fields := c.open(n, s, nil)
	c.checkGraph()
	c.parameterNames(n.field("parameterConfig"))
	c.expectedArtifacts(n, nil)
	return fields
}

// isInstance reports whether a pipeline's stages come from a template.
func isInstance(n *node) bool {
	typ, stages := n.field("type"), n.field("stages")
	return typ != nil && typ.text == "templatedPipeline" || stages == nil || len(stages.items) == 0
}

// expressions notes expressions that stand where nothing evaluates them: only
// stages are evaluated.
func (c *checker) expressions(n *node, s *shape, p *path) {
	for _, m := range n.fields {
		r, known := s.find(m.name)
		if known && !r.fixed && m.value.expression() && !takesText(r.typ) {
			c.note(m.value.position, p.field(m.name), "the expression is kept and not evaluated: only the fields of stages are").Kind = NotEvaluated
		}
	}
}

// stage checks a stage: the fields that all have and those of its type stand
// side by side.
func (c *checker) stage(n *node, p *path) any {
	if n.kind != object {
		return c.wrong(n, p, "an object")
	}
	c.addToGraph(n, p)
	c.expectedArtifacts(n, p)
	c.unreadable(n, p)
	typ := n.field("type")
	if typ == nil || typ.kind != text || typ.text == "" {
		fields, _ := c.object(n, c.stageShape(""), p)
		return fields
	}
	if name, known := c.runsAs(n, typ, p); known {
		return c.open(n, c.stageShape(name), p)
	}
	fields, others := c.object(n, c.stageShape(""), p)
	for _, m := range others {
		fields[m.name] = m.value.plain()
	}
	return fields
}

// runsAs is the type whose fields a stage has: its own or else, as in
// Spinnaker, its alias.
func (c *checker) runsAs(n, typ *node, p *path) (string, bool) {
	own, known := c.types[typ.text]
	if e, elsewhere := own.(Elsewhere); elsewhere {
		c.problem(typ.position, p.field("type"), "%s is an alias: make it the stage's alias, and its type a name from %s",
			strconv.Quote(typ.text), e.DefinedIn())
		return "", false
	}
	if known {
		return typ.text, true
	}
	alias := n.field("alias")
	if alias == nil || alias.kind != text || alias.text == "" {
		c.unknownType(typ, p)
		return "", false
	}
	value, known := c.types[alias.text]
	if !known {
		c.unknownAlias(typ, alias, p)
		return "", false
	}
	if e, elsewhere := value.(Elsewhere); elsewhere {
		c.note(typ.position, p.field("type"), "%s must be defined in %s: that is seen when the stage runs",
			strconv.Quote(shorten(typ.text)), e.DefinedIn()).Kind = SeenWhenRun
	}
	return alias.text, true
}

func (c *checker) unknownType(typ *node, p *path) {
	name := strconv.Quote(shorten(typ.text))
	if ofSpinnaker(typ.text) {
		c.problem(typ.position, p.field("type"), "%s is a stage type of Spinnaker that Gennaker cannot run yet (it can run %d types)", name, len(c.names)).is(SpinnakerOnly, typ.text)
		return
	}
	c.problem(typ.position, p.field("type"), "%s is not a stage type%s (%d types are known)", name, c.nearest(typ.text, c.names), len(c.names)).is(UnknownType, typ.text)
}

// unknownAlias is about a stage that has an alias too, as those of Spinnaker's
// preconfigured jobs and plugins have.
func (c *checker) unknownAlias(typ, alias *node, p *path) {
	if !ofSpinnaker(typ.text) && !ofSpinnaker(alias.text) {
		c.unknownType(typ, p)
		c.problems[len(c.problems)-1].Text += fmt.Sprintf(", nor is its alias %s", strconv.Quote(shorten(alias.text)))
		return
	}
	subject := alias.text
	if ofSpinnaker(typ.text) {
		subject = typ.text
	}
	c.problem(typ.position, p.field("type"), "%s, alias %s, is a stage type of Spinnaker that Gennaker cannot run yet (it can run %d types)",
		strconv.Quote(shorten(typ.text)), strconv.Quote(shorten(alias.text)), len(c.names)).is(SpinnakerOnly, subject)
}

// stageShape gives the fields of a stage type; "" is a type that nobody knows.
func (c *checker) stageShape(name string) *shape {
	if s := c.stages[name]; s != nil {
		return s
	}
	types := []reflect.Type{stageType}
	if t := reflect.TypeOf(c.types[name]); t != nil && indirect(t).Kind() == reflect.Struct {
		types = append(types, indirect(t))
	}
	s := documented(types...)
	c.stages[name] = s
	return s
}

func (c *checker) parameter(n *node, p *path) any {
	if n.kind != object {
		return c.wrong(n, p, "an object")
	}
	if c.shapes[parameterType] == nil {
		c.shapes[parameterType] = documented(parameterType)
	}
	s := c.shapes[parameterType]
	c.expressions(n, s, p)
	fields := c.open(n, s, p)
	c.options(n, p)
	return fields
}

// options checks that a choice can be made.
func (c *checker) options(n *node, p *path) {
	choose, options, standard := n.field("hasOptions"), n.field("options"), n.field("default")
	if choose == nil || !(choose.truth || choose.text == "true") {
		return
	}
	if options == nil || options.kind == list && len(options.items) == 0 {
		c.problem(choose.position, p.field("options"), "hasOptions is true and there are none: give options, or take hasOptions away")
		return
	}
	var allowed gennaker.Parameter
	for _, o := range options.items {
		if value := o.field("value"); value != nil {
			allowed.Options = append(allowed.Options, gennaker.Option{Value: value.plain()})
		}
	}
	if standard != nil && standard.text != "" && !standard.expression() && !allowed.Allows(standard.plain()) {
		c.note(standard.position, p.field("default"), "the default is not one of the options").Kind = NoOption
	}
}

// parameterNames refuses two parameters of one name.
func (c *checker) parameterNames(parameters *node) {
	if parameters == nil {
		return
	}
	first := map[string]int{}
	for i, parameter := range parameters.items {
		name := parameter.field("name")
		if name == nil || name.kind != text {
			continue
		}
		if before, taken := first[name.text]; taken {
			c.problem(name.position, (*path)(nil).field("parameterConfig").item(i).field("name"),
				"%s is the name of parameterConfig[%d] too: give it another", strconv.Quote(shorten(name.text)), before)
			continue
		}
		first[name.text] = i
	}
}
