package query

import (
	"strings"
	"unicode/utf8"
)

const (
	// textField is the field that a bare word asks.
	textField = "text"
	// maxQuestion bounds a question's text in bytes, maxDepth how deep its
	// parentheses and NOTs may nest.
	maxQuestion = 64 << 10
	maxDepth    = 100
)

// Parse reads a question. The leaves of what it gives are *Term and All; Compile makes
// a Plan of it. Parsing what String gives of the result gives an equal one, but for
// places. The error is an *Error.
//
//	question = all { "OR" all }
//	all      = not { ["AND"] not }
//	not      = "NOT" not | "(" question ")" | [ field ":" ] value | field ":" "(" question ")" | "*"
//	value    = word | word "*" | "~" word | ( "<" | "<=" | ">" | ">=" ) word | "[" word "TO" word "]" | "*"
//	word     = characters but blanks, parentheses and quotes | '"' characters '"'
//
// A backslash takes the meaning from the character after it. AND, OR, NOT and TO are
// written in capitals. In quotes an asterisk has its meaning only at the end.
func Parse(text string) (Expr, error) {
	p := &parser{text: text}
	if len(text) > maxQuestion {
		return nil, fault(maxQuestion, len(text)-maxQuestion, "the question is longer than 64 KiB")
	}
	p.skipBlanks()
	if p.pos == len(text) {
		return nil, fault(0, 0, "the question is empty; * asks for every record")
	}
	e, err := p.question()
	if err != nil {
		return nil, err
	}
	if p.pos < len(text) {
		return nil, fault(p.pos, 1, "this parenthesis closes none")
	}
	return e, nil
}

type parser struct {
	text  string
	pos   int
	depth int
	// group is the field before the parenthesis that stands open, or "".
	group string
}

func (p *parser) question() (Expr, error) {
	var of []Expr
	for {
		e, err := p.all()
		if err != nil {
			return nil, err
		}
		of = append(of, e)
		if !p.takeWord("OR") {
			break
		}
	}
	return combine(of, flattenOr, func(of []Expr) Expr { return &Or{of} }), nil
}

func (p *parser) all() (Expr, error) {
	var of []Expr
	for {
		e, err := p.not()
		if err != nil {
			return nil, err
		}
		of = append(of, e)
		if p.takeWord("AND") {
			continue
		}
		if p.pos == len(p.text) || p.text[p.pos] == ')' || p.atWord("OR") {
			break
		}
	}
	return combine(of, flattenAnd, func(of []Expr) Expr { return &And{of} }), nil
}

func (p *parser) not() (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fault(p.pos, 1, "the question nests too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.takeWord("NOT"):
		e, err := p.not()
		if err != nil {
			return nil, err
		}
		return &Not{e}, nil
	case p.pos == len(p.text):
		return nil, fault(p.pos, 0, "something to look for is missing here")
	case p.text[p.pos] == '(':
		return p.brackets()
	case p.text[p.pos] == ')':
		return nil, fault(p.pos, 1, "something to look for is missing before this parenthesis")
	case p.atWord("AND"), p.atWord("OR"):
		return nil, fault(p.pos, len("OR"), "something to look for is missing before this; in quotes it is a word like any other")
	}
	return p.term()
}

func (p *parser) brackets() (Expr, error) {
	open := p.pos
	p.pos++
	p.skipBlanks()
	e, err := p.question()
	if err != nil {
		return nil, err
	}
	if p.pos == len(p.text) {
		return nil, fault(open, 1, "this parenthesis is never closed")
	}
	p.pos++
	p.skipBlanks()
	return e, nil
}

// term reads [field:]value and the blanks after it.
func (p *parser) term() (Expr, error) {
	name, field := p.fieldName(), p.group
	if name != "" {
		f := fieldNamed(name)
		if f == nil {
			e := fault(p.pos, len(name), "there is no such field; a text that holds a colon goes in quotes")
			e.Near = nearestField(name)
			return nil, e
		}
		if p.group != "" {
			return nil, fault(p.pos, len(name), "the parentheses belong to a field already")
		}
		field = f.name
		p.pos += len(name) + 1
		if strings.HasPrefix(p.text[p.pos:], "(") {
			p.group = field
			e, err := p.brackets()
			p.group = ""
			return e, err
		}
	}
	if field == "" && p.text[p.pos] == '*' && p.endsAt(p.pos+1) {
		p.pos++
		p.skipBlanks()
		return All{}, nil
	}
	t := &Term{Field: field, Offset: p.pos}
	if field == "" {
		t.Field = textField
	}
	err := p.value(t, field == "")
	if err != nil {
		return nil, err
	}
	t.Length = p.pos - t.Offset
	if !p.endsAt(p.pos) {
		return nil, fault(p.pos, 1, `a value that holds quotes or parentheses goes in quotes, with \ before a quote`)
	}
	p.skipBlanks()
	return t, nil
}

// fieldName gives the name before the colon, if the text goes on with one.
func (p *parser) fieldName() string {
	rest := p.text[p.pos:]
	for i := range len(rest) {
		switch c := rest[i]; {
		case c == ':':
			return rest[:i]
		case c >= utf8.RuneSelf, c == '.', c == '_', c == '-', classes[c] != separator:
		default:
			return ""
		}
	}
	return ""
}

// atWord says whether the text goes on with this keyword.
func (p *parser) atWord(word string) bool {
	rest, ok := strings.CutPrefix(p.text[p.pos:], word)
	return ok && (rest == "" || rest[0] == '(' || rest[0] == ')' || startsBlank(rest))
}

// takeWord passes over this keyword and the blanks after it, if the text goes on with
// it.
func (p *parser) takeWord(word string) bool {
	if !p.atWord(word) {
		return false
	}
	p.pos += len(word)
	p.skipBlanks()
	return true
}

// endsAt says whether a term may end at pos.
func (p *parser) endsAt(pos int) bool {
	return pos == len(p.text) || p.text[pos] == ')' || startsBlank(p.text[pos:])
}

func (p *parser) skipBlanks() {
	for p.pos < len(p.text) {
		n := blank(p.text[p.pos:])
		if n == 0 {
			return
		}
		p.pos += n
	}
}

func flattenAnd(e Expr) []Expr {
	if a, ok := e.(*And); ok {
		return a.Of
	}
	return []Expr{e}
}

func flattenOr(e Expr) []Expr {
	if o, ok := e.(*Or); ok {
		return o.Of
	}
	return []Expr{e}
}

// combine makes one condition of several: what is of the same kind is taken apart, and
// what reads alike counts once.
func combine(of []Expr, flatten func(Expr) []Expr, make func([]Expr) Expr) Expr {
	var flat []Expr
	seen := map[string]bool{}
	for _, e := range of {
		for _, c := range flatten(e) {
			if s := c.String(); !seen[s] {
				seen[s] = true
				flat = append(flat, c)
			}
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return make(flat)
}
