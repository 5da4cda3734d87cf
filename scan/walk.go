package scan

import (
	"bytes"

	"arr/audit"
	"arr/schemas"
)

// Visitor takes what an audit message says, in document order. Each method but Text says
// whether to go on. Names and values are as they stand in the document; names are those
// of elements and attributes, namespace declarations left out.
type Visitor interface {
	// Start takes a start tag's name; Opened follows behind its attributes.
	Start(e Element, name []byte, namespaced bool, at schemas.Span) bool
	// Attribute takes an attribute; text is valid until it returns.
	Attribute(a Attribute, text *schemas.AttributeText) bool
	Opened() bool
	// Text is the datatype of the text that the innermost element may have.
	Text() schemas.Type
	// Content takes the text of an element with a datatype that is not for any text, its
	// references resolved, before the element's End.
	Content(text []byte, at schemas.Span) bool
	// Stray takes text in an element that has no datatype.
	Stray(at schemas.Span) bool
	// End takes an end tag, or an empty-element tag once more.
	End(at schemas.Span) bool
}

// walker leads a visitor through a document.
type walker struct {
	*Scanner
	doc  []byte
	to   Visitor
	open []content
	text []byte
	attr schemas.AttributeText
}

// content is the text of an element that is open: where it begins, and its runs.
type content struct {
	from  int
	runs  int
	first schemas.Span
	cdata bool
}

// walk leads to through the document in doc from position from on. Used again, it
// allocates nothing but where a value holds references.
func (w *walker) walk(doc []byte, from int, to Visitor) {
	w.doc, w.to, w.open, w.attr.Doc = doc, to, w.open[:0], doc
	w.Reset(doc, from)
	for {
		ok := true
		switch w.Next() {
		case EOF:
			return
		case Start:
			ok = w.start()
		case Text:
			ok = w.run()
		case End:
			// An end tag that was missing ends with the one around it.
			for ok && len(w.open) > w.Depth() {
				ok = w.end(schemas.Span{Off: w.Off, End: w.End})
			}
		}
		if !ok {
			return
		}
	}
}

func (w *walker) start() bool {
	at := schemas.Span{Off: w.Off, End: w.End}
	if !w.to.Start(w.Element, w.Name(), w.Namespaced(), at) {
		return false
	}
	for i := range w.Attrs {
		a := &w.Attrs[i]
		w.attr.NameOff, w.attr.NameEnd, w.attr.Off, w.attr.End = a.NameOff, a.NameEnd, a.Off, a.End
		attribute := a.Name
		if attribute == Hint || attribute == OtherAttribute {
			if name := w.attr.Name(); attribute == Hint && bytes.HasPrefix(name, []byte("xmlns")) {
				continue
			}
			attribute = w.inNamespace(a)
		}
		if !w.to.Attribute(attribute, &w.attr) {
			return false
		}
	}
	if !w.to.Opened() {
		return false
	}
	if w.Empty {
		if t := w.to.Text(); t != 0 && !t.Any() && !w.to.Content(nil, schemas.Span{Off: w.End, End: w.End}) {
			return false
		}
		return w.to.End(at)
	}
	w.open = append(w.open, content{from: w.End})
	return true
}

// inNamespace gives the attribute of a grammar that a is, which has a prefix; 0 if it is
// none.
func (w *walker) inNamespace(a *Attr) Attribute {
	uri, local := w.attributeName(a)
	prefix := schemas.PrefixOf(uri)
	if prefix == "" {
		return OtherAttribute
	}
	w.text = append(append(append(w.text[:0], prefix...), ':'), local...)
	return Attribute(hints.find(w.text))
}

// run takes a run of text.
func (w *walker) run() bool {
	c := &w.open[len(w.open)-1]
	at := schemas.Span{Off: w.Off, End: w.End}
	switch t := w.to.Text(); {
	case t == 0:
		return !w.CDATA && isBlankReference(w.doc[w.Off:w.End]) || w.to.Stray(at)
	case t.Any():
	default:
		if c.runs++; c.runs == 1 {
			c.first = at
		}
		c.cdata = c.cdata || w.CDATA
	}
	return true
}

// isBlankReference says whether text that is not blank says nothing but white space.
func isBlankReference(raw []byte) bool {
	if len(raw) > 64 || raw[0] != '&' {
		return false
	}
	text := audit.AppendUnescaped(nil, raw)
	return skipBlank(text, 0) == len(text)
}

// end ends the innermost element, at its end tag or empty-element tag.
func (w *walker) end(tag schemas.Span) bool {
	c := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	if t := w.to.Text(); t != 0 && !t.Any() {
		at, text := c.first, w.doc[c.first.Off:c.first.End]
		switch {
		case c.runs == 0:
			at = schemas.Span{Off: min(c.from, tag.Off), End: min(c.from, tag.Off)}
		case c.runs > 1 || c.cdata:
			at.End = max(at.End, tag.Off)
			w.text = appendContent(w.text[:0], w.doc[c.from:max(c.from, tag.Off)])
			text = w.text
		case bytes.IndexByte(text, '&') >= 0:
			w.text = audit.AppendUnescaped(w.text[:0], text)
			text = w.text
		}
		if !w.to.Content(text, at) {
			return false
		}
	}
	return w.to.End(tag)
}

// appendContent appends what the content of an element says that holds no other elements:
// CDATA sections as they are, comments and instructions left out.
func appendContent(dst, raw []byte) []byte {
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '<')
		if i < 0 {
			i = len(raw)
		}
		dst = audit.AppendUnescaped(dst, raw[:i])
		raw = raw[i:]
		for _, m := range [...]struct{ begin, end string }{{"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}, {"<", ">"}} {
			if !bytes.HasPrefix(raw, []byte(m.begin)) {
				continue
			}
			inner, rest, _ := bytes.Cut(raw[len(m.begin):], []byte(m.end))
			if m.end == "]]>" {
				dst = append(dst, inner...)
			}
			raw = rest
			break
		}
	}
	return dst
}
