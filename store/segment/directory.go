package segment

import "arr/audit"

// directory says where all that a block holds lies.
type directory struct {
	pages pageReader
	// skeletons has formCount skeletons one after another; ids are the planes of the
	// records' places among them.
	formCount    int
	skeletons    ref
	ids          planes
	runCount     int
	runs         planes
	firstArrival int64
	received     planes
	times        instants
	arrivals     table
	judgements   table
	filterLines  int
	filter       ref
	columns      []columnInfo
	// place has each column's ordinal, -1 for none.
	place [audit.MaxColumns]int16
}

// instants are the planes of times stored against a reference.
type instants struct{ ms, us planes }

// table is a list of distinct lines and each record's place in it.
type table struct {
	count int
	lines ref
	ids   planes
}

// columnInfo is a column's entry in the directory.
type columnInfo struct {
	id               audit.Column
	flags            byte
	values, distinct int
	// parent is an ordinal, -1 for none.
	parent         int
	symbols        planes
	instants       instants
	prefix, suffix planes
	lens           planes
	pages          []textPage
}

// textPage is a page of distinct values, from first to end-1.
type textPage struct {
	first, end int
	at         ref
}

// directory reads the block's directory through the cache.
func (b *Block) directory() (*directory, error) {
	return cached(b.seg.cache, b.key(cachedDirectory), func() (*directory, int, error) {
		n := b.info.len - b.info.directory
		src, base := b.reader()
		raw := make([]byte, n)
		at := base + b.info.directory
		if _, err := src.ReadAt(raw, at); err != nil {
			return nil, 0, readError(b.where(), b.info.off+b.info.directory, n, err)
		}
		if checksum(raw) != b.info.directorySum {
			return nil, 0, b.where().error(b.info.off+b.info.directory, n, "directory does not have its checksum")
		}
		d, ok := parseDirectory(raw, b)
		if !ok {
			return nil, 0, b.damage("directory can't be read")
		}
		return d, 2*int(n) + 1024, nil
	})
}

// damage is the error for what a directory with a good checksum says wrongly.
func (b *Block) damage(what string) *DamageError {
	return b.where().error(b.info.off, b.info.len, "%s", what)
}

func parseDirectory(raw []byte, b *Block) (*directory, bool) {
	c := &cursor{b: raw}
	src, base := b.reader()
	d := &directory{pages: pageReader{src: src, base: base, at: b.info.off, where: b.where(), cache: b.seg.cache, key: b.key(0)}}
	d.pages.readTable(c, uint64(b.info.directory))
	records := int(c.below(MaxRecords + 1))
	if c.bad || records != b.info.records {
		return nil, false
	}
	d.formCount = int(c.below(uint64(records) + 1))
	d.skeletons = c.ref()
	d.ids = c.planes(records, 2)
	d.runCount = int(c.below(maxValues + 1))
	d.runs = c.planes(d.runCount, 4)
	d.firstArrival = c.varint()
	d.received = c.planes(records, 8)
	d.times = c.instants(records)
	d.arrivals = c.table(records)
	d.judgements = c.table(records)
	d.filterLines = int(c.below(1 << 24))
	d.filter = ref{kind: refOwn, n: uint32(d.filterLines) * filterLine, at: uint32(c.below(1 << 32))}
	for i := range d.place {
		d.place[i] = -1
	}
	d.columns = make([]columnInfo, c.below(audit.MaxColumns+1))
	for i := range d.columns {
		c.column(&d.columns[i], i)
		id := d.columns[i].id
		if c.bad || d.place[id] >= 0 {
			return nil, false
		}
		d.place[id] = int16(i)
	}
	return d, !c.bad && len(c.b) == 0 && d.sound()
}

func (c *cursor) instants(n int) instants {
	return instants{ms: c.planes(n, 8), us: c.planes(n, 8)}
}

func (c *cursor) table(records int) table {
	return table{count: int(c.below(uint64(records) + 1)), lines: c.ref(), ids: c.planes(records, 2)}
}

// column reads what blockEncoder.writeColumn appended for the column with this ordinal.
func (c *cursor) column(col *columnInfo, ord int) {
	col.id = audit.Column(c.below(audit.MaxColumns))
	col.values = int(c.below(maxValues + 1))
	col.distinct = int(c.below(uint64(col.values) + 1))
	col.parent = int(c.below(uint64(ord)+1)) - 1
	col.symbols = c.planes(col.values, 4)
	col.flags = c.byte()
	if col.flags&columnTimes != 0 {
		col.instants = c.instants(col.values)
	}
	if col.flags&columnAffix != 0 {
		col.prefix, col.suffix = c.planes(col.distinct, 1), c.planes(col.distinct, 1)
	}
	col.lens = c.planes(col.distinct, 4)
	col.pages = make([]textPage, c.count(3))
	first := 0
	for i := range col.pages {
		n := int(c.below(uint64(col.distinct-first) + 1))
		col.pages[i] = textPage{first: first, end: first + n, at: c.ref()}
		first += n
	}
	if first != col.distinct || col.flags > columnFlags {
		c.fail()
	}
}

// sound says whether all that the directory points at exists.
func (d *directory) sound() bool {
	refs := []ref{d.skeletons, d.arrivals.lines, d.judgements.lines}
	if d.filterLines > 0 {
		refs = append(refs, d.filter)
		first := int(d.filter.at)
		for left := d.filter.n; left > 0; first++ {
			// The place of a word's line is computed from the size of these pages.
			if first >= d.pages.own || d.pages.pages[first].raw != min(left, filterPage) {
				return false
			}
			left -= d.pages.pages[first].raw
		}
	}
	for _, p := range []planes{d.ids, d.runs, d.received, d.times.ms, d.times.us, d.arrivals.ids, d.judgements.ids} {
		refs = append(refs, p...)
	}
	for i := range d.columns {
		c := &d.columns[i]
		for _, p := range []planes{c.symbols, c.instants.ms, c.instants.us, c.prefix, c.suffix, c.lens} {
			refs = append(refs, p...)
		}
		for _, p := range c.pages {
			refs = append(refs, p.at)
		}
	}
	for _, r := range refs {
		if !d.pages.has(r) {
			return false
		}
	}
	return true
}
