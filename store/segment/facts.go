package segment

import (
	"slices"

	"arr/audit"
	"arr/query"
)

// factFields are the fields whose values give terms or words.
const factFields = query.Indexed | 1<<audit.FieldText

// termShift cuts a 64-bit hash down to a term: its upper 40 bits. With as many terms as
// a billion records have, less than one lookup in a hundred reads a block in vain.
const termShift = 24

// facts gathers the terms and words of a block's records.
type facts struct {
	terms, words hashSet
	sorted       []uint64
	scratch      []byte
	value        []byte
}

func (f *facts) reset() {
	f.terms.reset()
	f.words.reset()
}

// note takes the terms and words of a plain text with these fields.
func (f *facts) note(fields audit.FieldSet, text []byte) {
	if fields.Has(audit.FieldText) {
		query.WordHashes(text, f.words.add)
	}
	if fields&query.Indexed != 0 {
		query.Forms(fields, text, func(t []byte) { f.terms.add(query.Hash(t) >> termShift) })
	}
}

// fixed fills k.terms and k.words with those of its shape's fixed values.
func (f *facts) fixed(k *knownForm) {
	for i := range k.shape.Fixed {
		v := &k.shape.Fixed[i]
		if v.Fields.Has(audit.FieldText) {
			query.WordHashes([]byte(v.Value), func(h uint64) { k.words = append(k.words, h) })
		}
		query.Forms(v.Fields, []byte(v.Value), func(t []byte) { k.terms = append(k.terms, query.Hash(t)>>termShift) })
	}
}

// collect takes all that the block's records say.
func (f *facts) collect(e *blockEncoder, records []*audit.Record) {
	for _, k := range e.spoken {
		for _, h := range k.words {
			f.words.add(h)
		}
		for _, h := range k.terms {
			f.terms.add(h)
		}
	}
	for ord, c := range e.columns {
		for _, m := range meanings(&e.rows, ord, factFields) {
			f.column(c, m)
		}
	}
	for i, r := range records {
		if !e.raw[i] {
			continue
		}
		if !r.Shape.Raw && !readable(r) {
			f.note(audit.Fields(audit.FieldText), r.Frame)
			continue
		}
		r.Each(factFields, func(fields audit.FieldSet, v []byte) bool {
			f.note(fields, v)
			return true
		})
	}
}

// readable says whether the spans and runs of a record that does not fit its shape at
// least lie in its frame, so that its values can be read.
func readable(r *audit.Record) bool {
	n := len(r.Shape.Slots) - r.Shape.Repeats
	for _, run := range r.Runs {
		n += int(run)
	}
	return len(r.Runs) == r.Shape.Repeats && len(r.Spans) == n &&
		!slices.ContainsFunc(r.Spans, func(s audit.Span) bool {
			return uint64(s.Off)+uint64(s.Len) > uint64(len(r.Frame))
		})
}

// meaning is what the values of some slots of a column are.
type meaning struct {
	fields audit.FieldSet
	base64 bool
}

// meanings gives the distinct meanings, as far as they are of the fields in want, of a
// column's slots.
func meanings(l *rows, ord int, want audit.FieldSet) []meaning {
	var all []meaning
	for i, c := range l.column(ord) {
		if c == nil || c.fields&want == 0 {
			continue
		}
		for _, s := range c.slots {
			slot := &l.forms[i].shape.Slots[s.slot]
			m := meaning{slot.Fields & want, slot.Kind == audit.KindBase64}
			if m.fields != 0 && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// column takes all distinct values of a column to have the meaning m: a value that
// stands only in slots of another meaning may be taken for more than it is, which costs
// a look in vain and no answer.
func (f *facts) column(c *columnWriter, m meaning) {
	if c.flags&columnTimes != 0 {
		for i, code := range c.codes {
			f.value = joinTime(f.value[:0], c.distinct.values[code], c.instants[i])
			f.note(m.fields, f.value)
		}
		return
	}
	kind := audit.KindText
	if m.base64 {
		kind = audit.KindBase64
	}
	for i, v := range c.distinct.values {
		var text []byte
		if m.base64 && c.flags&columnBase64 != 0 && !c.marked[i] {
			text = c.plain[i]
		} else {
			text, f.scratch = audit.PlainText(kind, v, f.scratch)
		}
		f.note(m.fields, text)
	}
}
