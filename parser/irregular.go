package parser

import (
	"unicode/utf8"

	"arr/audit"
	"arr/scan"
)

// reading is a document made readable: the frame's bytes, and what each decoder made
// of them.
type reading struct {
	kind     bodyKind
	off      int // where the first text begins in the frame
	texts    [][]byte
	decoders []decoder // decoders[i] makes texts[i+1] of texts[i]
	finding  encodingFinding
	wrong    span // the byte that is not UTF-8, where that is the finding
	relayed  bool
	junk     bool
}

func (r *reading) text() []byte { return r.texts[len(r.texts)-1] }

func (r *reading) apply(d decoder) {
	text := decode(r.text(), d)
	for len(text) > 0 && padding(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	r.texts = append(r.texts, text)
	r.decoders = append(r.decoders, d)
}

// sources replaces positions in the text, in rising order, by those in the frame.
func (r *reading) sources(at []int) {
	for i := len(r.decoders) - 1; i >= 0; i-- {
		sourcesOf(r.texts[i], r.decoders[i], at)
	}
	for i := range at {
		at[i] += r.off
	}
}

// readable decodes a frame's body and undoes what relays did to it.
func (p *Parser) readable(frame []byte, h *header) reading {
	b := bodyOf(frame, h.end)
	r := reading{kind: b.kind, off: b.off, junk: b.junk, texts: [][]byte{frame[b.off:b.end]}}
	p.decode(&r)
	mark := findEscapes(r.text())
	if mark == 0 || r.kind == textBody {
		return r
	}
	structural, faults := p.judgeText(r.text())
	escaped := r
	escaped.apply(unescaper(mark))
	p.decode(&escaped)
	if !structural {
		if _, after := p.judgeText(escaped.text()); after >= faults {
			return r
		}
	}
	escaped.relayed = true
	escaped.junk = b.junk && escapeMark(frame[h.end:b.off]) == 0
	return escaped
}

// decode makes UTF-8 of a reading's text, by its declaration or by its bytes. What
// relays' escapes stood for may have to be decoded when the text around it was not.
func (p *Parser) decode(r *reading) {
	if len(r.decoders) > 0 && utf8.Valid(r.text()) {
		return
	}
	p.scanner.Reset(r.text(), 0)
	d, finding := decoderFor(r.text(), p.scanner.Encoding())
	if finding == encodingContradicted && len(r.decoders) == 0 && isUTF8Name(p.scanner.Encoding()) {
		if at := invalidAt(r.text()); at >= 0 && utf16Order(r.text()) == nil {
			r.wrong = span{r.off + at, r.off + at + 1}
		}
	}
	if d != nil {
		r.apply(d)
	}
	if finding != "" {
		r.finding = finding
	}
}

// judgeText says whether escaped white space stands where only tags may, and how many
// faults a text has.
func (p *Parser) judgeText(text []byte) (structural bool, faults int) {
	s := &p.scanner
	s.Reset(text, 0)
	for kind := s.Next(); kind != scan.EOF; kind = s.Next() {
		if kind == scan.Text && !s.CDATA && relayEscaped(s.Element, text[s.Off:s.End]) {
			structural = true
		}
	}
	return structural, len(s.Faults)
}

// irregular parses a frame that is kept whole: its values are in Extra.
func (p *Parser) irregular(rec *audit.Record, h *header) {
	r := p.readable(rec.Frame, h)
	text := r.text()
	var doc reader
	if r.kind != textBody {
		doc = read(&p.scanner, text, 0)
	}
	if !doc.isAudit {
		p.irregularForeign(rec, h, &r)
		return
	}
	keepWhole(rec, h)
	if r.junk {
		addText(rec, rec.Frame[h.end:r.off])
	}
	event := ""
	for i := range doc.values {
		m := &doc.values[i]
		if m.class == eventTime && event == "" {
			event = m.text
		}
		if m.fields != 0 && m.text != "" {
			rec.Extra = append(rec.Extra, audit.FieldValue{Fields: m.fields, Value: m.text})
		}
	}
	rec.Class = audit.Unchecked
	if p.scanner.Malformed() || r.finding != "" {
		rec.Class = audit.Malformed
	}
	if rec.Flags&audit.FlagUnframed != 0 {
		rec.Class = audit.Unframed
	}
	p.headerFindings(rec, h)
	p.readingFindings(rec, h, &r, doc.namespaced)
	if rec.Class == audit.Unchecked {
		p.judgeReading(rec, &r)
	}
	p.setTime(rec, h, []byte(event))
}

// irregularForeign parses a frame without an audit message that regular left: one whose
// text had to be decoded is kept whole.
func (p *Parser) irregularForeign(rec *audit.Record, h *header, r *reading) {
	if p.foreign(rec, h) && len(r.decoders) == 0 {
		return
	}
	keepWhole(rec, h)
	addText(rec, r.text())
}

// addText adds text outside an audit message to rec's values, read as Record.Each reads
// that of a slot.
func addText(rec *audit.Record, text []byte) {
	if text = readableText(text); len(text) > 0 {
		rec.Extra = append(rec.Extra, audit.FieldValue{Fields: headerFields(columnText), Value: plain(audit.KindText, text)})
	}
}

// keepWhole gives rec the raw shape and the header's values.
func keepWhole(rec *audit.Record, h *header) {
	rec.Shape, rec.Runs = audit.RawShape, rec.Runs[:0]
	rec.Spans = append(rec.Spans[:0], audit.Span{Len: uint32(len(rec.Frame))})
	rec.Extra = headerValues(rec.Frame, h)
}

// headerValues are the values of a header's fields.
func headerValues(frame []byte, h *header) (values []audit.FieldValue) {
	for _, f := range [...]struct {
		at     span
		column audit.Column
	}{{h.host, columnHostname}, {h.app, columnApp}, {h.msg, columnMsgID}, {h.structured, columnStructured}} {
		if !nilValue(frame, f.at) {
			values = append(values, audit.FieldValue{Fields: headerFields(f.column), Value: plain(audit.KindText, f.at.of(frame))})
		}
	}
	return values
}

// readableText is text without the byte order marks and the padding around it.
func readableText(text []byte) []byte {
	off, end := readableIn(text, 0, len(text))
	return text[off:end]
}
