package scan

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens.
const (
	// EOF: the document has ended, or nothing after a fault can be read.
	EOF Kind = iota
	// Start: a start tag or an empty-element tag. Element, Attrs and Empty are set,
	// Off and End bound the tag.
	Start
	// End: an end tag. Element is the one that it closes.
	End
	// Text: a run of text that is not blank. Element is the one that it stands in,
	// Off and End bound it without the white space around it; CDATA says that it is
	// a CDATA section's content.
	Text
)

// Attr is an attribute of a start tag.
type Attr struct {
	Name Attribute
	// NameOff and NameEnd bound the name as written, Off and End the value between
	// its quotes.
	NameOff, NameEnd, Off, End int
}

// Scanner reads one document after the other. The zero value is ready for Reset. One
// goroutine uses it at a time.
type Scanner struct {
	Element  Element
	Off, End int
	Attrs    []Attr
	// Empty says that the tag is an empty-element tag: no End token follows.
	Empty bool
	CDATA bool
	// Faults are what was found so far, in document order, at most MaxFaults.
	Faults []Fault

	doc      []byte
	pos      int
	open     []openElement
	bindings []binding
	names    nameSet
	encoding []byte

	comments, instructions ending

	// nameEnd and inForce are where the last start tag's name ends and how many namespace
	// bindings it is under, which an empty-element tag takes away again.
	nameEnd, inForce int

	rooted    bool // the root element's start tag was read
	finished  bool // EOF was given
	malformed bool
	wide      bool
	prefixed  bool // the tag has a colon or a namespace declaration in it
}

// openElement is an element whose end tag is still to come.
type openElement struct {
	name     Element
	off, end int // its qualified name
	bindings int // how many namespace bindings there were before it
}

// Reset starts anew with the document that stands in doc from position from on.
// Offsets are positions in doc, which must not change while it is read.
func (s *Scanner) Reset(doc []byte, from int) {
	*s = Scanner{
		doc: doc, pos: from, names: s.names, Attrs: s.Attrs[:0],
		Faults: s.Faults[:0], open: s.open[:0], bindings: s.bindings[:0],
	}
	s.prolog()
}

// Malformed says whether a fault was found so far that is no note.
func (s *Scanner) Malformed() bool { return s.malformed }

// Wide says whether a character beyond ASCII was found so far.
func (s *Scanner) Wide() bool { return s.wide }

// Encoding is the encoding that the XML declaration names, empty if none.
func (s *Scanner) Encoding() []byte { return s.encoding }

// Depth is how many elements are open. After a Start token that is not Empty, it
// counts that element.
func (s *Scanner) Depth() int { return len(s.open) }

// Next moves to the next token and gives its kind.
func (s *Scanner) Next() Kind {
	for s.pos < len(s.doc) && !s.finished {
		p := s.pos
		if s.doc[p] != '<' {
			if s.text(p) {
				return Text
			}
			continue
		}
		next := byte(0)
		if p+1 < len(s.doc) {
			next = s.doc[p+1]
		}
		switch next {
		case '/':
			if s.endTag(p) {
				return End
			}
		case '!':
			if s.markup(p) {
				return Text
			}
		case '?':
			s.instruction(p)
		default:
			if s.startTag(p) {
				return Start
			}
		}
	}
	s.finish()
	return EOF
}

// finish looks for what is missing at the end.
func (s *Scanner) finish() {
	if s.finished {
		return
	}
	s.finished = true
	switch {
	case !s.rooted:
		s.fault(NoRoot, s.pos, s.pos)
	case len(s.open) > 0:
		s.fault(Unterminated, len(s.doc), len(s.doc))
	}
}

// stop ends the scan before the document does.
func (s *Scanner) stop() {
	s.pos = len(s.doc)
	s.finished = true
}

// text reads text up to the next tag; it says whether there is any to give.
func (s *Scanner) text(p int) bool {
	doc := s.doc
	off := skipBlank(doc, p)
	if off == len(doc) || doc[off] == '<' {
		s.pos = off
		return false
	}
	p = s.textEnd(off)
	s.pos = p
	if len(s.open) == 0 {
		s.fault(TextOutsideRoot, off, p)
		if s.rooted {
			s.stop()
		}
		return false
	}
	s.giveText(off, p, false)
	return true
}

// giveText makes doc[off:end], which is not blank, the token.
func (s *Scanner) giveText(off, end int, cdata bool) {
	for isBlank(s.doc[end-1]) {
		end--
	}
	s.Off, s.End, s.CDATA = off, end, cdata
	s.Element = s.open[len(s.open)-1].name
}
