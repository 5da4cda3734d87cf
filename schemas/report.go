package schemas

import (
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// MaxFaults is the most faults that are reported of one document, and the most findings that
// are kept of one message.
const MaxFaults = 50

// Span is a place in a document: the bytes from Off to End.
type Span struct{ Off, End int }

// AttributeText is an attribute as it stands in a document.
type AttributeText struct {
	Doc []byte
	// NameOff and NameEnd bound the name, Off and End the value between its quotes.
	NameOff, NameEnd, Off, End int
}

// Name is the name as written.
func (a *AttributeText) Name() []byte { return a.Doc[a.NameOff:a.NameEnd] }

// Raw is the value as written.
func (a *AttributeText) Raw() []byte { return a.Doc[a.Off:a.End] }

// Value is where the value stands.
func (a *AttributeText) Value() Span { return Span{a.Off, a.End} }

// At is where the attribute stands, its closing quote included.
func (a *AttributeText) At() Span { return Span{a.NameOff, a.End + 1} }

// Fault is one way in which a document breaks a grammar.
type Fault struct {
	// Code is stable; docs/findings.md lists the codes.
	Code string
	// Path leads to what is wrong: "/AuditMessage/ActiveParticipant[2]/@UserID". What is
	// missing has the path that it would have.
	Path string
	At   Span
	// Expected says what the grammar or the rule wants there, Clause where it is written.
	Expected, Clause string
}

// Reporter follows the elements and attributes of one document as Validator does, but
// goes on behind a fault and says of each what it is: there are faults if and only if
// the document is not valid. One fault is reported once: an element that is out of place
// is not missed as well, and what an unknown element holds is passed over.
//
// It is for documents that are known to have faults, and allocates.
type Reporter struct {
	// Faults are in no order. With MaxFaults the rest of the document is not looked at.
	Faults []Fault
	// Marks are the grammars whose senders' marks were met.
	Marks Marks
	// Blank, if not nil, says of the value that begins at off, of datatype t, whether it is
	// a blank of a skeleton: it is not judged then.
	Blank func(off int, t Type) bool

	clause  string
	root    *content
	open    []place
	skipped int // elements open within an unknown one, itself included
	// namespaced says that the root is in a namespace, which is one fault.
	namespaced bool
}

// place is an element that is open.
type place struct {
	content  *content
	element  Element
	name     string
	nth      int
	at       Span // its start tag
	seen     uint64
	count    map[string]int // its children, by name
	children []child
	// uncompared is the first child that is not compared, if there is one.
	uncompared Span
	// state is where the children led; broken that the content model does not take them.
	state  uint8
	broken bool
}

// child is an element whose place among its siblings is to be judged.
type child struct {
	element Element
	nth     int
	at      Span
}

// maxNames bounds how many different names of siblings are counted.
const maxNames = 256

// Reset starts anew with grammar g.
func (r *Reporter) Reset(g Grammar) {
	*r = Reporter{Faults: r.Faults[:0], Blank: r.Blank, clause: g.Clause(), root: &grammars[g][0], open: r.open[:0]}
}

func (r *Reporter) add(code, path string, at Span, expected string) {
	if r.wants() {
		r.Faults = append(r.Faults, Fault{code, path, at, expected, r.clause})
	}
}

// wants says whether more faults would be kept.
func (r *Reporter) wants() bool { return len(r.Faults) < MaxFaults }

func (r *Reporter) top() *place { return &r.open[len(r.open)-1] }

// Path leads to the innermost element that is open, one that is passed over aside.
func (r *Reporter) Path() string {
	path := ""
	for i := range r.open {
		path += "/" + numbered(r.open[i].name, r.open[i].nth)
	}
	return path
}

// maxPathName bounds a name in a path. No grammar has one as long, and a path is kept of each
// fault.
const maxPathName = 128

// PathName is a name as it stands in a path: one that is very long is cut.
func PathName(name []byte) string {
	if len(name) <= maxPathName {
		return string(name)
	}
	end := maxPathName
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return string(name[:end]) + "…"
}

func numbered(name string, nth int) string {
	if nth > 1 {
		name += "[" + strconv.Itoa(nth) + "]"
	}
	return name
}

// Start takes a start tag: e is its local name, tag the name as written. Opened must
// follow behind its attributes. It goes on until the faults are too many.
func (r *Reporter) Start(e Element, tag []byte, namespaced bool, at Span) bool {
	switch {
	case r.skipped > 0:
		r.skipped++
	case len(r.open) > 0:
		r.child(e, tag, namespaced, at)
	case e != r.root.element:
		r.add("unknown-root", "/"+PathName(tag), at, r.root.element.String())
		r.skipped++
	default:
		r.namespaced = namespaced
		r.open = append(r.open, place{content: r.root, element: e, name: PathName(tag), at: at})
		if namespaced {
			r.add("namespaced", r.Path(), at, "no namespace")
		}
	}
	return r.wants()
}

// child opens a child of the innermost element.
func (r *Reporter) child(e Element, tag []byte, namespaced bool, at Span) {
	p := r.top()
	r.Marks |= MarksOf(p.element, e)
	nth, name := p.nextOf(string(tag)), PathName(tag)
	c := p.content.children[e]
	if c == nil || namespaced && !r.namespaced {
		r.add("unknown-element", r.Path()+"/"+numbered(name, nth), at, p.expected())
		r.skipped++
		return
	}
	p.follow(e, nth, at)
	r.open = append(r.open, place{content: c, element: e, name: name, nth: nth, at: at})
}

// nextOf counts one more child of the given name.
func (p *place) nextOf(name string) int {
	if p.count == nil {
		p.count = map[string]int{}
	}
	if p.count[name] > 0 || len(p.count) < maxNames {
		p.count[name]++
	}
	return p.count[name]
}

// follow takes a child in.
func (p *place) follow(e Element, nth int, at Span) {
	switch {
	case len(p.children) < MaxCompared:
		p.children = append(p.children, child{e, nth, at})
	case p.uncompared.End == 0:
		p.uncompared = at
	}
	if p.broken {
		return
	}
	if next := p.content.states[p.state].next[e]; next == 0 {
		p.broken = true
	} else {
		p.state = next - 1
	}
}

// expected says what may come next.
func (p *place) expected() string {
	return p.content.expectedAt(int(p.state))
}

// Attribute takes an attribute of the start tag. It goes on until the faults are too many.
func (r *Reporter) Attribute(a Attribute, text *AttributeText) bool {
	if r.skipped > 0 {
		return r.wants()
	}
	p := r.top()
	r.Marks |= MarksOfAttribute(p.element, a)
	t := p.content.attributes[a]
	if t == 0 {
		r.add("unknown-attribute", r.Path()+"/@"+PathName(text.Name()), text.At(), p.content.attributeNames())
		return r.wants()
	}
	p.seen |= 1 << a
	if !r.blank(text.Value(), t) && !t.Accepts(text.Raw()) {
		r.add(t.fault(), r.Path()+"/@"+PathName(text.Name()), text.Value(), t.expected())
	}
	return r.wants()
}

// blank says whether a value is not judged.
func (r *Reporter) blank(value Span, t Type) bool {
	return t.Any() || r.Blank != nil && r.Blank(value.Off, t)
}

// Opened ends a start tag. It goes on until the faults are too many.
func (r *Reporter) Opened() bool {
	if r.skipped > 0 {
		return r.wants()
	}
	p := r.top()
	missing := p.content.missing(p.seen)
	for a := range NumAttributes {
		if missing>>a&1 != 0 {
			r.add("missing-attribute", r.Path()+"/@"+a.String(), p.at, a.String()+" with "+p.content.attributes[a].expected())
		}
	}
	if missing == 0 && !p.content.allows(p.seen) {
		r.add("unknown-attribute", r.Path(), p.at, p.content.attributeNames())
	}
	return r.wants()
}

func (c *content) allows(seen uint64) bool {
	for _, s := range c.sets {
		if seen&s.required == s.required && seen&^s.allowed == 0 {
			return true
		}
	}
	return false
}

// missing gives the attributes that the nearest set of attributes lacks.
func (c *content) missing(seen uint64) (missing uint64) {
	best := 1 << 10
	for _, s := range c.sets {
		lacks, more := s.required&^seen, seen&^s.allowed
		// What is there was meant: to leave it out costs more than to add what it takes.
		if cost := bits.OnesCount64(lacks) + 3*bits.OnesCount64(more); cost < best {
			best, missing = cost, lacks
		}
	}
	return missing
}

// Text is the datatype of the innermost element's text, 0 if it may have none. In an
// element that is passed over, everything may be.
func (r *Reporter) Text() Type {
	if r.skipped > 0 {
		return anyText
	}
	return r.top().content.text
}

// Content takes what the text of the innermost element says, which has a datatype. It goes
// on until the faults are too many.
func (r *Reporter) Content(text []byte, at Span) bool {
	if r.skipped > 0 {
		return r.wants()
	}
	if t := r.top().content.text; !r.blank(at, t) && !t.Valid(text) {
		r.add(t.fault(), r.Path(), at, t.expected())
	}
	return r.wants()
}

// Stray takes text that stands where none may. It goes on until the faults are too many.
func (r *Reporter) Stray(at Span) bool {
	if r.skipped == 0 {
		r.add("unexpected-text", r.Path(), at, r.top().expected())
	}
	return r.wants()
}

// End takes an end tag; of an empty-element tag, the tag. It goes on until the faults are too many.
func (r *Reporter) End(at Span) bool {
	if r.skipped > 0 {
		r.skipped--
		return r.wants()
	}
	p := r.top()
	if p.broken || !p.content.states[p.state].accepts {
		r.align(p, at)
	}
	*p = place{}
	r.open = r.open[:len(r.open)-1]
	return r.wants()
}
