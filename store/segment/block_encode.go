package segment

import (
	"bytes"
	"hash/maphash"
	"slices"

	"arr/audit"
)

// blockEncoder turns records into a block's bytes. Its buffers are used for one block
// after another.
type blockEncoder struct {
	pages *pageWriter
	text  textWriter
	seed  maphash.Seed
	rows  rows
	// place finds a shape's form of this block; known keeps forms, and what their
	// fixed values say, from block to block.
	place  map[*audit.Shape]uint16
	keys   map[[16]byte]uint16
	known  map[[16]byte]*knownForm
	spoken []*knownForm
	// columns are the block's in order of first occurrence; byID finds them, and free
	// has writers that no column uses.
	columns []*columnWriter
	byID    [audit.MaxColumns]*columnWriter
	free    []*columnWriter
	// slots has for each form the writers of its slots' columns; raw says which
	// records are whole frames.
	slots   [][]*columnWriter
	raw     []bool
	parents parentChooser
	facts   facts
	meta    metaWriter
	// times are the records' Times.
	times []int64
	// whole says that every record of the block is stored as a whole frame.
	whole bool
	// values counts the values of the block's records that are not whole.
	values int
	filter []byte
	buf    []byte
	dir    []byte
}

// knownForm is a form and the terms and words of its fixed values.
type knownForm struct {
	*form
	terms, words []uint64
}

func newBlockEncoder() (*blockEncoder, error) {
	pages, err := newPageWriter()
	if err != nil {
		return nil, err
	}
	return &blockEncoder{
		pages: pages,
		text:  textWriter{pages: pages},
		seed:  maphash.MakeSeed(),
		place: map[*audit.Shape]uint16{},
		keys:  map[[16]byte]uint16{},
		known: map[[16]byte]*knownForm{},
	}, nil
}

// encodedBlock is a block ready to be written: its bytes, with the directory from
// directory on, and the terms of its records, rising.
type encodedBlock struct {
	bytes     []byte
	directory int
	terms     []uint64
}

// encode makes a block of records. The result is valid until the next call.
func (e *blockEncoder) encode(records []*audit.Record) encodedBlock {
	e.reset()
	for _, r := range records {
		e.add(r)
	}
	for _, c := range e.columns {
		c.decode()
	}
	e.facts.collect(e, records)
	dir := e.writeHead(records)
	dir = e.writeFilter(dir)
	dir = e.writeColumns(dir)
	table := e.pages.finish(e.buf[:0])
	e.buf = table
	start := len(e.pages.out)
	e.pages.out = append(append(e.pages.out, table...), dir...)
	e.dir = dir
	for _, c := range e.columns {
		c.letGo()
	}
	return encodedBlock{bytes: e.pages.out, directory: start, terms: e.facts.sortedTerms()}
}

func (e *blockEncoder) reset() {
	e.pages.reset()
	e.rows.ids, e.rows.runs = e.rows.ids[:0], e.rows.runs[:0]
	e.rows.forms, e.rows.columns = e.rows.forms[:0], e.rows.columns[:0]
	e.slots, e.raw, e.spoken = e.slots[:0], e.raw[:0], e.spoken[:0]
	clear(e.place)
	clear(e.keys)
	for _, c := range e.columns {
		e.byID[c.id] = nil
		e.free = append(e.free, c)
	}
	e.columns = e.columns[:0]
	if len(e.known) > maxShapes {
		clear(e.known)
	}
	e.values = 0
	e.facts.reset()
}

// add puts a record's values into their columns, or its frame into ColumnRaw where
// skeleton and values do not give the frame.
func (e *blockEncoder) add(r *audit.Record) {
	whole := e.whole || r.Shape.Raw || len(r.Spans) > maxValues-e.values || !fits(r)
	shape := r.Shape
	if whole {
		shape = audit.RawShape
	}
	id := e.formOf(shape)
	e.rows.ids = append(e.rows.ids, id)
	e.raw = append(e.raw, whole)
	writers := e.slots[id]
	if whole {
		writers[0].add(r.Frame)
		return
	}
	e.values += len(r.Spans)
	e.rows.runs = append(e.rows.runs, r.Runs...)
	span, run := 0, 0
	for i := range shape.Slots {
		n := 1
		if shape.Slots[i].Joint != nil {
			n = int(r.Runs[run])
			run++
		}
		for range n {
			writers[i].add(r.Value(span))
			span++
		}
	}
}

// fits says whether spans lie in r's frame as the skeleton has them, texts between them
// apart: those the parser compared, and who reads the block back finds it out.
func fits(r *audit.Record) bool {
	s := r.Shape
	if len(s.Gaps) != len(s.Slots)+1 || len(r.Runs) != s.Repeats {
		return false
	}
	off, span, run := uint64(0), 0, 0
	for i := range s.Slots {
		slot := &s.Slots[i]
		n := 1
		if slot.Joint != nil {
			n = int(r.Runs[run])
			run++
		}
		if slot.Column >= audit.MaxColumns || n < 1 || span+n > len(r.Spans) {
			return false
		}
		off += uint64(len(s.Gaps[i]))
		for k := range n {
			if k > 0 {
				off += uint64(len(slot.Joint))
			}
			v := r.Spans[span]
			if uint64(v.Off) != off {
				return false
			}
			off += uint64(v.Len)
			span++
		}
	}
	return span == len(r.Spans) && off+uint64(len(s.Gaps[len(s.Slots)])) == uint64(len(r.Frame))
}

// formOf gives the place of a shape's form among the block's, new if need be.
func (e *blockEncoder) formOf(s *audit.Shape) uint16 {
	if id, ok := e.place[s]; ok {
		return id
	}
	id, ok := e.keys[s.Key]
	if !ok || !sameSkeleton(e.rows.forms[id].shape, s) {
		id = uint16(len(e.rows.forms))
		k := e.knownForm(s)
		e.keys[s.Key] = id
		e.rows.forms = append(e.rows.forms, k.form)
		e.spoken = append(e.spoken, k)
		e.slots = append(e.slots, e.writers(s))
	}
	e.place[s] = id
	return id
}

// sameSkeleton says whether two shapes with one key have one skeleton: a frame's bytes
// hang on it, so a key alone is not believed.
func sameSkeleton(a, b *audit.Shape) bool {
	return bytes.Equal(audit.AppendSkeleton(nil, a), audit.AppendSkeleton(nil, b))
}

// knownForm gives a shape's form from block to block. What a shape means may change
// with the parser, so a form is known by its key and its shape.
func (e *blockEncoder) knownForm(s *audit.Shape) *knownForm {
	if k, ok := e.known[s.Key]; ok && k.shape == s {
		return k
	}
	k := &knownForm{form: newForm(s)}
	e.facts.fixed(k)
	e.known[s.Key] = k
	return k
}

// writers gives the column writers of a shape's slots.
func (e *blockEncoder) writers(s *audit.Shape) []*columnWriter {
	w := make([]*columnWriter, len(s.Slots))
	for i := range s.Slots {
		slot := &s.Slots[i]
		c := e.byID[slot.Column]
		if c == nil {
			if last := len(e.free) - 1; last >= 0 {
				c, e.free = e.free[last], e.free[:last]
			} else {
				c = &columnWriter{distinct: dictionary{seed: e.seed}}
			}
			c.begin(slot.Column, slot.Kind, slot.Fields&factFields != 0)
			e.byID[slot.Column] = c
			e.columns = append(e.columns, c)
			e.rows.columns = append(e.rows.columns, slot.Column)
		}
		w[i] = c
	}
	return w
}

// writeColumns appends the columns' entries: their number (unsigned varint), then each
// entry as writeColumn has it.
func (e *blockEncoder) writeColumns(dir []byte) []byte {
	e.parents.begin(&e.rows)
	dir = appendUvarints(dir, uint64(len(e.columns)))
	for ord := range e.columns {
		dir = e.writeColumn(dir, ord)
	}
	return dir
}

// writeColumn appends a column's entry: its id, the number of its values and of its
// distinct values, its parent's ordinal plus one or 0 (unsigned varints), the planes of
// its symbols, the flags (1 byte), in a column of times the planes of its instants, and
// what textWriter.write appends.
func (e *blockEncoder) writeColumn(dir []byte, ord int) []byte {
	c := e.columns[ord]
	parent, syms := e.parents.choose(e, ord)
	dir = appendUvarints(dir, uint64(c.id), uint64(len(c.codes)), uint64(len(c.distinct.values)), uint64(parent+1))
	dir = appendPlanes(dir, writePlanes(e.pages, syms, &e.text.planes))
	flags := len(dir)
	dir = append(dir, 0)
	if c.flags&columnTimes != 0 {
		dir = e.meta.writeInstants(dir, e.pages, c.instants, e.meta.spread(&e.rows, e.times, ord, len(c.codes)))
	}
	dir = e.text.write(dir, c)
	dir[flags] = c.flags
	return dir
}

// sortedTerms gives the terms that were collected, rising, each once.
func (f *facts) sortedTerms() []uint64 {
	f.sorted = f.sorted[:0]
	f.terms.each(func(h uint64) { f.sorted = append(f.sorted, h) })
	slices.Sort(f.sorted)
	return f.sorted
}

// writeFilter writes the word filter and appends the number of its lines and its first
// page.
func (e *blockEncoder) writeFilter(dir []byte) []byte {
	e.filter = buildFilter(&e.facts.words, e.filter)
	r := e.pages.plain(e.filter, filterPage)
	return appendUvarints(dir, uint64(len(e.filter)/filterLine), uint64(r.at))
}
