package segment

import (
	"encoding/binary"
	"math/bits"
	"sort"
)

// termIndex is the term index's page table.
type termIndex struct {
	rice, width  int
	terms, pairs uint64
	// firsts has each page's first term, offs where it lies in the file, with one more
	// for the end; sums has the checksums.
	firsts []uint64
	offs   []int64
	sums   []uint32
}

// readFences reads the page table of the term index.
func (s *Segment) readFences() error {
	var pages, fences *section
	for i := range s.footer.sections {
		switch sec := &s.footer.sections[i]; sec.tag {
		case sectionTerms:
			pages = sec
		case sectionFences:
			fences = sec
		}
	}
	none := damaged{path: s.path, block: -1}
	if pages == nil || fences == nil {
		return none.error(0, s.size, "footer names no term index")
	}
	b := make([]byte, fences.len)
	if err := s.read(b, int64(fences.off)); err != nil {
		return err
	}
	if checksum(b) != fences.sum || !s.terms.parse(b, pages) {
		return none.error(int64(fences.off), int64(fences.len), "the term index's page table can't be read")
	}
	return nil
}

func (t *termIndex) parse(b []byte, pages *section) bool {
	c := &cursor{b: b}
	t.rice, t.width = int(c.byte()), int(c.byte())
	t.terms, t.pairs = c.uvarint(), c.uvarint()
	n := c.count(6)
	t.firsts, t.offs, t.sums = make([]uint64, n), make([]int64, n+1), make([]uint32, n)
	first, off := uint64(0), int64(pages.off)
	end := int64(pages.off + pages.len)
	for i := range n {
		first += c.uvarint()
		t.firsts[i], t.offs[i] = first, off
		size := c.uvarint()
		if size > maxTermPage || int64(size) > end-off {
			return false
		}
		off += int64(size)
		t.sums[i] = c.u32()
	}
	t.offs[n] = off
	return !c.bad && len(c.b) == 0 && off == end && t.rice <= termBits && t.width <= ordinalBits
}

// maxTermPage bounds a page of the term index: a group begins below termPage.
const maxTermPage = 32 << 10

// TermBlocks appends to dst the ordinals, rising, of all blocks that may hold a value
// with the term hash (see query.Forms): all that do, and rarely one that does not.
func (s *Segment) TermBlocks(hash uint64, dst []int) ([]int, error) {
	t := &s.terms
	term := hash >> termShift
	// The term may begin at the end of the page before the first that begins with it.
	i := sort.Search(len(t.firsts), func(i int) bool { return t.firsts[i] >= term })
	for i = max(i-1, 0); i < len(t.firsts) && t.firsts[i] <= term; i++ {
		page, err := s.termPage(i)
		if err != nil {
			return dst, err
		}
		r := newTermReader(t, page, i)
		for r.group() && r.term <= term {
			if r.term != term {
				continue
			}
			for _, o := range r.ordinals {
				if int(o) < len(s.blocks) {
					dst = append(dst, int(o))
				}
			}
		}
		if r.bits.bad {
			return dst, s.termDamage(i)
		}
	}
	return dst, nil
}

// termPage gives a page of the term index through the cache.
func (s *Segment) termPage(i int) ([]byte, error) {
	k := cacheKey{segment: s.id, block: -1, kind: cachedTerms, page: uint32(i)}
	return cached(s.cache, k, func() ([]byte, int, error) {
		b := make([]byte, s.terms.offs[i+1]-s.terms.offs[i])
		if err := s.read(b, s.terms.offs[i]); err != nil {
			return nil, 0, err
		}
		if checksum(b) != s.terms.sums[i] {
			return nil, 0, s.termDamage(i)
		}
		return b, len(b), nil
	})
}

func (s *Segment) termDamage(i int) *DamageError {
	off := s.terms.offs[i]
	return damaged{path: s.path, block: -1}.error(off, s.terms.offs[i+1]-off, "page %d of the term index can't be read", i)
}

// termReader reads the groups of one page.
type termReader struct {
	rice, width int
	left        uint64
	bits        bitReader
	// term and ordinals are those of the group read last.
	term     uint64
	ordinals []uint64
}

func newTermReader(t *termIndex, page []byte, i int) *termReader {
	n, w := binary.Uvarint(page)
	if w <= 0 {
		return &termReader{bits: bitReader{bad: true}}
	}
	return &termReader{rice: t.rice, width: t.width, left: n, bits: bitReader{b: page[w:]}, term: t.firsts[i]}
}

// group reads the next group; it gives false behind the last one or where bits are
// wrong.
func (r *termReader) group() bool {
	if r.left == 0 || r.bits.bad {
		return false
	}
	r.left--
	r.term += r.bits.rice(r.rice)
	n := r.bits.gamma()
	if n > termGroup {
		r.bits.bad = true
		return false
	}
	r.ordinals = r.ordinals[:0]
	at := uint64(0)
	for i := range n {
		if i == 0 {
			at = r.bits.take(r.width)
		} else {
			at += r.bits.gamma()
		}
		r.ordinals = append(r.ordinals, at)
	}
	return !r.bits.bad
}

// bitReader reads what bitWriter wrote.
type bitReader struct {
	b []byte
	// word's upper n bits are the next ones; what is below them is what b begins with,
	// or zeros.
	word uint64
	n    int
	bad  bool
}

// fill makes 56 bits ready where there are so many.
func (r *bitReader) fill() {
	if len(r.b) >= 8 {
		r.word |= binary.BigEndian.Uint64(r.b) >> r.n
		whole := (63 - r.n) / 8
		r.b = r.b[whole:]
		r.n += whole * 8
		return
	}
	for r.n <= 56 && len(r.b) > 0 {
		r.word |= uint64(r.b[0]) << (56 - r.n)
		r.b = r.b[1:]
		r.n += 8
	}
}

// take reads n bits, at most 56.
func (r *bitReader) take(n int) uint64 {
	if r.n < n {
		r.fill()
	}
	return r.drop(n)
}

// drop takes n bits off word, which must have them.
func (r *bitReader) drop(n int) uint64 {
	if n > r.n {
		r.bad = true
		return 0
	}
	v := r.word >> (64 - n)
	r.word <<= n
	r.n -= n
	return v
}

func (r *bitReader) rice(k int) uint64 {
	r.fill()
	q := bits.LeadingZeros64(^r.word)
	if q >= riceEscape {
		r.drop(riceEscape)
		return r.take(termBits)
	}
	r.drop(q + 1)
	return uint64(q)<<k | r.take(k)
}

func (r *bitReader) gamma() uint64 {
	if r.n < 56 {
		r.fill()
	}
	zeros := bits.LeadingZeros64(r.word)
	if zeros > 27 {
		r.bad = true
		return 0
	}
	return r.drop(2*zeros + 1)
}

// termStream gives all pairs of a segment's term index, with other ordinals: blocks maps
// them, -1 leaves a block's pairs out. It rises where blocks does.
type termStream struct {
	segment *Segment
	blocks  []int
	page    int
	reader  *termReader
	ready   []uint64
}

func (s *termStream) distinct() uint64 { return s.segment.terms.terms }

func (s *termStream) next() (uint64, bool, error) {
	for len(s.ready) == 0 {
		if s.reader != nil && s.reader.group() {
			for _, o := range s.reader.ordinals {
				if o < uint64(len(s.blocks)) && s.blocks[o] >= 0 {
					s.ready = append(s.ready, s.reader.term<<ordinalBits|uint64(s.blocks[o]))
				}
			}
			continue
		}
		if s.reader != nil && s.reader.bits.bad {
			return 0, false, s.segment.termDamage(s.page - 1)
		}
		if s.page == len(s.segment.terms.firsts) {
			return 0, false, nil
		}
		page, err := s.segment.termPage(s.page)
		if err != nil {
			return 0, false, err
		}
		s.reader = newTermReader(&s.segment.terms, page, s.page)
		s.page++
	}
	pair := s.ready[0]
	s.ready = s.ready[1:]
	return pair, true, nil
}
