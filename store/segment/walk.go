package segment

import "arr/audit"

// visitor gets some values in a row of record i, n of them from v on: whether their
// slots are base64, and which of the wanted fields they are values of. It gives false
// where the record's other values don't matter.
type visitor func(i, v, n int, asBase64 bool, fields audit.FieldSet) (bool, error)

// walker goes over the values of one column that are values of some fields.
type walker struct {
	layout *layout
	ord    int
	fields audit.FieldSet
	// forms has what the column holds of each form.
	forms []walkedForm
	// ways says whether wanted slots are text, and whether some are base64.
	ways [2]bool
}

type walkedForm struct {
	*formColumn
	shape *audit.Shape
	// fixed is how many values there are, where repeats is empty; runs how many runs a
	// record of the form has.
	fixed, runs int
	repeats     []int
	wanted      bool
	// asBase64 and fields are those of all slots, where they are alike.
	alike, asBase64 bool
	fields          audit.FieldSet
}

// wayIndex is 1 for base64, 0 for text.
func wayIndex(asBase64 bool) int {
	if asBase64 {
		return 1
	}
	return 0
}

func newWalker(l *layout, ord int, fields audit.FieldSet) *walker {
	w := &walker{layout: l, ord: ord, fields: fields, forms: make([]walkedForm, len(l.forms))}
	for i, c := range l.column(ord) {
		f := &w.forms[i]
		f.shape = l.forms[i].shape
		f.runs = f.shape.Repeats
		if c == nil {
			continue
		}
		f.formColumn, f.fixed, f.repeats, f.alike = c, c.fixed, c.repeats, c.alike
		f.wanted = c.fields&fields != 0
		if !f.wanted {
			continue
		}
		for _, s := range c.slots {
			if slot := &f.shape.Slots[s.slot]; slot.Fields&fields != 0 {
				f.asBase64, f.fields = slot.Kind == audit.KindBase64, slot.Fields&fields
				w.ways[wayIndex(f.asBase64)] = true
			}
		}
	}
	return w
}

// walk calls fn for the records of sel that have wanted values in the column.
func (w *walker) walk(sel *Bitmap, fn visitor) error {
	l := w.layout
	for m, word := range sel {
		if word == 0 {
			continue
		}
		v, _ := l.span(m, w.ord)
		run, _ := l.span(m, l.marks.width-1)
		for i := m * step; i < min((m+1)*step, len(l.ids)); i++ {
			f := &w.forms[l.ids[i]]
			n := f.fixed
			for _, r := range f.repeats {
				n += int(l.runs[run+r])
			}
			if f.wanted && word>>(i%step)&1 != 0 {
				var err error
				if f.alike {
					_, err = fn(i, v, n, f.asBase64, f.fields)
				} else {
					err = w.slots(f, i, v, l.runs[run:], fn)
				}
				if err != nil {
					return err
				}
			}
			v += n
			run += f.runs
		}
	}
	return nil
}

// slots calls fn slot by slot, where slots differ in what their values mean.
func (w *walker) slots(f *walkedForm, i, v int, runs []uint32, fn visitor) error {
	for _, s := range f.slots {
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
