package expression

import "strings"

// parser turns tokens into a tree, by descent from the weakest operators to
// the strongest.
type parser struct {
	text   []rune
	tokens []token
	at     int
	depth  int
	inside int           // selections and projections around this place
	spans  map[node]span // where each part stands; nil if nobody asks
	checks bool          // for Check
}

func parse(text string, spans map[node]span) (node, error) {
	return (&parser{spans: spans}).parse(text)
}

func (p *parser) parse(text string) (node, error) {
	var err error
	if p.tokens, p.text, err = lex(text); err != nil {
		return nil, err
	}
	tree, err := p.expression()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != endToken {
		return nil, p.unexpected(t)
	}
	return tree, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

// sign takes a sign if it is the next token.
func (p *parser) sign(s string) bool {
	t := p.peek()
	if t.kind != signToken || t.text != s {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(s string) error {
	if p.sign(s) {
		return nil
	}
	t := p.peek()
	if t.kind == endToken {
		return faultf(t.position, "a %s is missing", s)
	}
	return faultf(t.position, "a %s is wanted before %s", s, t.text)
}

func (p *parser) unexpected(t token) error {
	switch {
	case t.kind == endToken:
		return faultf(t.position, "the expression stops too early: a value is missing")
	case t.kind == stringToken:
		return faultf(t.position, "an operator is missing before the string '%s'", shorten(t.text))
	}
	return faultf(t.position, "%s is not expected here", t.text)
}

// deeper guards the stack: every rule that can contain itself goes through it.
func (p *parser) deeper(rule func() (node, error)) (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, faultf(p.peek().position, "the expression is nested deeper than %d levels", maxDepth)
	}
	defer func() { p.depth-- }()
	return rule()
}

func (p *parser) expression() (node, error) {
	from := p.peek().position
	n, err := p.deeper(p.choice)
	p.mark(from, n)
	return n, err
}

// choice reads a ?: b and a ? b : c, or what binds stronger.
func (p *parser) choice() (node, error) {
	left, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	position := p.peek().position
	if p.sign("?:") {
		right, err := p.expression()
		return &elvis{position, left, right}, err
	}
	if !p.sign("?") {
		return left, nil
	}
	yes, err := p.expression()
	if err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	no, err := p.expression()
	return &ternary{position, left, yes, no}, err
}

// levels are the binary operators, the weakest first, with their words.
var levels = []map[string]string{
	{"||": "||", "or": "||"},
	{"&&": "&&", "and": "&&"},
	{"==": "==", "eq": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "<=": "<=", "le": "<=",
		">": ">", "gt": ">", ">=": ">=", "ge": ">=", "matches": "matches", "between": "between", "instanceof": "instanceof"},
	{"+": "+", "-": "-"},
	{"*": "*", "/": "/", "div": "/", "%": "%", "mod": "%"},
	{"^": "^"},
}

const (
	comparing = 2 // the levels whose operators cannot follow each other
	raising   = 5
)

// binary reads the operators of a level and all that bind stronger.
func (p *parser) binary(level int) (node, error) {
	if level == len(levels) {
		return p.unary()
	}
	from := p.peek().position
	left, err := p.binary(level + 1)
	for err == nil {
		t := p.peek()
		operator := p.operator(level)
		if operator == "" {
			return left, nil
		}
		var right node
		if right, err = p.binary(level + 1); err != nil {
			return nil, err
		}
		if operator == "matches" {
			if err := p.pattern(right); err != nil {
				return nil, err
			}
		}
		left = &binary{t.position, operator, left, right}
		p.mark(from, left)
		if level == comparing || level == raising {
			return left, nil
		}
	}
	return nil, err
}

func (p *parser) operator(level int) string {
	t := p.peek()
	word := t.text
	switch t.kind {
	case nameToken:
		word = strings.ToLower(word)
	case signToken:
	default:
		return ""
	}
	operator := levels[level][word]
	if operator != "" {
		p.at++
	}
	return operator
}

func (p *parser) unary() (node, error) {
	t := p.peek()
	switch {
	case t.kind == nameToken && strings.EqualFold(t.text, "not"), t.kind == signToken && t.text == "!":
		p.at++
		operand, err := p.deeper(p.unary)
		n := &not{t.position, operand}
		p.mark(t.position, n)
		return n, err
	case p.sign("-"):
		operand, err := p.deeper(p.unary)
		n := &binary{t.position, "-", &literal{t.position, 0.0}, operand}
		p.mark(t.position, n)
		return n, err
	case p.sign("+"):
		return p.deeper(p.unary)
	}
	return p.postfix()
}
