package scan

import (
	"bytes"

	"arr/schemas"
)

// Blank says of the value that begins at off, of datatype t, whether it is a blank of a
// skeleton: it is not judged then.
type Blank func(off int, t schemas.Type) bool

// Judge holds documents against the grammars. The zero value is ready; one goroutine uses
// it at a time. Used again, it allocates nothing for a document that is valid.
type Judge struct {
	scanner Scanner
	walker  walker
	valid   validity
}

// Valid says whether the well-formed document in doc from position from on is valid by
// grammar g. blank may be nil.
func (j *Judge) Valid(doc []byte, from int, g schemas.Grammar, blank Blank) bool {
	if blank == nil {
		j.valid.Validator.Reset(g)
		if is := j.plain(doc, from); is != unsure {
			return is == yes
		}
	}
	j.valid.Validator.Reset(g)
	j.valid.blank, j.valid.ok = blank, true
	j.Visit(doc, from, &j.valid)
	j.valid.blank = nil
	return j.valid.ok
}

// answer is whether a document is valid.
type answer uint8

const (
	yes answer = iota
	no
	unsure
)

// plain is Valid without a walker between scanner and validator. It is not sure of a document
// whose texts are more than the bytes that stand there, or that has attributes in a
// namespace.
func (j *Judge) plain(doc []byte, from int) answer {
	s, v := &j.scanner, &j.valid.Validator
	content := 0 // where the text begins that the innermost element must have; 0 if none is due
	for s.Reset(doc, from); ; {
		switch s.Next() {
		case EOF:
			return yes
		case Start:
			if is := j.plainTag(doc); is != yes {
				return is
			}
			t := v.Text()
			content = 0
			switch due := t != 0 && !t.Any(); {
			case due && s.Empty && !t.Valid(nil), s.Empty && !v.End():
				return no
			case due && !s.Empty:
				content = s.End
			}
		case Text:
			switch t := v.Text(); {
			case t.Any():
			case t == 0 || content == 0 || s.CDATA || skipBlank(doc, content) != s.Off || !endsAt(doc, s.End) || bytes.IndexByte(doc[s.Off:s.End], '&') >= 0:
				return unsure
			case !t.Valid(doc[s.Off:s.End]):
				return no
			default:
				content = 0
			}
		case End:
			if content > 0 && (skipBlank(doc, content) != s.Off || !v.Text().Valid(nil)) {
				return unsure
			}
			content = 0
			if !v.End() {
				return no
			}
		}
	}
}

// plainTag judges the start tag that the scanner stands at.
func (j *Judge) plainTag(doc []byte) answer {
	s, v := &j.scanner, &j.valid.Validator
	if s.Namespaced() || !v.Start(s.Element) {
		return no
	}
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if a.Name == Hint || a.Name == OtherAttribute && s.prefixed {
			return unsure
		}
		if t := v.Attribute(a.Name); !t.Any() && !t.Accepts(doc[a.Off:a.End]) {
			return no
		}
	}
	if !v.Opened() {
		return no
	}
	return yes
}

// endsAt says whether an end tag stands at p, white space aside.
func endsAt(doc []byte, p int) bool {
	p = skipBlank(doc, p)
	return p+1 < len(doc) && doc[p] == '<' && doc[p+1] == '/'
}

// Visit leads v through the document in doc from position from on, as far as it can be
// read.
func (j *Judge) Visit(doc []byte, from int, v Visitor) {
	j.walker.Scanner = &j.scanner
	j.walker.walk(doc, from, v)
	j.walker.doc, j.walker.attr.Doc, j.walker.to = nil, nil, nil
}

// validity is the visitor that asks a Validator.
type validity struct {
	schemas.Validator
	blank Blank
	ok    bool
}

func (v *validity) keep(ok bool) bool {
	v.ok = v.ok && ok
	return v.ok
}

func (v *validity) Start(e Element, _ []byte, namespaced bool, _ schemas.Span) bool {
	return v.keep(!namespaced && v.Validator.Start(e))
}

func (v *validity) Attribute(a Attribute, text *schemas.AttributeText) bool {
	t := v.Validator.Attribute(a)
	return t.Any() || v.keep(t != 0 && (v.blank != nil && v.blank(text.Off, t) || t.Accepts(text.Raw())))
}

func (v *validity) Opened() bool { return v.keep(v.Validator.Opened()) }

func (v *validity) Content(text []byte, at schemas.Span) bool {
	t := v.Text()
	return v.keep(v.blank != nil && v.blank(at.Off, t) || t.Valid(text))
}

func (v *validity) Stray(schemas.Span) bool { return v.keep(false) }

func (v *validity) End(schemas.Span) bool { return v.keep(v.Validator.End()) }
