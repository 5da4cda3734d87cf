package scan

import "bytes"

// valueEnd gives where the attribute's value ends that begins at p, between quotes q. It
// is -1 where the document ends before.
func (s *Scanner) valueEnd(p int, q byte) int {
	for {
		if p = valueStop(s.doc, p, q); p == len(s.doc) {
			return -1
		}
		switch s.doc[p] {
		case q:
			return p
		case '<':
			s.fault(LessThanInValue, p, p+1)
			p++
		default:
			p = s.special(p)
		}
	}
}

// textEnd gives where the text ends that begins at p: at the next tag, else with the
// document.
func (s *Scanner) textEnd(p int) int {
	doc := s.doc
	for {
		if p = textStop(doc, p); p == len(doc) || doc[p] == '<' {
			return p
		}
		if doc[p] != ']' {
			p = s.special(p)
			continue
		}
		if bytes.HasPrefix(doc[p:], []byte("]]>")) {
			s.fault(CDATAEndInText, p, p+3)
		}
		p++
	}
}

// ResetValues starts anew with a document of which only values are to be read, by Value
// and Run, since what stands between them is known.
func (s *Scanner) ResetValues(doc []byte) {
	*s = Scanner{
		doc: doc, pos: len(doc), names: s.names, Attrs: s.Attrs[:0],
		Faults: s.Faults[:0], open: s.open[:0], bindings: s.bindings[:0],
	}
}

// Value gives where the attribute's value ends that begins at p, between quotes q. It is
// -1 where the document ends before. What is wrong with it is in Faults.
func (s *Scanner) Value(p int, q byte) int { return s.valueEnd(p, q) }

// Run gives where a run of text ends that begins at p, the white space before the next
// tag included. It is -1 where no tag follows, or white space or a tag stands at p. What is
// wrong with it is in Faults.
func (s *Scanner) Run(p int) int {
	if p == len(s.doc) || isBlank(s.doc[p]) {
		return -1
	}
	end := s.textEnd(p)
	if end == p || end == len(s.doc) {
		return -1
	}
	return end
}
