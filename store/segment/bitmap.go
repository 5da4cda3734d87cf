package segment

import "math/bits"

// MaxRecords is how many records a block holds at most: it is aligned on the record
// number, so that a full block is one node of level 12 of the integrity tree.
const MaxRecords = 4096

// Bitmap is a set of a block's records: record i of the block is bit i%64 of word
// i/64.
type Bitmap [MaxRecords / 64]uint64

// Set puts record i into b.
func (b *Bitmap) Set(i int) { b[i>>6] |= 1 << (i & 63) }

// Has says whether record i is in b.
func (b *Bitmap) Has(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }

// Fill makes b the set of records 0 to n-1.
func (b *Bitmap) Fill(n int) {
	for w := range b {
		switch left := n - w*64; {
		case left >= 64:
			b[w] = ^uint64(0)
		case left > 0:
			b[w] = 1<<left - 1
		default:
			b[w] = 0
		}
	}
}

// And keeps in b what is also in o.
func (b *Bitmap) And(o *Bitmap) {
	for w := range b {
		b[w] &= o[w]
	}
}

// Or puts into b what is in o.
func (b *Bitmap) Or(o *Bitmap) {
	for w := range b {
		b[w] |= o[w]
	}
}

// AndNot takes out of b what is in o.
func (b *Bitmap) AndNot(o *Bitmap) {
	for w := range b {
		b[w] &^= o[w]
	}
}

// Count is how many records are in b.
func (b *Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// Empty says whether no record is in b.
func (b *Bitmap) Empty() bool {
	var any uint64
	for _, w := range b {
		any |= w
	}
	return any == 0
}

// Next gives the smallest record of b that is i or more, or -1.
func (b *Bitmap) Next(i int) int {
	if i >= MaxRecords {
		return -1
	}
	w := i >> 6
	word := b[w] >> (i & 63) << (i & 63)
	for word == 0 {
		if w++; w == len(b) {
			return -1
		}
		word = b[w]
	}
	return w<<6 + bits.TrailingZeros64(word)
}
