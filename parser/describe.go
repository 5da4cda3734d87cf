package parser

import "arr/audit"

// dummy stands in for a value where only the skeleton is known. As text it is not
// blank, so that its place gives a token.
const dummy = "0"

// Describe fills what a shape read from disk lacks: the Fields of its slots, Fixed and
// Carries. Its Gaps, and the Column, Kind and Joint of its slots, it leaves as they
// are, so that skeletons cut by another version of the parser can be read.
func (p *Parser) Describe(s *audit.Shape) {
	if s.Raw {
		return
	}
	p.describe(s, nil)
}

// describe works out what shape's slots mean. With classes, it also sets their columns
// and kinds.
//
// It fills the skeleton with dummies, a repeated slot with two, and reads what comes
// out: a value that stands where a slot begins is the slot's, any other is fixed.
func (p *Parser) describe(s *audit.Shape, classes []class) {
	doc, starts := fillDummies(s)
	for i := range s.Slots {
		if classes != nil {
			s.Slots[i].Column = headerColumns[classes[i]]
			if c := classes[i]; c == headerTimestamp || c == headerBSDTimestamp {
				s.Slots[i].Kind = audit.KindTime
			}
		}
		s.Slots[i].Fields = headerFields(s.Slots[i].Column)
	}
	s.Fixed = nil
	if from := documentFrom(s, doc, starts); from < len(doc) {
		values := read(&p.forms, doc, from).values
		slot := 0
		for i := range values {
			m := &values[i]
			for slot < len(starts) && starts[slot].off < m.off {
				slot++
			}
			if slot == len(starts) || starts[slot].off != m.off {
				addFixed(s, m)
				continue
			}
			at := &s.Slots[starts[slot].slot]
			at.Fields = m.fields
			if classes != nil {
				at.Column, at.Kind = m.column, m.kind
			}
		}
	}
	s.Carries = 0
	for i := range s.Slots {
		s.Carries |= s.Slots[i].Fields
	}
	for i := range s.Fixed {
		s.Carries |= s.Fixed[i].Fields
	}
}

// slotStart is where a slot's value begins in a text filled with dummies.
type slotStart struct{ off, slot int }

func fillDummies(s *audit.Shape) (doc []byte, starts []slotStart) {
	for i := range s.Slots {
		doc = append(doc, s.Gaps[i]...)
		starts = append(starts, slotStart{len(doc), i})
		doc = append(doc, dummy...)
		if s.Slots[i].Joint != nil {
			doc = append(doc, s.Slots[i].Joint...)
			starts = append(starts, slotStart{len(doc), i})
			doc = append(doc, dummy...)
		}
	}
	return append(doc, s.Gaps[len(s.Slots)]...), starts
}

// documentFrom gives where the XML begins in a text filled with dummies: at the first
// tag behind the header's slots.
func documentFrom(s *audit.Shape, doc []byte, starts []slotStart) int {
	p := 0
	for _, st := range starts {
		if s.Slots[st.slot].Column >= columnEventTime || s.Slots[st.slot].Column == audit.ColumnRaw {
			break
		}
		p = st.off
	}
	for p < len(doc) && !(doc[p] == '<' && p+1 < len(doc) && opensMarkup(doc[p+1])) {
		p++
	}
	return p
}

// addFixed adds a value of the skeleton, once.
func addFixed(s *audit.Shape, m *meaning) {
	if m.fields == 0 || m.text == "" {
		return
	}
	f := audit.Fixed{Fields: m.fields, Value: m.text}
	for i := range s.Fixed {
		if s.Fixed[i] == f {
			return
		}
	}
	s.Fixed = append(s.Fixed, f)
}

// build makes the shape of the frame in the cutter.
func (p *Parser) build() *audit.Shape {
	c := &p.cutter
	s := &audit.Shape{}
	if len(c.cuts) > 0 {
		s.Slots = make([]audit.Slot, len(c.cuts))
	}
	classes := make([]class, len(c.cuts))
	for i := range c.cuts {
		t := &c.cuts[i]
		classes[i] = t.class
		s.Gaps = append(s.Gaps, append([]byte{}, t.gap.of(c.frame)...))
		if t.joint.end > 0 {
			s.Slots[i].Joint = append([]byte{}, t.joint.of(c.frame)...)
			s.Repeats++
		}
	}
	s.Gaps = append(s.Gaps, append([]byte{}, c.frame[c.gap:]...))
	p.describe(s, classes)
	s.Key = audit.SkeletonKey(audit.AppendSkeleton(nil, s))
	return s
}
