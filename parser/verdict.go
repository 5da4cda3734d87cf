package parser

import (
	"arr/audit"
	"arr/scan"
	"arr/schemas"
)

// verdict is what the grammars and the rules say of one document.
type verdict struct {
	// candidates are the grammars by which it is valid, the one to name first; with what
	// its blanks must be for that.
	candidates []candidate
	// nearest is, where there is none, the grammar whose senders' marks it has and that it
	// breaks least, and faults is how it breaks it.
	nearest candidate
	faults  []schemas.Fault
	// rules are the rules that it breaks, deferred those that its blanks may break.
	rules    []schemas.Fault
	deferred []schemas.Deferred
	// source is the first AuditSourceID.
	source string
}

// candidate is a grammar with what is left to check of it.
type candidate struct {
	grammar schemas.Grammar
	checks  []check
}

// check says of which datatype the value at an offset must be.
type check struct {
	off int
	is  schemas.Type
}

// class gives the class and the dialect of a document without blanks.
func (v *verdict) class() (audit.Class, string) {
	if len(v.candidates) == 0 {
		return audit.Deviating, ""
	}
	return classOf(v.candidates[0].grammar)
}

func classOf(g schemas.Grammar) (audit.Class, string) {
	if g == schemas.A51 {
		return audit.Conformant, ""
	}
	return audit.InDialect, g.String()
}

// examiner holds documents against grammars and rules. It belongs to one Parser.
type examiner struct {
	judge    scan.Judge
	reporter schemas.Reporter
	facts    schemas.Facts
	edition  schemas.Editions
}

// examine holds the well-formed audit message in doc from position from on against all
// grammars. isBlank, which may be nil, says where a skeleton's blanks begin.
func (x *examiner) examine(doc []byte, from int, isBlank func(off int) bool) verdict {
	var v verdict
	for g := range schemas.NumGrammars {
		c := candidate{grammar: g}
		if x.judge.Valid(doc, from, g, c.collect(isBlank)) {
			v.candidates = append(v.candidates, c)
			if g == schemas.A51 {
				break
			}
		}
	}
	switch {
	case len(v.candidates) == 0:
		x.findNearest(&v, doc, from, isBlank)
	case len(v.candidates) > 1:
		v.prefer(x.marks(doc, from))
	}
	x.facts.Blank = isBlank
	x.facts.Reset()
	x.judge.Visit(doc, from, &x.facts)
	x.facts.Check(x.edition)
	v.rules = append(v.rules, x.facts.Faults...)
	v.deferred = append(v.deferred, x.facts.Deferred...)
	v.source = x.facts.Source
	if len(doc) > maxKeptFrame {
		x.facts = schemas.Facts{}
	}
	return v
}

// collect gives a scan.Blank that keeps what is asked of blanks.
func (c *candidate) collect(isBlank func(off int) bool) scan.Blank {
	if isBlank == nil {
		return nil
	}
	return func(off int, t schemas.Type) bool {
		if !isBlank(off) {
			return false
		}
		c.checks = append(c.checks, check{off, t})
		return true
	}
}

// report gives the faults of a document by grammar g.
func (x *examiner) report(doc []byte, from int, g schemas.Grammar, blank scan.Blank) []schemas.Fault {
	x.reporter.Blank = blank
	x.reporter.Reset(g)
	x.judge.Visit(doc, from, &x.reporter)
	return append([]schemas.Fault(nil), x.reporter.Faults...)
}

// marks gives the grammars whose senders' marks a document has.
func (x *examiner) marks(doc []byte, from int) schemas.Marks {
	x.report(doc, from, schemas.A51, nil)
	return x.reporter.Marks
}

// prefer names first the first candidate that is marked.
func (v *verdict) prefer(marks schemas.Marks) {
	for i, c := range v.candidates {
		if marks.Has(c.grammar) {
			copy(v.candidates[1:], v.candidates[:i])
			v.candidates[0] = c
			return
		}
	}
}

// findNearest looks for the grammar that a deviating document was meant to follow: A.5.1,
// or a dialect of which it has a mark.
func (x *examiner) findNearest(v *verdict, doc []byte, from int, isBlank func(off int) bool) {
	c := candidate{}
	v.faults = x.report(doc, from, schemas.A51, c.collect(isBlank))
	v.nearest = c
	marks := x.reporter.Marks
	for g := schemas.A51 + 1; g < schemas.NumGrammars; g++ {
		if !marks.Has(g) {
			continue
		}
		c := candidate{grammar: g}
		if faults := x.report(doc, from, g, c.collect(isBlank)); len(faults) < len(v.faults) {
			v.faults, v.nearest = faults, c
		}
	}
}

// judge gives rec, whose document stands in the frame as it is to be read, its class and
// the findings of grammars and rules.
func (p *Parser) judge(rec *audit.Record, h *header, j *judgement) {
	p.spans = p.spans.of(rec)
	if j.apply(rec, p.spans) {
		return
	}
	doc := bodyOf(rec.Frame, h.end)
	v := p.examiner.examine(rec.Frame[:doc.end], doc.off, nil)
	for _, f := range v.faults {
		rec.Findings = append(rec.Findings, findingOf(f))
	}
}

// judgeReading is judge for a document that had to be made readable.
func (p *Parser) judgeReading(rec *audit.Record, r *reading) {
	v := p.examiner.examine(r.text(), 0, nil)
	rec.Class, rec.Dialect = v.class()
	faults := append(v.faults, v.rules...)
	places := make([]schemas.Span, len(faults))
	for i := range faults {
		places[i] = faults[i].At
	}
	for i, at := range r.places(places) {
		faults[i].At = at
		rec.Findings = append(rec.Findings, findingOf(faults[i]))
	}
}
