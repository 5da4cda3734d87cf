package rnc

import "strings"

func (p *parser) node(k Kind, of ...*Pattern) *Pattern {
	return &Pattern{Kind: k, Of: of, File: p.lexer.file, Line: p.tok.line}
}

// pattern reads a group or a choice of particles; the two are not mixed without
// parentheses.
func (p *parser) pattern() (*Pattern, error) {
	first, err := p.particle()
	if err != nil || !p.at(",") && !p.at("|") {
		return first, err
	}
	operator, kind := p.tok.text, Group
	if operator == "|" {
		kind = Choice
	}
	all := p.node(kind, first)
	for p.at(operator) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		next, err := p.particle()
		if err != nil {
			return nil, err
		}
		all.Of = append(all.Of, next)
	}
	if p.at(",") || p.at("|") {
		return nil, p.errorf(p.tok.line, "a group and a choice are mixed without parentheses")
	}
	return all, nil
}

// particle reads a pattern with what says how often it stands.
func (p *parser) particle() (*Pattern, error) {
	one, err := p.primary()
	if err != nil || p.tok.kind != mark {
		return one, err
	}
	switch p.tok.text {
	case "?":
		one = p.node(Optional, one)
	case "*":
		one = p.node(ZeroOrMore, one)
	case "+":
		one = p.node(OneOrMore, one)
	default:
		return one, nil
	}
	return one, p.advance()
}

func (p *parser) primary() (*Pattern, error) {
	if p.at("(") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		inner, err := p.pattern()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(mark, ")")
	}
	n, t := p.node(Value), p.tok
	switch {
	case t.kind == literal:
		n.Name, n.Literal = "token", t.text
		return n, p.advance()
	case t.kind != name:
		return nil, p.errorf(t.line, "%q stands where a pattern is expected", t.text)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch n.Name = t.text; {
	case t.text == "element", t.text == "attribute":
		return p.named(n, t.text)
	case t.text == "empty":
		n.Kind, n.Name = Empty, ""
	case t.text == "text":
		n.Kind, n.Name = Text, ""
	case Types[t.text]:
		n.Kind = Data
		if p.tok.kind == literal {
			n.Kind, n.Literal = Value, p.tok.text
			return n, p.advance()
		}
	case reserved[t.text], strings.Contains(t.text, ":"):
		return nil, p.errorf(t.line, "%q is not in the subset of the syntax that is read here", t.text)
	default:
		n.Kind = Ref
	}
	return n, nil
}

// named reads the rest of an element or attribute pattern.
func (p *parser) named(n *Pattern, what string) (*Pattern, error) {
	n.Kind = Element
	if what == "attribute" {
		n.Kind = Attribute
	}
	n.Name = p.tok.text
	if err := p.expect(name, ""); err != nil {
		return nil, err
	}
	if prefix, _, ok := strings.Cut(n.Name, ":"); ok && (n.Kind == Element || p.grammar.Namespaces[prefix] == "") {
		return nil, p.errorf(n.Line, "the prefix of %q is not declared, or stands at an element", n.Name)
	}
	if err := p.expect(mark, "{"); err != nil {
		return nil, err
	}
	inner, err := p.pattern()
	if err != nil {
		return nil, err
	}
	n.Of = []*Pattern{inner}
	return n, p.expect(mark, "}")
}
