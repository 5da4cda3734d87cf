package names

import (
	"hash/maphash"

	"arr/audit"
)

const (
	// batchValues is how many new values are put into the index at once.
	batchValues = 1000
	// flushRecords is how many records may go by before fewer are: it bounds what must
	// be read again after a crash.
	flushRecords = 1 << 18
	// maxPending is how many values may wait before they are dropped.
	maxPending = 8 * batchValues
	// maxPlans bounds how many shapes' plans are kept.
	maxPlans = 4096
)

// gathering is what Observe makes of records. Index.mu guards it.
type gathering struct {
	seed  maphash.Seed
	seen  seen
	plans map[*audit.Shape]*plan

	// pending are new values that the follower has not taken yet.
	pending []key
	// overlong are the kinds, as a set of bits, that have a value beyond longest.
	overlong uint8

	starts  []int // of the slots' values, reused
	scratch []byte
}

// plan says which values of a shape's records to look at.
type plan struct {
	groups []group
	// repeated are the slots, looked at value by value, that hold several.
	repeated []part
	// runs says that a slot before the last that is looked at is repeated, so that
	// where the values stand is known record by record.
	runs bool
}

func newPlan(s *audit.Shape) *plan {
	var g grouper
	p := &plan{}
	for i := range s.Slots {
		slot := &s.Slots[i]
		at := part{form: slot.Kind, at: i}
		if slot.Joint == nil {
			g.add(at, slot.Fields)
			continue
		}
		p.runs = true
		if _, field, ok := classify(slot.Fields); ok {
			at.field = field
			p.repeated = append(p.repeated, at)
		}
	}
	p.groups = g.groups
	return p
}

// add gathers a record's values.
func (g *gathering) add(rec *audit.Record) {
	if rec.Shape.Raw {
		g.addTexts(len(rec.Extra), func(i int) (audit.FieldSet, string) { return rec.Extra[i].Fields, rec.Extra[i].Value })
		return
	}
	p := g.plans[rec.Shape]
	if p == nil {
		p = newPlan(rec.Shape)
		fixed := rec.Shape.Fixed
		g.addTexts(len(fixed), func(i int) (audit.FieldSet, string) { return fixed[i].Fields, fixed[i].Value })
		if len(g.plans) >= maxPlans || g.plans == nil {
			g.plans = map[*audit.Shape]*plan{}
		}
		g.plans[rec.Shape] = p
	}
	if p.runs {
		g.findStarts(rec)
	}
	for i := range p.groups {
		group := &p.groups[i]
		h := uint64(group.kind)
		for _, part := range group.parts {
			h = mix(g.seed, h, part.field, g.value(rec, p, part.at))
		}
		if g.seen.add(h) {
			continue
		}
		k := key{byte(group.kind)}
		for _, part := range group.parts {
			k = g.extend(k, part.field, part.form, g.value(rec, p, part.at))
		}
		g.push(k)
	}
	for _, part := range p.repeated {
		kind, _, _ := classify(audit.Fields(part.field))
		for i := g.starts[part.at]; i < g.starts[part.at+1]; i++ {
			raw := rec.Value(i)
			if !g.seen.add(mix(g.seed, uint64(kind), part.field, raw)) {
				g.push(g.extend(key{byte(kind)}, part.field, part.form, raw))
			}
		}
	}
}

// findStarts sets for each slot which of the record's values is its first.
func (g *gathering) findStarts(rec *audit.Record) {
	g.starts = g.starts[:0]
	at, run := 0, 0
	for i := range rec.Shape.Slots {
		g.starts = append(g.starts, at)
		if rec.Shape.Slots[i].Joint == nil {
			at++
			continue
		}
		at += int(rec.Runs[run])
		run++
	}
	g.starts = append(g.starts, at)
}

func (g *gathering) value(rec *audit.Record, p *plan, slot int) []byte {
	if p.runs {
		slot = g.starts[slot]
	}
	return rec.Value(slot)
}

// extend adds a value to a key as plain text. Empty ones are left out.
func (g *gathering) extend(k key, field audit.Field, form audit.Kind, raw []byte) key {
	if len(raw) == 0 {
		return k
	}
	var text []byte
	text, g.scratch = audit.PlainText(form, raw, g.scratch)
	if len(text) > longest {
		g.overlong |= 1 << k[0]
		return k
	}
	return appendKey(k, field, text)
}

func (g *gathering) push(k key) {
	if len(k) > 1 {
		g.pending = append(g.pending, k)
	}
}

// addTexts gathers n values that are plain text already.
func (g *gathering) addTexts(n int, at func(i int) (audit.FieldSet, string)) {
	var parts grouper
	for i := range n {
		fields, _ := at(i)
		parts.add(part{at: i}, fields)
	}
	for _, group := range parts.groups {
		h := uint64(group.kind)
		k := key{byte(group.kind)}
		for _, part := range group.parts {
			_, text := at(part.at)
			h = mix(g.seed, h, part.field, []byte(text))
			if len(text) > longest {
				g.overlong |= 1 << group.kind
			} else if len(text) > 0 {
				k = appendKey(k, part.field, []byte(text))
			}
		}
		if !g.seen.add(h) {
			g.push(k)
		}
	}
}
