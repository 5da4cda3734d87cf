package receiver

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"arr/audit"
)

const (
	// minRead is the least space worth a read.
	minRead = 512
	// linger is how long an idle connection keeps what made it fast.
	linger = time.Second
	// bytesPerEntry bounds how many entries wait beside a buffer, so that a sender
	// of tiny frames gets no more memory for them than for its buffers; minBatch
	// may always wait.
	bytesPerEntry = 512
	minBatch      = 16
)

// stream is the reading half of a connection. All of it is the connection's
// goroutine's.
type stream struct {
	c      *conn
	framer framer
	mem    *memory
	// cur is being read into, and r to w of it are not cut yet; prev, if not nil,
	// may hold frames that are still being handed over.
	cur, prev *buffer
	r, w      int
	// target is the size of buffer that the sender's pace asks for.
	target int
	bytes  uint64 // ever read
	busy   bool   // what the connection's seat was last marked as
	// pace is how fast the frame comes that the stream is in.
	pace pace
}

func newStream(c *conn) *stream {
	return &stream{
		c:      c,
		framer: framer{max: c.srv.lim.maxFrame, countedOnly: c.like.Transport == audit.TransportTLS},
		mem:    c.srv.mem,
		cur:    c.srv.mem.base(),
		target: baseBuffer,
		pace:   pace{limit: c.srv.lim.frame},
	}
}

// run reads and cuts until the connection ends. It reports whether the sender ended it and
// nothing of what came before was left out. ctx ends waiting for memory.
func (s *stream) run(ctx context.Context) (ended bool) {
	for need := 1; ; {
		if s.room(ctx, need) != nil {
			break
		}
		n, err := s.read()
		if n > 0 {
			s.w += n
			s.bytes += uint64(n)
			before := s.c.queue.cut
			need = s.cut(s.c.srv.now().UnixMicro())
			if middle := s.middle(); middle != s.busy || s.c.queue.cut > before {
				s.busy = middle
				s.c.seat.mark(middle)
			}
		}
		if s.middle() && s.pace.tooSlow(s.cur.reserved, s.cur.waiting) {
			s.c.srv.trouble(report{peer: s.c.host, cause: CauseFrameTimeout})
			break
		}
		if err != nil && !s.goesOn(err) || s.framer.mode == modeDone || s.c.drained() {
			ended = err == io.EOF && s.framer.mode != modeDone
			break
		}
	}
	if frame, flags := s.framer.end(s.cur.b[s.r:s.w]); len(frame) > 0 {
		e := s.c.like
		e.Received = s.c.srv.now().UnixMicro()
		s.c.queue.lock()
		s.put(e, piece{frame: frame, flags: flags})
		s.c.queue.unlock()
	}
	return ended
}

// free gives back the buffers once all was handed over.
func (s *stream) free() {
	if s.prev != nil {
		s.mem.put(s.prev)
	}
	s.mem.put(s.cur)
}

// middle says whether the stream is in the middle of a frame.
func (s *stream) middle() bool { return s.framer.mode != modeStart || s.r < s.w }

// read reads once, for as long as it may take.
func (s *stream) read() (int, error) {
	space := s.cur.b[s.w:]
	if s.cur.whole && s.framer.mode != modeCounted {
		// What is read beyond the frame's end must fit a small buffer.
		space = space[:min(len(space), slack)]
	}
	middle := s.middle()
	var limit time.Duration
	switch {
	case middle:
		limit = s.pace.reading(s.cur.reserved)
	case s.target > baseBuffer || len(s.cur.b) > baseBuffer || s.prev != nil:
		limit = linger
	}
	start := time.Now()
	s.c.arm(limit)
	n, err := s.c.data.Read(space)
	if middle {
		s.pace.note(n, time.Since(start), limit)
	}
	if n == len(space) {
		s.faster()
	}
	return n, err
}

// cut queues every whole frame that was read. It returns how many bytes from r on
// the next needs.
func (s *stream) cut(received int64) (need int) {
	e := s.c.like
	e.Received = received
	s.c.queue.lock()
	defer s.c.queue.unlock()
	for {
		before := s.framer.mode
		p, need := s.framer.next(s.cur.b[s.r:s.w])
		if before < modeUnframed && s.framer.mode >= modeUnframed {
			s.c.srv.trouble(report{peer: s.c.host, cause: CauseFraming})
		}
		if need > 0 {
			return need
		}
		s.r += p.size
		if len(p.frame) > 0 {
			s.pace.next()
			s.put(e, p)
		}
		if s.framer.mode == modeDone {
			return 1
		}
	}
}

// put queues p's frame as an entry like e. Its caller holds the queue's lock.
func (s *stream) put(e audit.Entry, p piece) {
	e.Frame, e.Flags = p.frame[:len(p.frame):len(p.frame)], p.flags
	if p.flags != 0 {
		s.c.srv.counters.flagged(p.flags)
	}
	s.c.queue.put(e, max(minBatch, len(s.cur.b)/bytesPerEntry))
}

// goesOn says whether reading goes on after err.
func (s *stream) goesOn(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if s.c.draining() {
		// What comes while the last frames are being stored is not lost, either.
		return s.c.queue.settle(s.c.queue.cut)
	}
	if !s.middle() {
		s.rest()
	}
	return true
}

// faster asks for a larger buffer.
func (s *stream) faster() { s.target = min(4*s.target, busyBuffer) }

// rest makes the buffers of an idle connection small again, unless they still
// hold frames.
func (s *stream) rest() {
	if !s.c.queue.settled() {
		return
	}
	s.free()
	s.cur, s.prev = s.mem.base(), nil
	s.r, s.w, s.target = 0, 0, baseBuffer
	s.c.queue.trim()
}
