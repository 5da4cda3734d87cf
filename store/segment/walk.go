package segment

import "arr/audit"

// walker goes over the values of one column that are values of some fields.
type walker struct {
	layout *layout
	ord    int
	fields audit.FieldSet
}

// walk calls fn for the records of sel that have wanted values in the column: with the
// record, the first of some values in a row and how many they are, whether their slots
// are base64, and which of the wanted fields they are values of. fn gives false where
// the record's other values don't matter.
func (w *walker) walk(sel *Bitmap, fn func(i, v, n int, asBase64 bool, fields audit.FieldSet) (bool, error)) error {
	l := w.layout
	cols := l.column(w.ord)
	v, run := 0, 0
	for i, id := range l.ids {
		repeats := l.forms[id].shape.Repeats
		runs := l.runs[run : run+repeats]
		run += repeats
		c := cols[id]
		if c == nil {
			continue
		}
		n := c.fixed
		if len(c.repeats) > 0 {
			n = c.values(runs)
		}
		if c.fields&w.fields != 0 && sel.Has(i) {
			var err error
			if slot := &l.forms[id].shape.Slots[c.slots[0].slot]; c.alike {
				_, err = fn(i, v, n, slot.Kind == audit.KindBase64, slot.Fields&w.fields)
			} else {
				err = w.slots(l.forms[id], c, i, v, runs, fn)
			}
			if err != nil {
				return err
			}
		}
		v += n
	}
	return nil
}

// slots calls fn slot by slot, where slots differ in what their values mean.
func (w *walker) slots(f *form, c *formColumn, i, v int, runs []uint32, fn func(i, v, n int, asBase64 bool, fields audit.FieldSet) (bool, error)) error {
	for _, s := range c.slots {
		slot := &f.shape.Slots[s.slot]
		n := 1
		if s.repeat >= 0 {
			n = int(runs[s.repeat])
		}
		if fields := slot.Fields & w.fields; fields != 0 {
			if more, err := fn(i, v, n, slot.Kind == audit.KindBase64, fields); err != nil || !more {
				return err
			}
		}
		v += n
	}
	return nil
}
