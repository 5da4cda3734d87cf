package scan

import "bytes"

// startTag reads the start tag at p; it says whether there is one to give.
func (s *Scanner) startTag(p int) bool {
	doc := s.doc
	end := nameStop(doc, p+1)
	s.Off, s.Attrs, s.Empty, s.prefixed = p, s.Attrs[:0], false, false
	s.Element = Element(elements.find(doc[p+1 : end]))
	if s.Element == OtherElement && !s.otherElement(p, end) {
		return false
	}
	if s.rooted && len(s.open) == 0 {
		s.fault(SecondRoot, p, end)
		s.stop()
		return false
	}
	if len(s.open) == MaxDepth {
		s.fault(TooDeep, p, end)
		s.stop()
		return false
	}
	s.rooted = true
	s.open = append(s.open, openElement{name: s.Element, off: p + 1, end: end, bindings: len(s.bindings)})
	s.pos = s.attributes(end)
	s.End = s.pos
	if s.prefixed {
		s.resolve(p+1, end)
	}
	s.nameEnd, s.inForce = end, len(s.bindings)
	if s.Empty {
		s.pop()
	}
	return true
}

// otherElement looks at the name of an element that is none of the vocabulary, or
// one with a prefix. It says whether the tag can be read at all; if not, the scan
// goes on behind it.
func (s *Scanner) otherElement(p, end int) bool {
	name := s.doc[p+1 : end]
	prefix, local, ok := splitName(name)
	if !ok {
		s.fault(BadTag, p, max(end, p+1))
		next := bytes.IndexByte(s.doc[p+1:], '<')
		if next < 0 {
			s.pos = len(s.doc)
		} else {
			s.pos = p + 1 + next
		}
		return false
	}
	if prefix != nil {
		s.prefixed = true
		s.Element = Element(elements.find(local))
	}
	return true
}

// pop closes the innermost element.
func (s *Scanner) pop() {
	last := len(s.open) - 1
	s.bindings = s.bindings[:s.open[last].bindings]
	s.open = s.open[:last]
}

// attributes reads the attributes from p on to the end of the tag and gives the
// position behind it.
func (s *Scanner) attributes(p int) int {
	doc := s.doc
	known, others := uint64(0), 0
	for {
		q := p
		if q < len(doc) && doc[q] == ' ' {
			q++
		}
		if q < len(doc) && doc[q] <= ' ' {
			q = skipBlank(doc, q)
		}
		if q == len(doc) {
			s.fault(BadTag, s.Off, q)
			return q
		}
		switch c := doc[q]; {
		case c == '>':
			return q + 1
		case c == '/' && q+1 < len(doc) && doc[q+1] == '>':
			s.Empty = true
			return q + 2
		case c == '<':
			s.fault(BadTag, s.Off, q)
			return q
		case q == p:
			s.fault(MissingSpace, q, q+1)
		}
		n := len(s.Attrs)
		if n == MaxAttributes {
			s.fault(TooManyAttributes, q, q+1)
			return s.skipTag(q)
		}
		if n == cap(s.Attrs) {
			s.Attrs = append(s.Attrs, Attr{})[:n]
		}
		a := &s.Attrs[:n+1][n]
		var ok bool
		if p, ok = s.attribute(a, q); !ok {
			return p
		}
		switch bit := uint64(1) << a.Name; {
		case a.Name == OtherAttribute, a.Name == Hint:
			others++
			if s.duplicate(a, others) {
				continue
			}
		case known&bit != 0:
			s.fault(DuplicateAttribute, a.NameOff, a.NameEnd)
			continue
		default:
			known |= bit
		}
		s.Attrs = s.Attrs[:n+1]
	}
}

// attribute reads the attribute at p into a. ok is false where the tag can't be read
// on from it: next is where the scan goes on.
func (s *Scanner) attribute(a *Attr, p int) (next int, ok bool) {
	doc := s.doc
	end := nameStop(doc, p)
	a.NameOff, a.NameEnd = p, end
	a.Name = Attribute(attributes.find(doc[p:end]))
	if a.Name == OtherAttribute && !s.otherAttribute(a) {
		s.fault(BadAttribute, p, max(end, p+1))
		return s.skipTag(p), false
	}
	if end = s.quoted(end); end < 0 {
		s.fault(BadAttribute, p, -end)
		return s.skipTag(-end), false
	}
	a.Off = end + 1
	if a.End = s.valueEnd(a.Off, doc[end]); a.End < 0 {
		s.fault(BadAttribute, p, len(doc))
		return len(doc), false
	}
	return a.End + 1, true
}

// quoted gives where the quote stands that begins the value of the attribute whose
// name ends at p; where none does, the negative of where something else stands.
func (s *Scanner) quoted(p int) int {
	doc := s.doc
	if p+1 < len(doc) && doc[p] == '=' && (doc[p+1] == '"' || doc[p+1] == '\'') {
		return p + 1
	}
	if p = skipBlank(doc, p); p == len(doc) || doc[p] != '=' {
		return -p
	}
	if p = skipBlank(doc, p+1); p == len(doc) || doc[p] != '"' && doc[p] != '\'' {
		return -p
	}
	return p
}

// skipTag gives the position behind the tag that p is in: past the next >, or at
// the next <.
func (s *Scanner) skipTag(p int) int {
	if i := bytes.IndexAny(s.doc[p:], "<>"); i >= 0 {
		if s.doc[p+i] == '>' {
			s.Empty = i > 0 && s.doc[p+i-1] == '/'
			i++
		}
		return p + i
	}
	return len(s.doc)
}

// endTag reads the end tag at p; it says whether it closes an element.
func (s *Scanner) endTag(p int) bool {
	doc := s.doc
	if len(s.open) > 0 {
		e := &s.open[len(s.open)-1]
		if end := p + 2 + e.end - e.off; end < len(doc) && doc[end] == '>' &&
			string(doc[p+2:end]) == string(doc[e.off:e.end]) {
			s.Off, s.End, s.pos, s.Element = p, end+1, end+1, e.name
			s.pop()
			return true
		}
	}
	return s.oddEndTag(p)
}

// oddEndTag reads an end tag with white space in it, or one that does not match the
// innermost element. One that matches another open element closes all within it.
func (s *Scanner) oddEndTag(p int) bool {
	doc := s.doc
	nameEnd := nameStop(doc, p+2)
	end := skipBlank(doc, nameEnd)
	switch {
	case end == len(doc):
		s.fault(BadTag, p, end)
		s.pos = end
		return false
	case doc[end] != '>':
		s.fault(BadTag, p, end)
		s.pos = s.skipTag(end)
	default:
		s.pos = end + 1
	}
	name := doc[p+2 : nameEnd]
	for i := len(s.open) - 1; i >= 0; i-- {
		e := s.open[i]
		if string(doc[e.off:e.end]) != string(name) {
			continue
		}
		if i < len(s.open)-1 {
			s.fault(MismatchedEndTag, p, nameEnd)
		}
		for len(s.open) > i {
			s.pop()
		}
		s.Off, s.End, s.Element = p, s.pos, e.name
		return true
	}
	s.fault(MismatchedEndTag, p, nameEnd)
	return false
}
