package segment

import (
	"math/bits"
	"math/rand/v2"
)

// hashSet is a set of 64-bit hashes. Its zero value is empty.
type hashSet struct {
	table []uint64
	n     int
	// salt spreads hashes over the table: they are those of words that senders
	// choose, who must not be able to make them collide.
	salt uint64
	// zero says that 0 is in the set, which marks a free place in table.
	zero bool
}

func (s *hashSet) reset() {
	clear(s.table)
	s.n, s.zero = 0, false
}

func (s *hashSet) add(h uint64) {
	if h == 0 {
		if !s.zero {
			s.zero = true
			s.n++
		}
		return
	}
	if 2*s.n >= len(s.table) {
		s.grow()
	}
	mask := len(s.table) - 1
	for at := s.place(h); ; at = (at + 1) & mask {
		switch s.table[at] {
		case h:
			return
		case 0:
			s.table[at] = h
			s.n++
			return
		}
	}
}

func (s *hashSet) grow() {
	if s.salt == 0 {
		s.salt = rand.Uint64() | 1
	}
	old := s.table
	s.table = make([]uint64, max(1024, 2*len(old)))
	mask := len(s.table) - 1
	for _, h := range old {
		if h == 0 {
			continue
		}
		at := s.place(h)
		for s.table[at] != 0 {
			at = (at + 1) & mask
		}
		s.table[at] = h
	}
}

// place is where a hash belongs in the table, whose length is a power of two.
func (s *hashSet) place(h uint64) int {
	return int(h * s.salt >> (65 - bits.Len(uint(len(s.table)))))
}

// each calls fn with each hash, in no order.
func (s *hashSet) each(fn func(h uint64)) {
	if s.zero {
		fn(0)
	}
	for _, h := range s.table {
		if h != 0 {
			fn(h)
		}
	}
}
