package expression

import "strings"

// postfix reads a value and what follows it: properties, methods and indexes.
func (p *parser) postfix() (node, error) {
	start := p.peek().position
	n, err := p.primary()
	for err == nil {
		p.mark(start, n)
		t := p.peek()
		before := strings.TrimSpace(string(p.text[start:t.position]))
		switch {
		case p.sign("."):
			n, err = p.member(access{t.position, n, before, false})
		case p.sign("?."):
			n, err = p.member(access{t.position, n, before, true})
		case p.sign("["):
			n, err = p.index(access{t.position, n, before, false})
		case t.kind == signToken && strings.HasSuffix(t.text, "["):
			n, err = p.each(access{t.position, n, before, t.text[0] == '?'})
		default:
			return n, nil
		}
	}
	return nil, err
}

func (p *parser) member(of access) (node, error) {
	t := p.next()
	if t.kind != nameToken {
		if t.kind == endToken {
			return nil, faultf(t.position, "the name of a property is missing after the point")
		}
		return nil, faultf(t.position, "%s is not the name of a property: write ['%s']", t.text, t.text)
	}
	of.position = t.position
	if !p.sign("(") {
		return &property{of, t.text}, nil
	}
	args, err := p.list(")")
	if err == nil && len(args) > 0 && matching[t.text] {
		err = p.pattern(args[0])
	}
	return &method{of, t.text, args}, err
}

// index reads a[key]. A bare name is the key itself, if a is an object.
func (p *parser) index(of access) (node, error) {
	key, err := p.expression()
	if err != nil {
		return nil, err
	}
	return &item{of, key}, p.expect("]")
}

// each reads the rest of a selection or a projection, from its sign on. The
// names inside are those of the item.
func (p *parser) each(of access) (node, error) {
	sign := p.next().text
	p.inside++
	defer func() { p.inside-- }()
	body, err := p.expression()
	if err != nil {
		return nil, err
	}
	if sign[len(sign)-2] == '!' {
		return &projection{of, body}, p.expect("]")
	}
	return &selection{of, sign[len(sign)-2], body}, p.expect("]")
}

// list reads values up to the sign that closes them.
func (p *parser) list(end string) ([]node, error) {
	var items []node
	if p.sign(end) {
		return nil, nil
	}
	for {
		n, err := p.expression()
		if err != nil {
			return nil, err
		}
		items = append(items, n)
		if !p.sign(",") {
			return items, p.expect(end)
		}
	}
}

func (p *parser) primary() (node, error) {
	t := p.next()
	switch t.kind {
	case numberToken:
		return &literal{t.position, t.number}, nil
	case stringToken:
		return &literal{t.position, t.text}, nil
	case nameToken:
		return p.word(t)
	case signToken:
		switch t.text {
		case "(":
			n, err := p.expression()
			if err != nil {
				return nil, err
			}
			return n, p.expect(")")
		case "{":
			return p.braces(t.position)
		case "#":
			return p.hash(t.position)
		}
	}
	return nil, p.unexpected(t)
}

// word reads a root name or a literal that is a word.
func (p *parser) word(t token) (node, error) {
	call := p.peek().kind == signToken && p.peek().text == "("
	switch {
	case strings.EqualFold(t.text, "true"), strings.EqualFold(t.text, "false"):
		return &literal{t.position, strings.EqualFold(t.text, "true")}, nil
	case strings.EqualFold(t.text, "null"):
		return &literal{t.position, nil}, nil
	case t.text == "T" && call:
		return p.javaType(t.position)
	case t.text == "new" && p.peek().kind == nameToken:
		return p.construct(t.position)
	case call && p.inside > 0:
		p.at++
		args, err := p.list(")")
		return &method{access{t.position, &this{t.position}, "#this", false}, t.text, args}, err
	case call:
		return nil, faultf(t.position, "functions begin with #: write #%s(…)", t.text)
	}
	return &root{t.position, t.text}, nil
}

// hash reads #name(…), #this or #root.
func (p *parser) hash(position int) (node, error) {
	t := p.next()
	if t.kind != nameToken {
		return nil, faultf(t.position, "the name of a function is missing after #")
	}
	if p.sign("(") {
		if err := p.function(position, t.text); err != nil {
			return nil, err
		}
		args, err := p.list(")")
		return &call{position, t.text, args}, err
	}
	switch t.text {
	case "this":
		return &this{position}, nil
	case "root":
		return &outermost{position}, nil
	}
	return nil, faultf(position, "there is no variable #%s: there are #this and #root, and a function is written #%s(…)", t.text, t.text)
}

// qualified reads a name with points, such as java.lang.Math.
func (p *parser) qualified() (string, error) {
	name := ""
	for {
		t := p.next()
		if t.kind != nameToken {
			return "", faultf(t.position, "the name of a Java type is wanted here")
		}
		name += t.text
		if !p.sign(".") {
			return name, nil
		}
		name += "."
	}
}

// javaType reads the rest of T(name).
func (p *parser) javaType(position int) (node, error) {
	p.at++ // the parenthesis
	name, err := p.qualified()
	if err != nil {
		return nil, err
	}
	return &typeName{position, name}, p.expect(")")
}

// construct reads the rest of new name(…).
func (p *parser) construct(position int) (node, error) {
	name, err := p.qualified()
	if err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	args, err := p.list(")")
	return &construction{typeName{position, name}, args}, err
}

// braces reads a list {1, 2} or an object {a: 1}.
func (p *parser) braces(position int) (node, error) {
	if p.sign(":") {
		return &object{position: position}, p.expect("}")
	}
	if p.sign("}") {
		return &list{position: position}, nil
	}
	first, err := p.expression()
	if err != nil {
		return nil, err
	}
	if !p.sign(":") {
		if p.sign("}") {
			return &list{position, []node{first}}, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
		rest, err := p.list("}")
		return &list{position, append([]node{first}, rest...)}, err
	}
	return p.object(position, first)
}

// object reads the rest of {a: 1, …} after the first colon.
func (p *parser) object(position int, key node) (node, error) {
	o := &object{position: position}
	for {
		value, err := p.expression()
		if err != nil {
			return nil, err
		}
		o.keys, o.values = append(o.keys, key), append(o.values, value)
		if !p.sign(",") {
			return o, p.expect("}")
		}
		if key, err = p.expression(); err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
	}
}
