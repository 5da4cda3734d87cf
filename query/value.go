package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// value reads what stands after a field's colon, or bare, into t.
func (p *parser) value(t *Term, bare bool) error {
	if p.endsAt(p.pos) {
		return fault(p.pos, 0, "a value is missing after the colon")
	}
	if !bare {
		if p.text[p.pos] == '*' && p.endsAt(p.pos+1) {
			t.Op = Exists
			p.pos++
			return nil
		}
		if p.text[p.pos] == '[' {
			if ok, err := p.between(t); ok || err != nil {
				return err
			}
		}
	}
	t.Op = p.mark(bare)
	start := p.pos
	w, err := p.word(bare, false)
	if err != nil {
		return err
	}
	t.Value = w.text
	switch {
	case w.star && t.Op != Is:
		return fault(start, p.pos-start, "an asterisk goes with neither a comparison nor ~")
	case w.star && w.text == "":
		t.Op = Exists
	case w.star:
		t.Op = Prefix
	case w.text == "":
		return fault(start, p.pos-start, "the value is empty")
	}
	return nil
}

// mark passes over the sign before a word that says how it compares.
func (p *parser) mark(bare bool) Op {
	for _, op := range [...]Op{Fuzzy, AtMost, Less, AtLeast, More} {
		if bare && op != Fuzzy {
			break
		}
		if strings.HasPrefix(p.text[p.pos:], marks[op]) {
			p.pos += len(marks[op])
			return op
		}
	}
	return Is
}

// between reads [a TO b]. It is not ok where no blank stands before the closing bracket:
// then it is a value that starts with a bracket, such as an IPv6 address.
func (p *parser) between(t *Term) (ok bool, err error) {
	open := p.pos
	if !hasBlankInside(p.text[open:]) {
		return false, nil
	}
	p.pos++
	low, err := p.bound()
	if err != nil {
		return false, err
	}
	if !p.takeWord("TO") {
		return false, fault(open, p.pos-open, "a range reads [a TO b]; a value that starts with a bracket goes in quotes")
	}
	high, err := p.bound()
	if err != nil {
		return false, err
	}
	if p.pos == len(p.text) || p.text[p.pos] != ']' {
		return false, fault(open, p.pos-open, "a range reads [a TO b]: its closing bracket is missing")
	}
	p.pos++
	t.Op, t.Value, t.High = Between, low, high
	if low == "" && high == "" {
		t.Op = Exists
	}
	return true, nil
}

// hasBlankInside says whether a blank outside quotes stands before the first closing
// bracket outside quotes.
func hasBlankInside(s string) bool {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ']':
			return false
		case startsBlank(s[i:]):
			return true
		}
	}
	return false
}

// bound reads one end of a range, "" for *, and the blanks around it.
func (p *parser) bound() (string, error) {
	p.skipBlanks()
	start := p.pos
	w, err := p.word(false, true)
	if err != nil {
		return "", err
	}
	if w.star != (w.text == "") {
		return "", fault(start, p.pos-start, "a range's bound is a value, or an asterisk alone for none")
	}
	p.skipBlanks()
	return w.text, nil
}

// word is a value with quotes and escapes resolved.
type word struct {
	text string
	star bool // an asterisk with its meaning stood at the end
}

// word reads a word, in quotes or not, up to where it can't go on. In a range it ends
// at the closing bracket too.
func (p *parser) word(bare, ranged bool) (word, error) {
	if strings.HasPrefix(p.text[p.pos:], `"`) {
		return p.quoted()
	}
	var b strings.Builder
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '\\':
			if err := p.escape(&b); err != nil {
				return word{}, err
			}
		case c == '(' || c == ')' || c == '"' || ranged && c == ']' || startsBlank(p.text[p.pos:]):
			return word{text: b.String()}, nil
		case c == '*':
			p.pos++
			if p.endsAt(p.pos) || ranged && p.text[p.pos] == ']' {
				return word{b.String(), true}, nil
			}
			return word{}, fault(p.pos-1, 1, `an asterisk has a meaning only at a value's end; write \* for the character`)
		case bare && c == ':':
			return word{}, fault(p.pos, 1, "a text that holds a colon goes in quotes")
		default:
			b.WriteByte(c)
			p.pos++
		}
	}
	return word{text: b.String()}, nil
}

func (p *parser) quoted() (word, error) {
	open := p.pos
	p.pos++
	var b strings.Builder
	star := false
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		if c == '"' {
			break
		}
		if star {
			b.WriteByte('*')
		}
		star = c == '*'
		switch {
		case c == '\\':
			if err := p.escape(&b); err != nil {
				return word{}, err
			}
			continue
		case !star:
			b.WriteByte(c)
		}
		p.pos++
	}
	if p.pos == len(p.text) {
		return word{}, fault(open, 1, "this quote is never closed")
	}
	p.pos++
	if !star && strings.HasPrefix(p.text[p.pos:], "*") {
		star = true
		p.pos++
	}
	return word{b.String(), star}, nil
}

// escape reads a backslash and the character that it takes the meaning from.
func (p *parser) escape(b *strings.Builder) error {
	if p.pos+1 == len(p.text) {
		return fault(p.pos, 1, `a character is missing after this backslash; write \\ for a backslash`)
	}
	_, size := utf8.DecodeRuneInString(p.text[p.pos+1:])
	b.WriteString(p.text[p.pos+1 : p.pos+1+size])
	p.pos += 1 + size
	return nil
}

// blank is the length of the blank that s starts with, 0 where it starts with none.
func blank(s string) int {
	if r, size := utf8.DecodeRuneInString(s); unicode.IsSpace(r) {
		return size
	}
	return 0
}

func startsBlank(s string) bool { return s != "" && blank(s) > 0 }
