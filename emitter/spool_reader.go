package emitter

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// errDrained says that all that is durable was read.
var errDrained = errors.New("the spool is read to its end")

// readAhead is how many bytes are read at once, sector how many are given up where some can't
// be.
const (
	readAhead = 256 << 10
	sector    = 4096
)

// spoolReader reads the frames of a spool in order. It is for one goroutine.
type spoolReader struct {
	spool *spool
	at    position
	file  interface {
		io.ReaderAt
		io.Closer
	}
	// buf holds the bytes of the segment from at on.
	buf []byte
	// memory is what buf lies in.
	memory []byte
	// seen are the entries of the segment that were given.
	seen numbers
	// damage is what was passed over and nobody was told of yet.
	damage []damage
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
	r.at, r.buf, r.seen = p, nil, numbers{}
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
		g, last := r.extent()
		e, ok, err := r.read(g.size)
		switch {
		case err != nil:
			return nil, time.Time{}, err
		case ok && r.seen.add(g, e):
			r.skip(e.size)
			return e.frame, time.Unix(0, e.nanos), nil
		case ok:
			// Where a copy stands, something else stood.
			r.passedOver(r.at.offset, int64(e.size))
			r.skip(e.size)
		case r.at.offset < g.size:
			if err := r.passOver(g.size); err != nil {
				return nil, time.Time{}, err
			}
		case last:
			return nil, time.Time{}, errDrained
		default:
			if err := r.enterNext(); err != nil {
				return nil, time.Time{}, err
			}
		}
	}
}

// read reads the entry at hand, if there is a whole one before end.
func (r *spoolReader) read(end int64) (e entry, ok bool, err error) {
	for {
		e, err := readEntry(r.buf)
		if err == nil {
			return e, true, nil
		}
		rest := end - r.at.offset
		if err != errTorn || rest <= int64(len(r.buf)) || int64(e.size) > rest {
			return entry{}, false, nil
		}
		if err := r.fill(rest, e.size); err != nil {
			return entry{}, false, err
		}
	}
}

func (r *spoolReader) skip(n int) {
	r.buf = r.buf[n:]
	r.at.offset += int64(n)
}

// extent is the segment at hand, up to where it is durable, and whether it is the last.
func (r *spoolReader) extent() (g segment, last bool) {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	for i, g := range r.spool.segments {
		if g.id == r.at.segment {
			return g, i == len(r.spool.segments)-1
		}
	}
	return segment{}, len(r.spool.segments) == 0
}

// enter opens the segment at hand, or the first one after it if it does not exist.
func (r *spoolReader) enter() error {
	if r.file != nil {
		return nil
	}
	g, _ := r.extent()
	if g.id == 0 {
		return r.enterNext()
	}
	f, err := os.Open(r.spool.path(g.id, segmentSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		r.passedOver(r.at.offset, g.size-r.at.offset)
		r.at.offset = g.size
		return r.enterNext()
	}
	if err != nil {
		return fmt.Errorf("read the spool %s: %w", r.spool.dir, err)
	}
	r.file = f
	r.at.offset = max(r.at.offset, g.start)
	return nil
}

// enterNext goes to the beginning of the first segment after the one at hand.
func (r *spoolReader) enterNext() error {
	r.spool.mu.Lock()
	next := position{}
	for _, g := range r.spool.segments {
		if g.id > r.at.segment {
			next = position{g.id, g.start}
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
	r.buf = r.memory[:n]
	for read := 0; read < n; {
		more, err := r.file.ReadAt(r.buf[read:], r.at.offset+int64(read))
		read += more
		if read == n {
			break
		}
		lacks := n - read
		switch {
		case errors.Is(err, syscall.EIO):
			lacks = min(lacks, sector-int((r.at.offset+int64(read))%sector))
		case err != io.EOF:
			return fmt.Errorf("read the spool %s: %w", r.spool.dir, err)
		}
		// No entry is zeros, so that what the disk does not give is damage like any other.
		clear(r.buf[read : read+lacks])
		read += lacks
	}
	return nil
}
