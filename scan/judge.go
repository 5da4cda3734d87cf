package scan

import "arr/schemas"

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
	j.valid.Validator.Reset(g)
	j.valid.blank, j.valid.ok = blank, true
	j.Visit(doc, from, &j.valid)
	j.valid.blank = nil
	return j.valid.ok
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
