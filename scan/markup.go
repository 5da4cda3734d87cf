package scan

import "bytes"

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xEF\xBB\xBF"

// prolog reads what may stand before the first tag: a byte order mark, white space
// that has no business there, and the XML declaration (XML 1.0 §2.8).
func (s *Scanner) prolog() {
	marks := 0
	for {
		p := skipBlank(s.doc, s.pos)
		rest := s.doc[p:]
		switch {
		case bytes.HasPrefix(rest, []byte(byteOrderMark)):
			if marks++; marks > 1 {
				s.fault(SecondByteOrderMark, p, p+3)
			} else if p > s.pos {
				s.fault(SpacedByteOrder, s.pos, p)
			}
			s.pos = p + 3
			continue
		case len(rest) > 5 && string(rest[:5]) == "<?xml" && isBlank(rest[5]):
			if p > s.pos {
				s.fault(LeadingSpace, s.pos, p)
			}
			s.declaration(p)
		}
		return
	}
}

// declaration reads the XML declaration at p.
func (s *Scanner) declaration(p int) {
	end := bytes.Index(s.doc[p:], []byte("?>"))
	if end < 0 {
		s.fault(BadDeclaration, p, len(s.doc))
		s.pos = p + len("<?xml")
		return
	}
	end += p
	s.pos = end + 2
	d := declaration{doc: s.doc[:end], pos: p + len("<?xml")}
	version, ok := d.pseudo("version")
	ok = ok && len(version) > 2 && string(version[:2]) == "1." && digits(version[2:])
	if enc, has := d.pseudo("encoding"); has {
		ok = ok && encodingName(enc)
		s.encoding = enc
	}
	if alone, has := d.pseudo("standalone"); has {
		ok = ok && (string(alone) == "yes" || string(alone) == "no")
	}
	if !ok || skipBlank(d.doc, d.pos) != end {
		s.fault(BadDeclaration, p, end+2)
	}
}

// declaration is a reader of an XML declaration's pseudo-attributes.
type declaration struct {
	doc []byte
	pos int
}

// pseudo reads the pseudo-attribute of the given name, if it is the next.
func (d *declaration) pseudo(name string) (value []byte, ok bool) {
	p := skipBlank(d.doc, d.pos)
	if p == d.pos || !bytes.HasPrefix(d.doc[p:], []byte(name)) {
		return nil, false
	}
	if p = skipBlank(d.doc, p+len(name)); p == len(d.doc) || d.doc[p] != '=' {
		return nil, false
	}
	if p = skipBlank(d.doc, p+1); p == len(d.doc) || d.doc[p] != '"' && d.doc[p] != '\'' {
		return nil, false
	}
	end := bytes.IndexByte(d.doc[p+1:], d.doc[p])
	if end < 0 {
		return nil, false
	}
	d.pos = p + 1 + end + 1
	return d.doc[p+1 : p+1+end], true
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// encodingName says whether b has the form of XML 1.0 §4.3.3's production 81.
func encodingName(b []byte) bool {
	for i, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return len(b) > 0
}

// ending looks for one kind of end mark. Where there is none, there is none further
// on: it looks through a document once, however many beginnings that has.
type ending struct{ none bool }

// find gives where the next mark from p on stands, -1 if nowhere.
func (e *ending) find(doc []byte, p int, mark string) int {
	if e.none {
		return -1
	}
	i := bytes.Index(doc[p:], []byte(mark))
	if i < 0 {
		e.none = true
		return -1
	}
	return p + i
}

// instruction reads the processing instruction at p (XML 1.0 §2.6).
func (s *Scanner) instruction(p int) {
	end := s.instructions.find(s.doc, p+2, "?>")
	if end < 0 {
		s.fault(BadInstruction, p, len(s.doc))
		s.pos = s.next(p + 1)
		return
	}
	s.pos = end + 2
	target := s.doc[p+2 : min(nameStop(s.doc, p+2), end)]
	switch {
	case bytes.EqualFold(target, []byte("xml")):
		s.fault(BadDeclaration, p, end+2)
	case !isNCName(target):
		s.fault(BadInstruction, p, end+2)
	}
	if after := p + 2 + len(target); after < end && !isBlank(s.doc[after]) {
		s.fault(BadInstruction, p, end+2)
	}
	s.checkChars(p+2, end)
}

// next gives the position of the next tag from p on.
func (s *Scanner) next(p int) int {
	if i := bytes.IndexByte(s.doc[p:], '<'); i >= 0 {
		return p + i
	}
	return len(s.doc)
}

// markup reads what begins with <! at p; it says whether it is a CDATA section with
// text to give.
func (s *Scanner) markup(p int) bool {
	rest := s.doc[p:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		s.comment(p)
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.cdata(p)
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		s.doctype(p)
	default:
		s.fault(BadTag, p, p+2)
		s.pos = s.next(p + 1)
	}
	return false
}

// comment reads the comment at p (XML 1.0 §2.5).
func (s *Scanner) comment(p int) {
	from := p + len("<!--")
	end := s.comments.find(s.doc, from, "-->")
	if end < 0 {
		s.fault(BadComment, p, len(s.doc))
		s.pos = s.next(p + 1)
		return
	}
	if at := bytes.Index(s.doc[from:end+2], []byte("--")); from+at < end {
		s.fault(BadComment, p, from+at+2)
	}
	s.checkChars(from, end)
	s.pos = end + 3
}

// cdata reads the CDATA section at p (XML 1.0 §2.7).
func (s *Scanner) cdata(p int) bool {
	from := p + len("<![CDATA[")
	end := bytes.Index(s.doc[from:], []byte("]]>"))
	if end < 0 {
		s.fault(BadCDATA, p, len(s.doc))
		end = len(s.doc)
		s.pos = end
	} else {
		end += from
		s.pos = end + 3
	}
	if len(s.open) == 0 {
		s.fault(BadCDATA, p, s.pos)
		return false
	}
	s.checkChars(from, end)
	off := skipBlank(s.doc[:end], from)
	if off == end {
		return false
	}
	s.giveText(off, end, true)
	return true
}

// doctype passes over the document type declaration at p. One with an internal
// subset could define entities and default attributes: what it means is not read,
// by policy.
func (s *Scanner) doctype(p int) {
	end := p
	for end < len(s.doc) && s.doc[end] != '>' && s.doc[end] != '[' {
		if q := s.doc[end]; q == '"' || q == '\'' {
			quoted := bytes.IndexByte(s.doc[end+1:], q)
			if quoted < 0 {
				break
			}
			end += 1 + quoted
		}
		end++
	}
	switch {
	case end == len(s.doc) || s.doc[end] == '"' || s.doc[end] == '\'':
		s.fault(BadTag, p, len(s.doc))
		s.pos = len(s.doc)
	case s.doc[end] == '[':
		s.fault(Doctype, p, end+1)
		s.pos = s.subsetEnd(end)
	case s.rooted || end-p < len("<!DOCTYPE n") || !isBlank(s.doc[p+len("<!DOCTYPE")]):
		s.fault(BadTag, p, end+1)
		s.pos = end + 1
	default:
		s.fault(DoctypeIgnored, p, end+1)
		s.checkChars(p, end)
		s.pos = end + 1
	}
}

// subsetEnd gives the position behind the internal subset whose bracket stands at
// p: behind the first ] with > after it.
func (s *Scanner) subsetEnd(p int) int {
	for {
		i := bytes.IndexByte(s.doc[p:], ']')
		if i < 0 {
			return len(s.doc)
		}
		p += i + 1
		if end := skipBlank(s.doc, p); end < len(s.doc) && s.doc[end] == '>' {
			return end + 1
		}
	}
}
