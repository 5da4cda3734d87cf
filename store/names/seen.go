package names

// generation is how many hashes a generation of seen holds, and half of how many it has
// room for: together 8 MiB.
const generation = 1 << 18

// seen remembers the hashes of the values that were met lately. The older generation is
// forgotten when the younger is full; what is met again stays. The zero value is empty.
type seen struct {
	young, old []uint64
	n          int
}

// add reports whether h was there already, and adds it.
func (s *seen) add(h uint64) bool {
	if h == 0 {
		h = 1 // 0 marks a free place
	}
	if s.young == nil {
		s.young, s.old = make([]uint64, 2*generation), make([]uint64, 2*generation)
	}
	place, ok := lookUp(s.young, h)
	if ok {
		return true
	}
	_, ok = lookUp(s.old, h)
	s.young[place] = h
	if s.n++; s.n == generation {
		s.young, s.old, s.n = s.old, s.young, 0
		clear(s.young)
	}
	return ok
}

// lookUp returns the place of h in a table, or where it would be put.
func lookUp(table []uint64, h uint64) (int, bool) {
	mask := uint64(len(table) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch table[i] {
		case h:
			return int(i), true
		case 0:
			return int(i), false
		}
	}
}
