package expression

import "strings"

// postfix reads a value and what follows it: properties, methods and indexes.
func (p *parser) postfix() (node, error) {
	start := p.peek().position
	n, err := p.primary()
	for err == nil {
		t := p.peek()
		before := strings.TrimSpace(string(p.text[start:t.position]))
		switch {
		case p.sign("."):
			n, err = p.member(access{t.position, n, before, false})
		case p.sign("?."):
			n, err = p.member(access{t.position, n, before, true})
		case p.sign("["):
			n, err = p.index(access{t.position, n, before, false})
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
			return p.call(t.position)
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
		return nil, faultf(t.position, "Java types T(…) are not supported")
	case t.text == "new" && p.peek().kind == nameToken:
		return nil, faultf(t.position, "new %s(…) is not supported", p.peek().text)
	case call:
		return nil, faultf(t.position, "functions begin with #: write #%s(…)", t.text)
	}
	return &root{t.position, t.text}, nil
}

func (p *parser) call(position int) (node, error) {
	t := p.next()
	if t.kind != nameToken {
		return nil, faultf(t.position, "the name of a function is missing after #")
	}
	if !p.sign("(") {
		return nil, faultf(position, "variables (#%s) are not supported: a function is written #%s(…)", t.text, t.text)
	}
	args, err := p.list(")")
	return &call{position, t.text, args}, err
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
