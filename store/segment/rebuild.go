package segment

import "arr/audit"

// Entries calls fn for the records of sel (nil: of the whole block) in number order. The
// entry and its frame are valid until fn returns; an error from fn ends it.
func (b *Block) Entries(sel *Bitmap, fn func(i int, e *audit.Entry) error) error {
	r, err := b.rebuilder()
	if err != nil {
		return err
	}
	sel = b.selection(sel)
	var e audit.Entry
	for i := sel.Next(0); i >= 0; i = sel.Next(i + 1) {
		if err := r.entry(i, &e); err != nil {
			return err
		}
		if err := fn(i, &e); err != nil {
			return err
		}
	}
	return nil
}

// selection gives sel without what the block does not have.
func (b *Block) selection(sel *Bitmap) *Bitmap {
	var all Bitmap
	all.Fill(b.info.records)
	if sel != nil {
		all.And(sel)
	}
	return &all
}

// rebuilder makes frames of the block again. It belongs to one goroutine.
type rebuilder struct {
	block    *Block
	dir      *directory
	layout   *layout
	arrivals *lines[arrival]
	received []int64
	// columns are those that were needed so far, by ordinal.
	columns []texts
	// at is where the values of record next begin in each column, and its runs.
	at   []uint32
	next int
}

func (b *Block) rebuilder() (*rebuilder, error) {
	r := &rebuilder{block: b, next: -1}
	var err error
	if r.dir, err = b.directory(); err != nil {
		return nil, err
	}
	if r.layout, err = b.layout(r.dir); err != nil {
		return nil, err
	}
	if r.arrivals, err = b.arrivals(r.dir); err != nil {
		return nil, err
	}
	if r.received, err = b.Received(); err != nil {
		return nil, err
	}
	r.columns = make([]texts, len(r.dir.columns))
	r.at = make([]uint32, r.layout.marks.width)
	return r, nil
}

// entry fills e with record i.
func (r *rebuilder) entry(i int, e *audit.Entry) error {
	r.seek(i)
	frame := e.Frame[:0]
	*e = r.arrivals.lines[r.arrivals.ids[i]]
	e.Number = r.block.info.first + uint64(i)
	e.Received = r.received[i]
	f := r.layout.forms[r.layout.ids[i]]
	runs := r.layout.runs[r.at[len(r.at)-1]:]
	repeat := 0
	var err error
	for k := range f.shape.Slots {
		slot := &f.shape.Slots[k]
		frame = append(frame, f.shape.Gaps[k]...)
		n := uint32(1)
		if slot.Joint != nil {
			n = runs[repeat]
			repeat++
		}
		for v := range n {
			if v > 0 {
				frame = append(frame, slot.Joint...)
			}
			if frame, err = r.value(frame, r.dir.place[slot.Column]); err != nil {
				return err
			}
		}
	}
	r.at[len(r.at)-1] += uint32(repeat)
	e.Frame = append(frame, f.shape.Gaps[len(f.shape.Slots)]...)
	r.next = i + 1
	return nil
}

// value appends the next value of column ord.
func (r *rebuilder) value(frame []byte, ord int16) ([]byte, error) {
	t := &r.columns[ord]
	if t.column == nil {
		c, err := r.block.column(r.dir, r.layout, int(ord))
		if err != nil {
			return frame, err
		}
		t.column = c
	}
	v := int(r.at[ord])
	r.at[ord]++
	return t.append(frame, v)
}

// seek goes to record i, on foot where it is near.
func (r *rebuilder) seek(i int) {
	l := r.layout
	if r.next < 0 || i < r.next || i-r.next > step {
		l.seek(r.at, i)
		return
	}
	for ; r.next < i; r.next++ {
		id := l.ids[r.next]
		l.advance(r.at, int(id), l.ords[id])
	}
}

// record reads record i and parses it, for what only its frame says.
func (r *rebuilder) record(i int) (*audit.Record, error) {
	rec := &audit.Record{}
	if err := r.entry(i, &rec.Entry); err != nil {
		return nil, err
	}
	r.block.seg.opt.Parse(rec)
	return rec, nil
}

// wholeFrames calls fn with the records of sel that are stored whole, parsed anew. fn
// may take the record that it got out of sel.
func (b *Block) wholeFrames(l *layout, sel *Bitmap, fn func(i int, rec *audit.Record)) error {
	if !l.whole {
		return nil
	}
	r, err := b.rebuilder()
	if err != nil {
		return err
	}
	for i := sel.Next(0); i >= 0; i = sel.Next(i + 1) {
		if !l.forms[l.ids[i]].shape.Raw {
			continue
		}
		rec, err := r.record(i)
		if err != nil {
			return err
		}
		fn(i, rec)
	}
	return nil
}
