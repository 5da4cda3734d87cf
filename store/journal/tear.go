package journal

import "math"

// A write that a crash cuts leaves sectors as they were written and others that were never
// written, which read as zeros or lie beyond the file's end. So a tail that no durable offset
// proves is one of three: all of its last group was written, and what is wrong with it is
// damage; sectors of it were never written, and all else is as it was written, so that nobody
// can have been told of it; or something is wrong that was written, and whether the group had
// ever been whole nothing says.

// zeroSector reports whether b, which stands at offset at of the file, holds all that its
// owner has of some sector, and that is zeros.
func zeroSector(b []byte, at int64) bool {
	for len(b) > 0 {
		n := min(sector-int(at%sector), len(b))
		if b[0] == 0 && zero(b[:n]) {
			return true
		}
		b, at = b[n:], at+int64(n)
	}
	return false
}

// written reports whether all of a loaded group was written, in which bad is not as it was;
// where it is not, unproven says that the cut of a write does not explain all of bad.
func (r *reader) written(h *header, bad []Damage) (whole, unproven bool) {
	if h.flags&flagZeros != 0 {
		return false, true // its own zeros can't be told from what was not written
	}
	// Header with table, and entries, are two writes: the disk may have either alone.
	start, entries, end := h.offset, h.offset+groupHeader+h.tableSize(), h.offset+int64(h.length)
	hole := func(from, to int64) bool { return zeroSector(r.buf[from-start:to-start], from) }
	if !hole(start, entries) && !hole(entries, end) {
		return true, false
	}
	for _, d := range bad {
		from, to := start, entries
		if d.Offset >= entries {
			from, to = entries, end
		}
		from = max(from, d.Offset/sector*sector)
		to = min(to, (d.Offset+d.Length+sector-1)/sector*sector)
		if !hole(from, to) {
			unproven = true
		}
	}
	return false, unproven
}

// tail ends the file at offset at, from where on nothing was ever durable as far as can be
// told.
func (r *reader) tail(at int64, unproven bool) error {
	end, err := r.end(at)
	r.res.Torn, r.res.Unproven = end-at, unproven
	return err
}

// unproven reports whether bytes at offset at that are no group of the file's can't be
// what a cut write left.
func (r *reader) unproven(at int64) (bool, error) {
	end, err := r.end(at)
	if err != nil || r.known.Rewritten > 0 || end-at <= groupHeader {
		// The next file holds what came here; or no group is as short as this, and what was
		// here said at most that the file ends.
		return false, err
	}
	b, err := r.read(&r.look, at, groupHeader)
	if err != nil {
		return false, err
	}
	if h, ok := parseHeader(b, &r.id, at, math.MaxInt64); ok && !r.res.Ended && h.first >= r.res.Next {
		return false, nil // the file ends within the group
	}
	return !zeroSector(b, at), nil
}
