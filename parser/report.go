package parser

import (
	"cmp"
	"slices"
	"strings"

	"arr/audit"
	"arr/scan"
	"arr/schemas"
)

// Report is all that there is to say of one message, for those who ask about that one.
type Report struct {
	Class audit.Class
	// Dialect names the grammar where Class is audit.InDialect; Edition says which editions
	// of its grammar the message follows.
	Dialect, Edition string
	// Source is the AuditSourceID of a message whose tags are in order.
	Source string
	// Findings are in the order of their places, errors before warnings where there are more
	// than schemas.MaxFaults.
	Findings []Finding
}

// Finding is a finding with what a record does not keep of it.
type Finding struct {
	audit.Finding
	Class            schemas.FindingClass
	Level            schemas.Level
	Expected, Clause string
}

// Validate reports on a frame. Beside what Parse finds it lists what a dialect does
// otherwise than A.5.1.
func (p *Parser) Validate(e *audit.Entry) Report {
	rec := audit.Record{Entry: *e}
	p.Parse(&rec)
	if rec.Class == audit.Conformant && len(rec.Findings) == 0 {
		return conformant(&rec)
	}
	h := splitHeader(e.Frame)
	r := p.readable(e.Frame, &h)
	return p.report(&rec, &r, false)
}

// Deviations gives how a message that is in a dialect breaks A.5.1, in the order of the
// places, at most schemas.MaxFaults.
func (p *Parser) Deviations(e *audit.Entry) []audit.Finding {
	var out []audit.Finding
	r := p.Validate(e)
	for i := range r.Findings {
		if r.Findings[i].Class == schemas.ClassDialect {
			out = append(out, r.Findings[i].Finding)
		}
	}
	return out
}

// ValidateDocument reports on an XML document that no frame is around: nothing may stand
// before or behind it that XML does not allow.
func (p *Parser) ValidateDocument(doc []byte) Report {
	if rec := p.asFrame(doc); rec != nil {
		return conformant(rec)
	}
	rec := audit.Record{Entry: audit.Entry{Frame: doc}}
	r := reading{kind: xmlBody, texts: [][]byte{doc}}
	p.decode(&r)
	s := &p.scanner
	s.Reset(r.text(), 0)
	var root scan.Element
	for kind := s.Next(); kind != scan.EOF; kind = s.Next() {
		if kind == scan.Start && root == scan.OtherElement && s.Depth() <= 1 {
			root = s.Element
		}
	}
	rec.Class = audit.Deviating
	strict := slices.ContainsFunc(s.Faults, misplacedStart)
	switch {
	case s.Malformed() || r.finding != "" || strict:
		rec.Class = audit.Malformed
	case root != scan.AuditMessage:
		rec.Class = audit.Foreign
	}
	p.readingFindings(&rec, &header{}, &r, false)
	out := p.report(&rec, &r, true)
	for i := range out.Findings {
		if f := &out.Findings[i]; f.Code == scan.LeadingSpace.String() || f.Code == scan.SpacedByteOrder.String() {
			f.Level = schemas.Error
		}
	}
	return out
}

// asFrame parses a document as a frame without a header, whose shape may be known. It gives
// nil where that would leave something to be said.
func (p *Parser) asFrame(doc []byte) *audit.Record {
	end := len(doc)
	for end > 0 && doc[end-1] != 0 && padding(doc[end-1]) {
		end--
	}
	if end == 0 || doc[0] != '<' || doc[end-1] != '>' {
		return nil
	}
	p.document = audit.Record{Entry: audit.Entry{Frame: doc}, Spans: p.document.Spans, Runs: p.document.Runs, Findings: p.document.Findings}
	p.Parse(&p.document)
	f := p.document.Findings
	if p.document.Class != audit.Conformant || len(f) != 1 || f[0].Code != headerMissing {
		return nil
	}
	return &p.document
}

// conformant is the report on a message of which there is nothing to say.
func conformant(rec *audit.Record) Report {
	r := Report{Class: rec.Class, Edition: schemas.A51.Edition()}
	rec.Each(audit.Fields(audit.FieldSource), func(_ audit.FieldSet, v []byte) bool {
		r.Source = string(v)
		return false
	})
	return r
}

// misplacedStart says of a fault that it is white space before the XML declaration or the
// byte order mark, which a frame may have and a document may not.
func misplacedStart(f scan.Fault) bool {
	return f.Code == scan.LeadingSpace || f.Code == scan.SpacedByteOrder
}

// report makes a report of rec, whose document is r; document says that it should be an
// audit message and no frame.
func (p *Parser) report(rec *audit.Record, r *reading, document bool) Report {
	out := Report{Class: rec.Class}
	for _, f := range rec.Findings {
		if k := schemas.KindOf(f.Code); k.Class == schemas.ClassXML || k.Class == schemas.ClassFrame {
			out.Findings = append(out.Findings, Finding{f, k.Class, k.Level, k.Expected, k.Clause})
		}
	}
	switch rec.Class {
	case audit.Conformant, audit.InDialect, audit.Deviating:
		p.details(&out, r)
	case audit.Malformed:
		if r.finding == "" && p.hasTree(r.text()) {
			p.beside(&out, r)
		}
	case audit.Foreign, audit.Unframed:
		if document {
			for _, f := range p.examiner.report(r.text(), 0, schemas.A51, nil) {
				out.Findings = append(out.Findings, detailed(f, schemas.ClassSchema))
			}
			break
		}
		k := schemas.KindOf("no-audit-message")
		out.Findings = append(out.Findings, Finding{
			audit.Finding{Code: k.Code, Path: "/", Len: min(len(rec.Frame), 1<<10), Message: k.Sentence},
			k.Class, k.Level, k.Expected, k.Clause,
		})
	}
	out.limit()
	return out
}

// hasTree says whether the faults of a document that is not well formed are all within
// values, so that grammars and rules can be asked.
func (p *Parser) hasTree(doc []byte) bool {
	s := &p.scanner
	for s.Reset(doc, 0); s.Next() != scan.EOF; {
	}
	return len(s.Faults) < scan.MaxFaults && !slices.ContainsFunc(s.Faults, func(f scan.Fault) bool { return !f.Code.WithinValue() })
}

// beside adds what the grammars and the rules say of a document that is not well formed,
// but for the values that hold such a fault: one fault is reported once.
func (p *Parser) beside(out *Report, r *reading) {
	all := Report{}
	p.details(&all, r)
	out.Source = all.Source
	ill := out.Findings
	for _, f := range all.Findings {
		if strings.HasPrefix(f.Code, "missing-") || !slices.ContainsFunc(ill, func(x Finding) bool { return x.Off < f.Off+f.Len && f.Off < x.Off+x.Len }) {
			out.Findings = append(out.Findings, f)
		}
	}
}

// details adds what the grammars and the rules say.
func (p *Parser) details(out *Report, r *reading) {
	x := &p.examiner
	text := r.text()
	v := x.examine(text, 0, nil)
	out.Source = v.source
	out.Class, out.Dialect = v.class()
	g := v.nearest.grammar
	if len(v.candidates) > 0 {
		g = v.candidates[0].grammar
		out.Edition = g.Edition()
	}
	var all []Finding
	for _, f := range v.faults {
		all = append(all, detailed(f, schemas.ClassSchema))
	}
	if g != schemas.A51 {
		for _, f := range x.report(text, 0, schemas.A51, nil) {
			if !slices.ContainsFunc(v.faults, func(e schemas.Fault) bool { return e.At == f.At && e.Code == f.Code }) {
				all = append(all, detailed(f, schemas.ClassDialect))
			}
		}
	}
	for _, f := range v.rules {
		all = append(all, detailed(f, schemas.ClassRule))
	}
	places := make([]schemas.Span, len(all))
	for i := range all {
		places[i] = schemas.Span{Off: all[i].Off, End: all[i].Off + all[i].Len}
	}
	for i, at := range r.places(places) {
		all[i].Off, all[i].Len = at.Off, at.End-at.Off
	}
	out.Findings = append(out.Findings, all...)
}

func detailed(f schemas.Fault, class schemas.FindingClass) Finding {
	level := schemas.Warning
	if class == schemas.ClassSchema {
		level = schemas.Error
	}
	return Finding{findingOf(f), class, level, f.Expected, f.Clause}
}

// limit sorts findings by their places and leaves out what is too much, warnings first.
func (r *Report) limit() {
	if len(r.Findings) > schemas.MaxFaults {
		slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(b.Level, a.Level) })
		r.Findings = r.Findings[:schemas.MaxFaults]
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(a.Off, b.Off) })
}
