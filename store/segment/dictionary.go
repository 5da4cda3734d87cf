package segment

import (
	"bytes"
	"hash/maphash"
)

// dictionary numbers distinct values in order of first occurrence.
type dictionary struct {
	seed maphash.Seed
	// table finds a value by its hash: its number plus 1, 0 for a free place.
	table  []uint32
	hashes []uint32
	values [][]byte
	// arena is where copies of values are made.
	arena []byte
}

const (
	// minArena is how many bytes for copies are taken at first, maxArena how many stay
	// from block to block.
	minArena, maxArena = 8 << 10, 256 << 10
	// shortValue is the longest value that is copied for its neighbours' sake: those that
	// are compared again and again lie close together then, instead of each in a frame that
	// the processor's cache let go long ago.
	shortValue = 96
)

// reset makes d empty. What it copied may be written over.
func (d *dictionary) reset() {
	clear(d.table)
	clear(d.values)
	if cap(d.arena) > maxArena {
		d.arena = nil
	}
	d.hashes, d.values, d.arena = d.hashes[:0], d.values[:0], d.arena[:0]
}

// number gives v's number; a new value is copied if keep is set or it is short, else it is
// kept as it is.
func (d *dictionary) number(v []byte, keep bool) uint32 {
	if 2*len(d.values) >= len(d.table) {
		d.grow()
	}
	h := maphash.Bytes(d.seed, v)
	mask := uint64(len(d.table) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		i := d.table[at]
		if i == 0 {
			d.table[at] = uint32(len(d.values)) + 1
			break
		}
		if d.hashes[i-1] == uint32(h) && bytes.Equal(d.values[i-1], v) {
			return i - 1
		}
	}
	if keep || len(v) <= shortValue {
		v = d.copy(v)
	}
	d.hashes = append(d.hashes, uint32(h))
	d.values = append(d.values, v)
	return uint32(len(d.values) - 1)
}

func (d *dictionary) copy(v []byte) []byte {
	if len(v) > cap(d.arena)-len(d.arena) {
		d.arena = make([]byte, 0, max(minArena, 2*cap(d.arena), len(v)))
	}
	start := len(d.arena)
	d.arena = append(d.arena, v...)
	return d.arena[start:len(d.arena):len(d.arena)]
}

// grow makes the table anew, twice as large.
func (d *dictionary) grow() {
	d.table = make([]uint32, max(256, 2*len(d.table)))
	mask := uint64(len(d.table) - 1)
	for i, v := range d.values {
		at := maphash.Bytes(d.seed, v) & mask
		for d.table[at] != 0 {
			at = (at + 1) & mask
		}
		d.table[at] = uint32(i) + 1
	}
}
