package segment

import (
	"encoding/base64"
	"sort"

	"arr/audit"
)

// column is a column's head, decoded: which distinct value each value is, and where the
// distinct values lie on their pages.
type column struct {
	*columnInfo
	block *Block
	dir   *directory
	ord   int
	// codes has the distinct value of each value.
	codes []uint32
	// times are the instants, in a column of times.
	times []int64
	// ends has for each distinct value where it ends on its page, decoded.
	ends []uint32
	// shared has how much of each value stands in the one before, beginning in the
	// lower half and end in the upper, nil if columns have no affixes.
	shared []uint16
	// marked are the values of base64 that are stored as they were written, nil for none.
	marked []bool
}

// column reads the head of column ord through the cache.
func (b *Block) column(d *directory, l *layout, ord int) (*column, error) {
	k := b.key(cachedColumn)
	k.column = uint8(ord)
	return cached(b.seg.cache, k, func() (*column, int, error) {
		c := &column{columnInfo: &d.columns[ord], block: b, dir: d, ord: ord}
		if l.total(ord) != c.values {
			return nil, 0, b.damage("a column does not have as many values as its records")
		}
		if err := c.readCodes(l); err != nil {
			return nil, 0, err
		}
		if err := c.readTimes(l); err != nil {
			return nil, 0, err
		}
		if err := c.readLens(); err != nil {
			return nil, 0, err
		}
		return c, 4*len(c.codes) + 8*len(c.times) + 4*len(c.ends) + 2*len(c.shared) + len(c.marked) + 128, nil
	})
}

func (c *column) readCodes(l *layout) error {
	syms, err := readPlanes[uint32](&c.dir.pages, c.symbols, c.values)
	if err != nil {
		return err
	}
	var pair []int32
	var codes, last []uint32
	if c.parent >= 0 {
		p, err := c.block.column(c.dir, l, c.parent)
		if err != nil {
			return err
		}
		pair = pairs(&l.rows, c.ord, c.parent, c.values)
		codes, last = p.codes, make([]uint32, p.distinct)
	}
	if !codesOf(syms, codes, pair, last, c.distinct) {
		return c.block.damage("a column has codes of values that it does not have")
	}
	c.codes = syms
	return nil
}

func (c *column) readTimes(l *layout) error {
	if c.flags&columnTimes == 0 {
		return nil
	}
	times, err := c.block.Times()
	if err != nil {
		return err
	}
	refs := spreadTimes(make([]int64, 0, c.values), &l.rows, times, c.ord)
	c.times, err = readInstants(&c.dir.pages, c.instants, refs)
	return err
}

// readInstants gives the instants stored against refs, in place of them.
func readInstants(r *pageReader, at instants, refs []int64) ([]int64, error) {
	ms, err := readPlanes[uint64](r, at.ms, len(refs))
	if err != nil {
		return nil, err
	}
	us, err := readPlanes[uint64](r, at.us, len(refs))
	if err != nil {
		return nil, err
	}
	for i, u := range us {
		if u != 0 {
			refs[i] = (floorDiv(refs[i], 1000)+unzigzag(ms[i]))*1000 + int64(u-1)
		}
	}
	return refs, nil
}

func (c *column) readLens() error {
	r := &c.dir.pages
	lens, err := readPlanes[uint32](r, c.lens, c.distinct)
	if err != nil {
		return err
	}
	if c.flags&columnAffix != 0 {
		prefix, err := readPlanes[uint32](r, c.prefix, c.distinct)
		if err != nil {
			return err
		}
		suffix, err := readPlanes[uint32](r, c.suffix, c.distinct)
		if err != nil {
			return err
		}
		c.shared = make([]uint16, c.distinct)
		for i := range prefix {
			c.shared[i] = uint16(prefix[i] | suffix[i]<<8)
		}
	}
	if c.flags&columnBase64 != 0 {
		for i, n := range lens {
			if n&1 != 0 && c.marked == nil {
				c.marked = make([]bool, c.distinct)
			}
			if n&1 != 0 {
				c.marked[i] = true
			}
			lens[i] = n >> 1
		}
	}
	if !c.measure(lens) {
		return c.block.damage("a column's pages do not have the lengths of its values")
	}
	c.ends = lens
	return nil
}

// measure turns lengths into ends, page by page. It says whether the lengths go with
// what each value shares with the one before and with the pages' lengths.
func (c *column) measure(lens []uint32) bool {
	for _, p := range c.pages {
		end, stored := uint64(0), uint64(0)
		before := uint64(0)
		for i := p.first; i < p.end; i++ {
			n := uint64(lens[i])
			own := n
			if c.shared != nil {
				prefix, suffix := uint64(c.shared[i]&255), uint64(c.shared[i]>>8)
				if prefix+suffix > n || prefix+suffix > before {
					return false
				}
				own -= prefix + suffix
			}
			before = n
			stored += own
			end += n
			lens[i] = uint32(end)
		}
		if stored != uint64(p.at.n) || end > maxPage || end > pageSize && p.end-p.first > 1 || p.at.kind == refFill && stored > pageSize {
			return false
		}
	}
	return true
}

// page gives the decoded bytes of text page i through the cache.
func (c *column) page(i int) ([]byte, error) {
	k := c.block.key(cachedPage)
	k.column, k.page = uint8(c.ord), uint32(i)
	return cached(c.block.seg.cache, k, func() ([]byte, int, error) {
		p := c.pages[i]
		raw, err := c.dir.pages.whole(p.at)
		if err != nil || c.shared == nil {
			return raw, len(raw), err
		}
		text := make([]byte, 0, c.ends[p.end-1])
		start, before := uint32(0), []byte(nil)
		for v := p.first; v < p.end; v++ {
			prefix, suffix := int(c.shared[v]&255), int(c.shared[v]>>8)
			own := int(c.ends[v]-start) - prefix - suffix
			text = append(text, before[:prefix]...)
			text = append(text, raw[:own]...)
			text = append(text, before[len(before)-suffix:]...)
			raw = raw[own:]
			before = text[start:]
			start = c.ends[v]
		}
		return text, len(text), nil
	})
}

// texts walks a column's distinct values. It keeps the page that was looked at last. It
// belongs to one goroutine.
type texts struct {
	*column
	at    textPage
	bytes []byte
	buf   []byte
}

// stored gives distinct value i as it is stored; it is shared: read only.
func (t *texts) stored(i int) ([]byte, error) {
	if i < t.at.first || i >= t.at.end {
		n := 0
		if len(t.pages) > 1 {
			n = sort.Search(len(t.pages), func(k int) bool { return t.pages[k].end > i })
		}
		b, err := t.page(n)
		if err != nil {
			return nil, err
		}
		t.at, t.bytes = t.pages[n], b
	}
	start := uint32(0)
	if i > t.at.first {
		start = t.ends[i-1]
	}
	return t.bytes[start:t.ends[i]], nil
}

// decoded says whether distinct value i is stored decoded from base64.
func (t *texts) decoded(i int) bool {
	return t.flags&columnBase64 != 0 && (t.marked == nil || !t.marked[i])
}

// append appends value v of the column, as it stood in its frame, to dst.
func (t *texts) append(dst []byte, v int) ([]byte, error) {
	code := int(t.codes[v])
	s, err := t.stored(code)
	switch {
	case err != nil:
		return dst, err
	case t.times != nil:
		return joinTime(dst, s, t.times[v]), nil
	case t.decoded(code):
		return base64.StdEncoding.AppendEncode(dst, s), nil
	}
	return append(dst, s...), nil
}

// plainOf gives distinct value i of a column that is not one of times as plain text
// (audit.PlainText): asBase64 says how its slot is written. It is valid until the next
// call.
func (t *texts) plainOf(i int, asBase64 bool) ([]byte, error) {
	s, err := t.stored(i)
	if err != nil {
		return nil, err
	}
	kind := audit.KindText
	switch {
	case t.decoded(i) && asBase64:
		return s, nil
	case t.decoded(i):
		s = base64.StdEncoding.AppendEncode(nil, s)
	case asBase64:
		kind = audit.KindBase64
	}
	s, t.buf = audit.PlainText(kind, s, t.buf)
	return s, nil
}

// plainTime gives value v of a column of times as plain text. It is valid until the
// next call.
func (t *texts) plainTime(v int) ([]byte, error) {
	layout, err := t.stored(int(t.codes[v]))
	if err != nil {
		return nil, err
	}
	s := joinTime(nil, layout, t.times[v])
	s, t.buf = audit.PlainText(audit.KindText, s, t.buf)
	return s, nil
}
