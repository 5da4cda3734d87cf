package segment

// hashSet is a set of 64-bit hashes. Its zero value is empty.
type hashSet struct {
	table []uint64
	n     int
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
	mask := uint64(len(s.table) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
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
	old := s.table
	s.table = make([]uint64, max(1024, 2*len(old)))
	mask := uint64(len(s.table) - 1)
	for _, h := range old {
		if h == 0 {
			continue
		}
		at := h & mask
		for s.table[at] != 0 {
			at = (at + 1) & mask
		}
		s.table[at] = h
	}
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
