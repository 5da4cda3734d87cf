package emitter

import "fmt"

// damage is a part of a segment that can't be read.
type damage struct {
	path       string
	from, size int64
}

func (d damage) Error() string {
	return fmt.Sprintf("%s can't be read from byte %d on", d.path, d.from)
}

// passOver goes to the next whole entry, or to the end of the segment where there is none.
func (r *spoolReader) passOver(end int64) error {
	from := r.at.offset
	for ok := false; !ok && r.at.offset < end; {
		r.skip(nextEntry(r.buf))
		var err error
		if _, ok, err = r.read(end); err != nil {
			return err
		}
	}
	r.passedOver(from, r.at.offset-from)
	return nil
}

// passedOver notes what could not be read, once.
func (r *spoolReader) passedOver(from, size int64) {
	r.spool.mu.Lock()
	told := r.spool.damaged[r.at.segment]
	r.spool.damaged[r.at.segment] = max(told, from+size)
	r.spool.mu.Unlock()
	if from >= told && size > 0 {
		r.damage = append(r.damage, damage{r.spool.path(r.at.segment, segmentSuffix), from, size})
	}
}

// numbers are those of a segment's entries that were given.
type numbers struct {
	// bits count from base, if that is known.
	bits  []uint64
	base  uint64
	known bool
}

// maxNumbers is more entries than a segment has.
const maxNumbers = 1 << 24

// add reports whether the entry was not there. What is not numbered as entries of the segment
// are is taken for new: to have something twice is better than not at all.
func (n *numbers) add(g segment, e entry) bool {
	if !n.known && g.numbered {
		n.base, n.known = g.first, true
	} else if !n.known && e.numbered {
		// The header is damaged; entries with smaller numbers may stand behind this one.
		n.base, n.known = e.number-maxNumbers/2, true
	}
	i := e.number - n.base
	if !e.numbered || i >= maxNumbers {
		return true
	}
	for uint64(len(n.bits)) <= i/64 {
		n.bits = append(n.bits, 0)
	}
	word, bit := &n.bits[i/64], uint64(1)<<(i%64)
	given := *word&bit != 0
	*word |= bit
	return !given
}
