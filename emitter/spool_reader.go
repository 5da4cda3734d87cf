package emitter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// errDrained says that all that is durable was read.
var errDrained = errors.New("the spool is read to its end")

// readAhead is how many bytes are read at once.
const readAhead = 256 << 10

// spoolReader reads the frames of a spool in order. It is for one goroutine.
type spoolReader struct {
	spool *spool
	at    position
	file  *os.File
	// buf holds the bytes of the segment from at on.
	buf []byte
	// memory is what buf lies in.
	memory []byte
	// lost has the bytes of damaged segments that were passed over since it was last
	// set to 0.
	lost int64
}

// newReader makes a reader that begins with the first frame that is not confirmed.
func (s *spool) newReader() *spoolReader {
	r := &spoolReader{spool: s}
	r.rewind()
	return r
}

// rewind goes back to the first frame that is not confirmed.
func (r *spoolReader) rewind() {
	r.spool.mu.Lock()
	p := r.spool.confirmed
	r.spool.mu.Unlock()
	r.seek(p)
}

// seek goes to where an entry begins.
func (r *spoolReader) seek(p position) {
	if p.segment != r.at.segment {
		r.close()
	}
	r.at, r.buf = p, nil
}

func (r *spoolReader) close() {
	if r.file != nil {
		_ = r.file.Close() // it was only read
		r.file = nil
	}
}

// next gives the next frame, valid until the next call, and when it was appended. At
// the end of what is durable the error is errDrained.
func (r *spoolReader) next() ([]byte, time.Time, error) {
	for {
		if err := r.enter(); err != nil {
			return nil, time.Time{}, err
		}
		frame, nanos, size, err := readEntry(r.buf)
		if err == nil {
			r.buf = r.buf[size:]
			r.at.offset += int64(size)
			return frame, time.Unix(0, nanos), nil
		}
		durable, last := r.extent()
		rest := durable - r.at.offset
		if err == errTorn && rest > int64(len(r.buf)) && int64(size) <= rest {
			if err := r.fill(rest, size); err != nil {
				return nil, time.Time{}, err
			}
			continue
		}
		if rest > 0 {
			r.passOver(durable, err)
		} else if last {
			return nil, time.Time{}, errDrained
		}
		if err := r.enterNext(); err != nil {
			return nil, time.Time{}, err
		}
	}
}

// passOver leaves the rest of a segment unread. An entry that is not complete is one
// that nobody was told is kept; anything else is damage.
func (r *spoolReader) passOver(end int64, err error) {
	if err == errCorrupt {
		r.spool.mu.Lock()
		if !r.spool.damaged[r.at.segment] {
			r.lost += end - r.at.offset
		}
		r.spool.damaged[r.at.segment] = true
		r.spool.mu.Unlock()
	}
	r.at.offset, r.buf = end, nil
}

// extent is how far the segment at hand is durable, and whether it is the last.
func (r *spoolReader) extent() (size int64, last bool) {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	for i, g := range r.spool.segments {
		if g.id == r.at.segment {
			return g.size, i == len(r.spool.segments)-1
		}
	}
	return 0, len(r.spool.segments) == 0
}

// enter opens the segment at hand, or the first one after it if it does not exist.
func (r *spoolReader) enter() error {
	if r.file != nil {
		return nil
	}
	r.spool.mu.Lock()
	var exists bool
	for _, g := range r.spool.segments {
		exists = exists || g.id == r.at.segment
	}
	r.spool.mu.Unlock()
	if !exists {
		return r.enterNext()
	}
	f, err := os.Open(r.spool.path(r.at.segment, segmentSuffix))
	if err != nil {
		return fmt.Errorf("read the spool %s: %w", r.spool.dir, err)
	}
	r.file = f
	r.at.offset = max(r.at.offset, int64(len(segmentMagic)))
	return nil
}

// enterNext goes to the beginning of the first segment after the one at hand.
func (r *spoolReader) enterNext() error {
	r.spool.mu.Lock()
	next := position{}
	for _, g := range r.spool.segments {
		if g.id > r.at.segment {
			next = position{g.id, int64(len(segmentMagic))}
			break
		}
	}
	r.spool.mu.Unlock()
	if next.segment == 0 {
		return errDrained
	}
	r.seek(next)
	return r.enter()
}

// fill reads ahead: at least need bytes of the rest that the segment has.
func (r *spoolReader) fill(rest int64, need int) error {
	n := int(min(rest, int64(max(need, readAhead))))
	if cap(r.memory) < n || cap(r.memory) > 4*readAhead && n <= readAhead {
		r.memory = make([]byte, n)
	}
	read, err := r.file.ReadAt(r.memory[:n], r.at.offset)
	r.buf = r.memory[:read]
	if read < n {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("read the spool %s: %w", r.spool.dir, err)
	}
	return nil
}
