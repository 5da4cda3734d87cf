package segment

import (
	"hash/maphash"
	"slices"

	"arr/audit"
)

// Group counts the records of sel (nil: of the whole block) by label: labels is called
// once for each distinct value of fields, as query.Plan.Labels (nil: a value is its own
// label), and a record counts once for each distinct label. add is called once a label;
// the label is valid until it returns. FieldTime, FieldReceived and FieldNumber have no
// labels.
func (b *Block) Group(fields audit.FieldSet, labels func(field audit.Field, value []byte, yield func(label []byte)),
	sel *Bitmap, add func(label []byte, n int64)) error {
	d, err := b.directory()
	if err != nil {
		return err
	}
	g := b.seg.cache.takeGrouper()
	defer b.seg.cache.giveGrouper(g)
	g.block, g.dir, g.fields, g.labels, g.sel = b, d, fields&^audit.Numeric, labels, b.selection(sel)
	if err := g.metadata(); err != nil {
		return err
	}
	if g.fields&^audit.Metadata != 0 {
		if g.layout, err = b.layout(d); err != nil {
			return err
		}
		if err := g.values(); err != nil {
			return err
		}
	}
	g.count()
	for i, n := range g.counts {
		if n > 0 {
			add(g.names.values[i], n)
		}
	}
	return nil
}

// grouper is one call of Group, and buffers for the next one.
type grouper struct {
	block  *Block
	dir    *directory
	layout *layout
	fields audit.FieldSet
	labels func(field audit.Field, value []byte, yield func(label []byte))
	sel    *Bitmap
	// names numbers the labels, counts has how many records have each.
	names  dictionary
	counts []int64
	// records and found are pairs of a record and a label that it has, the same pair
	// maybe more than once.
	records []uint16
	found   []int32
	// sorted are records and found by record.
	sortedRecords []uint16
	sortedFound   []int32
	// last has, for each label, the record that was counted last, plus one.
	last []int32
	// taken are labels as values yield them; spans has those of each distinct value of
	// the column that is being looked at. taker is take, made once.
	taken []int32
	spans []span
	taker func(label []byte)
}

// span is a part of grouper.taken: n is its length plus one, 0 where a value was not
// looked at.
type span struct{ at, n int32 }

// takeGrouper gives an empty grouper.
func (c *Cache) takeGrouper() *grouper {
	g, ok := c.groupers.Get().(*grouper)
	if !ok {
		g = &grouper{names: dictionary{seed: maphash.MakeSeed()}}
		g.taker = g.take
	}
	g.names.reset()
	g.records, g.found = g.records[:0], g.found[:0]
	return g
}

// giveGrouper takes a grouper back, without what it was used for.
func (c *Cache) giveGrouper(g *grouper) {
	g.block, g.dir, g.layout, g.labels, g.sel = nil, nil, nil, nil, nil
	c.groupers.Put(g)
}

// labelsOf appends the numbers of a value's labels to g.taken.
func (g *grouper) labelsOf(fields audit.FieldSet, value []byte) {
	if g.labels == nil {
		g.take(value)
		return
	}
	for fields != 0 {
		f := fields.First()
		fields &^= audit.Fields(f)
		g.labels(f, value, g.taker)
	}
}

// take appends the number of a label to g.taken.
func (g *grouper) take(label []byte) {
	g.taken = append(g.taken, int32(g.names.number(label, true)))
}

// note takes down that record i has the labels of a span.
func (g *grouper) note(i int, s span) {
	for _, l := range g.taken[s.at : s.at+s.n-1] {
		g.records, g.found = append(g.records, uint16(i)), append(g.found, l)
	}
}

// count counts each pair of record and label once.
func (g *grouper) count() {
	records, found := g.byRecord()
	g.counts = append(g.counts[:0], make([]int64, len(g.names.values))...)
	g.last = append(g.last[:0], make([]int32, len(g.names.values))...)
	for k, l := range found {
		if at := int32(records[k]) + 1; g.last[l] != at {
			g.last[l] = at
			g.counts[l]++
		}
	}
}

// byRecord sorts pairs by record, by counting; those of one column are sorted.
func (g *grouper) byRecord() ([]uint16, []int32) {
	sorted := true
	var starts [MaxRecords + 1]int32
	before := uint16(0)
	for _, r := range g.records {
		starts[r+1]++
		sorted = sorted && before <= r
		before = r
	}
	if sorted {
		return g.records, g.found
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	g.sortedRecords = slices.Grow(g.sortedRecords[:0], len(g.records))[:len(g.records)]
	g.sortedFound = slices.Grow(g.sortedFound[:0], len(g.found))[:len(g.found)]
	for k, r := range g.records {
		at := starts[r]
		starts[r]++
		g.sortedRecords[at], g.sortedFound[at] = r, g.found[k]
	}
	return g.sortedRecords, g.sortedFound
}

// metadata notes what is known of records beside their frames.
func (g *grouper) metadata() error {
	if g.fields&arrivalFields != 0 {
		t, err := g.block.arrivals(g.dir)
		if err != nil {
			return err
		}
		groupLines(g, t, eachArrival)
	}
	if g.fields&judgementFields != 0 {
		t, err := g.block.judgements(g.dir)
		if err != nil {
			return err
		}
		groupLines(g, t, eachJudgement)
	}
	return nil
}

func groupLines[T any](g *grouper, t *lines[T], each func(*T, audit.FieldSet, func(audit.Field, []byte))) {
	g.taken = g.taken[:0]
	spans := make([]span, len(t.lines))
	for i := g.sel.Next(0); i >= 0; i = g.sel.Next(i + 1) {
		s := &spans[t.ids[i]]
		if s.n == 0 {
			s.at = int32(len(g.taken))
			each(&t.lines[t.ids[i]], g.fields, func(f audit.Field, v []byte) { g.labelsOf(audit.Fields(f), v) })
			s.n = int32(len(g.taken)) - s.at + 1
		}
		g.note(i, *s)
	}
}

// values notes what the frames say.
func (g *grouper) values() error {
	l := g.layout
	g.taken = g.taken[:0]
	fixed := make([]span, len(l.forms))
	some := false
	var wanted [audit.MaxColumns]bool
	for i, f := range l.forms {
		fixed[i] = span{at: int32(len(g.taken)), n: 1}
		if f.shape.Raw || f.shape.Carries&g.fields == 0 {
			continue
		}
		for k := range f.shape.Fixed {
			if v := &f.shape.Fixed[k]; v.Fields&g.fields != 0 {
				g.labelsOf(v.Fields&g.fields, []byte(v.Value))
			}
		}
		fixed[i].n = int32(len(g.taken)) - fixed[i].at + 1
		some = some || fixed[i].n > 1
		for k := range f.cols {
			wanted[l.ords[i][k]] = wanted[l.ords[i][k]] || f.cols[k].fields&g.fields != 0
		}
	}
	if some {
		for i := g.sel.Next(0); i >= 0; i = g.sel.Next(i + 1) {
			g.note(i, fixed[l.ids[i]])
		}
	}
	for ord := range l.columns {
		if wanted[ord] {
			if err := g.column(ord); err != nil {
				return err
			}
		}
	}
	return g.frames()
}

// column notes the values of a column, one way of reading them after the other: most
// columns have one.
func (g *grouper) column(ord int) error {
	c, err := g.block.column(g.dir, g.layout, ord)
	if err != nil {
		return err
	}
	for _, m := range meanings(&g.layout.rows, ord, g.fields) {
		if err := g.columnAs(c, m); err != nil {
			return err
		}
	}
	return nil
}

// columnAs notes the values of the slots that have the meaning m.
func (g *grouper) columnAs(c *column, m meaning) error {
	t := &texts{column: c}
	g.taken = g.taken[:0]
	g.spans = append(g.spans[:0], make([]span, c.distinct)...)
	g.records, g.found = slices.Grow(g.records, len(c.codes)), slices.Grow(g.found, len(c.codes))
	return newWalker(g.layout, c.ord, g.fields).walk(g.sel, func(i, v, n int, asBase64 bool, fields audit.FieldSet) (bool, error) {
		if fields != m.fields || asBase64 != m.base64 {
			return true, nil
		}
		for ; n > 0; v, n = v+1, n-1 {
			s := &g.spans[c.codes[v]]
			// A layout is no value: many instants share it.
			if s.n == 0 || c.times != nil {
				text, err := g.text(t, v, asBase64)
				if err != nil {
					return false, err
				}
				s.at = int32(len(g.taken))
				g.labelsOf(fields, text)
				s.n = int32(len(g.taken)) - s.at + 1
			}
			g.note(i, *s)
		}
		return true, nil
	})
}

// text gives value v as plain text.
func (g *grouper) text(t *texts, v int, asBase64 bool) ([]byte, error) {
	if t.times != nil {
		return t.plainTime(v)
	}
	return t.plainOf(int(t.codes[v]), asBase64)
}

// frames notes records that are stored whole.
func (g *grouper) frames() error {
	return g.block.wholeFrames(g.layout, g.sel, func(i int, rec *audit.Record) {
		g.taken = g.taken[:0]
		rec.Each(g.fields&^audit.Metadata, func(fields audit.FieldSet, v []byte) bool {
			g.labelsOf(fields, v)
			return true
		})
		g.note(i, span{n: int32(len(g.taken)) + 1})
	})
}
