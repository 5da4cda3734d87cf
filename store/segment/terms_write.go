package segment

import (
	"encoding/binary"
	"math/bits"
)

// The term index says in which blocks a term occurs. Terms stand in it in rising order,
// each with its blocks, bit by bit: the gap to the term before in Rice code, the number
// of blocks in Elias' gamma code, the first ordinal in as many bits as the largest one
// takes, and the gaps between ordinals in gamma code. Pages of about termPage bytes
// begin anew, so that one term is found by reading one page.
const (
	termBits    = 64 - termShift
	ordinalBits = 24
	termPage    = 2 << 10
	// termGroup is how many blocks one term is given with at most: more of them come
	// as the same term again, with gap 0.
	termGroup = 1024
	// riceEscape is how many ones, instead of a quotient, say that the gap follows in
	// termBits bits.
	riceEscape = 24
)

// termSource gives pairs of term and ordinal, rising.
type termSource interface {
	// next gives the next pair; ok is false behind the last one.
	next() (pair uint64, ok bool, err error)
	// distinct is about how many terms there are.
	distinct() uint64
}

// pairSource gives pairs from memory.
type pairSource struct{ pairs []uint64 }

func (s *pairSource) next() (uint64, bool, error) {
	if len(s.pairs) == 0 {
		return 0, false, nil
	}
	p := s.pairs[0]
	s.pairs = s.pairs[1:]
	return p, true, nil
}

func (s *pairSource) distinct() (n uint64) {
	for i, p := range s.pairs {
		if i == 0 || p>>ordinalBits != s.pairs[i-1]>>ordinalBits {
			n++
		}
	}
	return n
}

// termWriter writes the term index.
type termWriter struct {
	rice, width int
	emit        func(page []byte) error
	bits        bitWriter
	// groups, first and before are of the open page: how many groups it holds, its
	// first term and its last one.
	groups        int
	first, before uint64
	fences        []byte
	pages         uint64
	fence         uint64
	terms, pairs  uint64
	ordinals      []uint64
	term          uint64
}

func newTermWriter(sources []termSource, blocks int) *termWriter {
	n := uint64(0)
	for _, s := range sources {
		n += s.distinct()
	}
	// A gap is 2^termBits/n in the mean; ln 2 of that is the best divisor.
	mean := uint64(1) << termBits / max(n, 1) * 177 / 256
	return &termWriter{rice: max(bits.Len64(mean)-1, 0), width: bits.Len(uint(max(blocks-1, 0)))}
}

// run merges the sources and calls emit with each page.
func (t *termWriter) run(sources []termSource, emit func(page []byte) error) error {
	t.emit = emit
	heads := make([]uint64, 0, len(sources))
	var open []termSource
	for _, s := range sources {
		pair, ok, err := s.next()
		if err != nil {
			return err
		}
		if ok {
			heads, open = append(heads, pair), append(open, s)
		}
	}
	for len(open) > 0 {
		least := 0
		for i, h := range heads {
			if h < heads[least] {
				least = i
			}
		}
		if err := t.add(heads[least]); err != nil {
			return err
		}
		pair, ok, err := open[least].next()
		if err != nil {
			return err
		}
		if !ok {
			heads = append(heads[:least], heads[least+1:]...)
			open = append(open[:least], open[least+1:]...)
			continue
		}
		heads[least] = pair
	}
	if err := t.group(); err != nil {
		return err
	}
	return t.page()
}

// add takes a pair, which is larger than the one before.
func (t *termWriter) add(pair uint64) error {
	t.pairs++
	term := pair >> ordinalBits
	if term != t.term || len(t.ordinals) == termGroup {
		if err := t.group(); err != nil {
			return err
		}
	}
	if term != t.term || t.terms == 0 {
		t.terms++
		t.term = term
	}
	t.ordinals = append(t.ordinals, pair&(1<<ordinalBits-1))
	return nil
}

// group writes the gathered ordinals of a term.
func (t *termWriter) group() error {
	if len(t.ordinals) == 0 {
		return nil
	}
	if t.groups == 0 {
		t.first, t.before = t.term, t.term
	}
	t.bits.rice(t.term-t.before, t.rice)
	t.before = t.term
	t.bits.gamma(uint64(len(t.ordinals)))
	for i, o := range t.ordinals {
		if i == 0 {
			t.bits.put(o, t.width)
		} else {
			t.bits.gamma(o - t.ordinals[i-1])
		}
	}
	t.ordinals = t.ordinals[:0]
	t.groups++
	if len(t.bits.b) >= termPage-16 {
		return t.page()
	}
	return nil
}

// page ends the open page: the number of its groups (unsigned varint) and their bits.
func (t *termWriter) page() error {
	if t.groups == 0 {
		return nil
	}
	page := append(binary.AppendUvarint(nil, uint64(t.groups)), t.bits.flush()...)
	t.fences = appendUvarints(t.fences, t.first-t.fence, uint64(len(page)))
	t.fences = binary.LittleEndian.AppendUint32(t.fences, checksum(page))
	t.fence = t.first
	t.pages++
	t.groups = 0
	t.bits.b = t.bits.b[:0]
	return t.emit(page)
}

// table gives the page table: the Rice code's number of low bits and the width of an
// ordinal (1 byte each), the number of terms, of pairs and of pages; and for each page
// how much its first term is above that of the page before, and its length (unsigned
// varints), and its CRC32C.
func (t *termWriter) table() []byte {
	b := []byte{byte(t.rice), byte(t.width)}
	b = appendUvarints(b, t.terms, t.pairs, t.pages)
	return append(b, t.fences...)
}

// bitWriter appends bits, highest first.
type bitWriter struct {
	b    []byte
	word uint64
	n    int
}

// put appends the lowest n bits of v, at most 56.
func (w *bitWriter) put(v uint64, n int) {
	w.word = w.word<<n | v&(1<<n-1)
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.b = append(w.b, byte(w.word>>(w.n-8)))
	}
}

// rice appends v in Rice code: the quotient by 2^k as so many ones and a zero, then the
// lowest k bits; a large quotient as riceEscape ones and all termBits bits.
func (w *bitWriter) rice(v uint64, k int) {
	q := v >> k
	if q >= riceEscape {
		w.put(1<<riceEscape-1, riceEscape)
		w.put(v, termBits)
		return
	}
	w.put((1<<q-1)<<1, int(q)+1)
	w.put(v, k)
}

// gamma appends v, 1 or more, in Elias' gamma code: one zero less than v has bits, then
// v.
func (w *bitWriter) gamma(v uint64) {
	n := bits.Len64(v)
	w.put(0, n-1)
	w.put(v, n)
}

// flush fills the last byte with zeros and gives the bytes.
func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
	w.word, w.n = 0, 0
	return w.b
}
