package parser

import (
	"strconv"
	"strings"

	"arr/audit"
	"arr/schemas"
)

// judgement is what the grammars and the rules say of all frames of a shape. Nearly all of
// a verdict is in the skeleton; for each frame there are only the values to be checked
// that a grammar or a rule asks something of.
type judgement struct {
	candidates []slotChecks
	nearest    slotChecks
	// faults are those of a shape that no grammar takes; rules are the rules that it breaks.
	faults, rules []standing
	values        []valueCheck
}

// slotChecks is a grammar with what it asks of slots.
type slotChecks struct {
	grammar schemas.Grammar
	slots   []slotCheck
}

type slotCheck struct {
	slot int
	is   schemas.Type
}

// valueCheck is a rule for a slot's values, and the finding where one breaks it.
type valueCheck struct {
	slot    int
	rule    schemas.ValueRule
	finding audit.Finding
}

// standing is a finding of every frame of a shape.
type standing struct {
	finding  audit.Finding
	off, end anchor
}

// anchor is a place in a frame: so many bytes behind a slot's first or last value, or
// behind the frame's start where slot is -1.
type anchor struct {
	slot  int
	last  bool
	bytes int
}

// judgeShape works out the judgement of a shape.
func (p *Parser) judgeShape(s *audit.Shape) *judgement {
	doc, starts := fillDummies(s)
	slots := make(map[int]int, len(starts))
	for _, st := range starts {
		slots[st.off] = st.slot
	}
	from := documentFrom(s, doc, starts)
	v := p.examiner.examine(doc, from, func(off int) bool {
		_, ok := slots[off]
		return ok
	})
	j := &judgement{nearest: bySlot(v.nearest, slots)}
	for _, c := range v.candidates {
		j.candidates = append(j.candidates, bySlot(c, slots))
	}
	for _, f := range v.faults {
		j.faults = append(j.faults, stand(f, starts))
	}
	for _, f := range v.rules {
		j.rules = append(j.rules, stand(f, starts))
	}
	for _, d := range v.deferred {
		slot := slots[d.Fault.At.Off]
		if n := len(j.values); n == 0 || j.values[n-1].slot != slot || j.values[n-1].rule != d.Rule {
			j.values = append(j.values, valueCheck{slot, d.Rule, findingOf(d.Fault)})
		}
	}
	return j
}

// bySlot turns offsets into slots. A repeated slot stands twice in the text.
func bySlot(c candidate, slots map[int]int) slotChecks {
	out := slotChecks{grammar: c.grammar}
	for _, x := range c.checks {
		s := slotCheck{slots[x.off], x.is}
		if n := len(out.slots); n == 0 || out.slots[n-1] != s {
			out.slots = append(out.slots, s)
		}
	}
	return out
}

// findingOf is a fault as a record keeps it.
func findingOf(f schemas.Fault) audit.Finding {
	message := schemas.KindOf(f.Code).Sentence
	if f.Expected != "" {
		message += " Expected: " + f.Expected + "."
	}
	return audit.Finding{Code: f.Code, Path: f.Path, Off: f.At.Off, Len: f.At.End - f.At.Off, Message: message}
}

// stand anchors a fault in a text of dummies to the slots before it.
func stand(f schemas.Fault, starts []slotStart) standing {
	return standing{findingOf(f), anchorAt(f.At.Off, starts), anchorAt(f.At.End, starts)}
}

func anchorAt(off int, starts []slotStart) anchor {
	a := anchor{slot: -1, bytes: off}
	for i, st := range starts {
		end := st.off + len(dummy)
		if end > off {
			break
		}
		a = anchor{slot: st.slot, last: i > 0 && starts[i-1].slot == st.slot, bytes: off - end}
	}
	return a
}

// slotSpans are where the values of a record's slots are among its spans: those of slot i
// from first[i] up to first[i+1]. It is empty where each slot has one.
type slotSpans []int

// of lays out the slots of rec.
func (s slotSpans) of(rec *audit.Record) slotSpans {
	s = s[:0]
	if rec.Shape.Repeats == 0 {
		return s
	}
	n, run := 0, 0
	for i := range rec.Shape.Slots {
		s = append(s, n)
		if rec.Shape.Slots[i].Joint == nil {
			n++
			continue
		}
		n += int(rec.Runs[run])
		run++
	}
	return append(s, n)
}

func (s slotSpans) bounds(slot int) (from, to int) {
	if len(s) == 0 {
		return slot, slot + 1
	}
	return s[slot], s[slot+1]
}

// accepts says whether the values of rec are as a grammar has them.
func (c *slotChecks) accepts(rec *audit.Record, spans slotSpans) bool {
	for _, x := range c.slots {
		from, to := spans.bounds(x.slot)
		for i := from; i < to; i++ {
			if !x.is.Accepts(rec.Value(i)) {
				return false
			}
		}
	}
	return true
}

// place gives where an anchor is in rec's frame.
func (a anchor) place(rec *audit.Record, spans slotSpans) int {
	if a.slot < 0 {
		return a.bytes
	}
	from, to := spans.bounds(a.slot)
	if a.last {
		from = to - 1
	}
	s := rec.Spans[from]
	return int(s.Off+s.Len) + a.bytes
}

// apply gives rec its class and the findings of grammars and rules. It says whether a
// grammar that takes the shape takes the values too, or that no grammar takes the shape;
// if not, the findings are not all there is to say.
func (j *judgement) apply(rec *audit.Record, spans slotSpans) bool {
	ok := false
	rec.Class = audit.Deviating
	for i := range j.candidates {
		if c := &j.candidates[i]; c.accepts(rec, spans) {
			rec.Class, rec.Dialect = classOf(c.grammar)
			ok = true
			break
		}
	}
	if len(j.candidates) == 0 && j.nearest.accepts(rec, spans) {
		ok = true
		for i := range j.faults {
			j.faults[i].add(rec, spans)
		}
	}
	for i := range j.rules {
		j.rules[i].add(rec, spans)
	}
	for i := range j.values {
		j.values[i].add(rec, spans)
	}
	return ok
}

// add adds the finding where it is in rec.
func (s *standing) add(rec *audit.Record, spans slotSpans) {
	f := s.finding
	f.Off = s.off.place(rec, spans)
	f.Len = s.end.place(rec, spans) - f.Off
	rec.Findings = append(rec.Findings, f)
}

// add adds a finding for each value that breaks the rule.
func (v *valueCheck) add(rec *audit.Record, spans slotSpans) {
	from, to := spans.bounds(v.slot)
	for i := from; i < to; i++ {
		if v.rule.Follows(rec.Value(i)) {
			continue
		}
		if len(rec.Findings) >= schemas.MaxFaults {
			return
		}
		f := v.finding
		f.Path = later(f.Path, i-from)
		f.Off, f.Len = int(rec.Spans[i].Off), int(rec.Spans[i].Len)
		rec.Findings = append(rec.Findings, f)
	}
}

// later is the path of the same attribute n siblings behind the element that path leads
// to.
func later(path string, n int) string {
	if n == 0 {
		return path
	}
	element, attribute, _ := strings.Cut(path, "/@")
	nth := 1
	if open := strings.LastIndexByte(element, '['); open >= 0 && strings.HasSuffix(element, "]") {
		if k, err := strconv.Atoi(element[open+1 : len(element)-1]); err == nil {
			nth, element = k, element[:open]
		}
	}
	return element + "[" + strconv.Itoa(nth+n) + "]/@" + attribute
}
