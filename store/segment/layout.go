package segment

import (
	"arr/audit"
)

// layout is a block's rows with the marks by which a record's values are found.
type layout struct {
	rows
	marks marks
	ords  [][]uint8
	// whole says whether some record is a whole frame.
	whole bool
}

// total is how many values column ord has.
func (l *layout) total(ord int) int { return int(l.marks.at[len(l.marks.at)-l.marks.width+ord]) }

// span gives where the values of column ord begin and end that belong to the records of
// step m, which are those of word m of a Bitmap.
func (l *layout) span(m, ord int) (from, to int) {
	last := len(l.marks.at)/l.marks.width - 1
	return int(l.marks.at[min(m, last)*l.marks.width+ord]), int(l.marks.at[min(m+1, last)*l.marks.width+ord])
}

// seek sets at to where the values of record i begin in each column, and in the runs.
func (l *layout) seek(at []uint32, i int) {
	m := i / step
	copy(at, l.marks.at[m*l.marks.width:][:l.marks.width])
	for r := m * step; r < i; r++ {
		l.advance(at, int(l.ids[r]), l.ords[l.ids[r]])
	}
}

// layout reads which form each record has through the cache.
func (b *Block) layout(d *directory) (*layout, error) {
	return cached(b.seg.cache, b.key(cachedLayout), func() (*layout, int, error) {
		l := &layout{}
		if err := b.readForms(d, l); err != nil {
			return nil, 0, err
		}
		ids, err := readPlanes[uint32](&d.pages, d.ids, b.info.records)
		if err != nil {
			return nil, 0, err
		}
		l.ids = make([]uint16, len(ids))
		for i, id := range ids {
			if id >= uint32(len(l.forms)) {
				return nil, 0, b.damage("a record has a skeleton that the block does not have")
			}
			l.ids[i] = uint16(id)
		}
		if l.runs, err = readPlanes[uint32](&d.pages, d.runs, d.runCount); err != nil {
			return nil, 0, err
		}
		for i := range d.columns {
			l.columns = append(l.columns, d.columns[i].id)
		}
		for _, f := range l.forms {
			l.whole = l.whole || f.shape.Raw
			for k := range f.cols {
				if d.place[f.cols[k].id] < 0 {
					return nil, 0, b.damage("a skeleton has a column that the block does not have")
				}
			}
		}
		l.ords = l.ordinals()
		var ok bool
		if l.marks, ok = l.mark(); !ok || l.total(len(l.columns)) != len(l.runs) {
			return nil, 0, b.damage("the records' runs do not go with their skeletons")
		}
		return l, 2*len(l.ids) + 4*len(l.runs) + 4*len(l.marks.at) + 40*len(l.forms) + l.ownForms() + 256, nil
	})
}

// sharedForms is how many forms of a block are those of other blocks, too, which Shapes
// keeps for all of them.
const sharedForms = 512

// ownForms is what the forms take in memory that nobody else is likely to have: a hostile
// sender's, whose every message has another skeleton.
func (l *layout) ownForms() (size int) {
	for i := sharedForms; i < len(l.forms); i++ {
		size += l.forms[i].size
	}
	return size
}

func (b *Block) readForms(d *directory, l *layout) error {
	raw, err := d.pages.whole(d.skeletons)
	if err != nil {
		return err
	}
	for range d.formCount {
		var shape *audit.Shape
		if shape, raw, err = audit.ParseSkeleton(raw); err != nil {
			return b.damage("a skeleton can't be read")
		}
		l.forms = append(l.forms, b.seg.opt.Shapes.form(shape))
	}
	return nil
}

// Times gives audit.Record.Time of each record. The slice is shared: read only.
func (b *Block) Times() ([]int64, error) {
	return cached(b.seg.cache, b.key(cachedTimes), func() ([]int64, int, error) {
		d, err := b.directory()
		if err != nil {
			return nil, 0, err
		}
		received, err := b.Received()
		if err != nil {
			return nil, 0, err
		}
		times, err := readInstants(&d.pages, d.times, append([]int64(nil), received...))
		return times, 8 * len(times), err
	})
}

// Received gives audit.Entry.Received of each record. The slice is shared: read only.
func (b *Block) Received() ([]int64, error) {
	return cached(b.seg.cache, b.key(cachedReceived), func() ([]int64, int, error) {
		d, err := b.directory()
		if err != nil {
			return nil, 0, err
		}
		deltas, err := readPlanes[uint64](&d.pages, d.received, b.info.records)
		if err != nil {
			return nil, 0, err
		}
		received := make([]int64, len(deltas))
		at := d.firstArrival
		for i, n := range deltas {
			at += unzigzag(n)
			received[i] = at
		}
		return received, 8 * len(received), nil
	})
}

// arrival is how records came: an entry without number, time and frame.
type arrival = audit.Entry

// judgement is what the parser thought of records: a record's class, dialect and
// finding codes.
type judgement struct {
	class   audit.Class
	dialect string
	codes   []string
}

// lines is a table, decoded.
type lines[T any] struct {
	lines []T
	// ids has each record's line.
	ids []uint32
}

func (b *Block) arrivals(d *directory) (*lines[arrival], error) {
	return readTable(b, d, cachedArrivals, d.arrivals, func(c *cursor) arrival {
		a := arrival{Transport: audit.Transport(c.byte()), Format: audit.Format(c.byte()), Flags: audit.Flags(c.byte())}
		a.Peer, a.Cert.Subject, a.Cert.SHA256 = string(c.text()), string(c.text()), string(c.text())
		return a
	})
}

func (b *Block) judgements(d *directory) (*lines[judgement], error) {
	return readTable(b, d, cachedJudgements, d.judgements, func(c *cursor) judgement {
		j := judgement{class: audit.Class(c.byte()), dialect: string(c.text())}
		j.codes = make([]string, c.count(1))
		for i := range j.codes {
			j.codes[i] = string(c.text())
		}
		return j
	})
}

// readTable reads a table through the cache.
func readTable[T any](b *Block, d *directory, kind uint8, t table, line func(*cursor) T) (*lines[T], error) {
	return cached(b.seg.cache, b.key(kind), func() (*lines[T], int, error) {
		raw, err := d.pages.whole(t.lines)
		if err != nil {
			return nil, 0, err
		}
		l := &lines[T]{lines: make([]T, t.count)}
		c := &cursor{b: raw}
		for i := range l.lines {
			one := &cursor{b: c.text()}
			l.lines[i] = line(one)
			c.bad = c.bad || one.bad || len(one.b) > 0
		}
		if c.bad || len(c.b) > 0 {
			return nil, 0, b.damage("a table of what records have in common can't be read")
		}
		if l.ids, err = readPlanes[uint32](&d.pages, t.ids, b.info.records); err != nil {
			return nil, 0, err
		}
		for _, id := range l.ids {
			if id >= uint32(t.count) {
				return nil, 0, b.damage("a record has a line that its table does not have")
			}
		}
		return l, 4*len(l.ids) + 2*len(raw) + 80*t.count, nil
	})
}
