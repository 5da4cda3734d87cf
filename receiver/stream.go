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
	// While others wait for memory, a frame that holds some must come at minPace
	// bytes a second, and fast enough to be there within a FrameTimeout, in each of so
	// many parts of it.
	minPace   = 16 << 10
	paceParts = 12
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
	// waited and got measure how fast the frame comes that the stream is in; silent
	// is since when nothing of it came.
	waited time.Duration
	got    int
	silent time.Duration
}

func newStream(c *conn) *stream {
	return &stream{
		c:      c,
		framer: framer{max: c.srv.lim.maxFrame, countedOnly: c.like.Transport == audit.TransportTLS},
		mem:    c.srv.mem,
		cur:    c.srv.mem.base(),
		target: baseBuffer,
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
			need = s.cut(s.c.srv.now().UnixMicro())
		}
		if s.tooSlow() {
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
	case middle && s.cur.reserved > 0:
		limit = s.part()
	case middle:
		limit = s.c.srv.lim.frame
	case s.target > baseBuffer || len(s.cur.b) > baseBuffer || s.prev != nil:
		limit = linger
	}
	start := time.Now()
	s.c.arm(limit)
	n, err := s.c.data.Read(space)
	if middle {
		s.pace(n, time.Since(start))
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
			s.waited, s.got, s.silent = 0, 0, 0
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
	if !errors.Is(err, os.ErrDeadlineExceeded) || s.c.draining() {
		return false
	}
	if !s.middle() {
		s.rest()
	}
	return true
}

// part is how long the pace of a frame is measured for at a time.
func (s *stream) part() time.Duration { return max(s.c.srv.lim.frame/paceParts, 1) }

// pace notes that a read in the middle of a frame brought n bytes after d.
func (s *stream) pace(n int, d time.Duration) {
	s.waited += d
	s.got += n
	s.silent += d
	if n > 0 {
		s.silent = 0
	}
}

// tooSlow says whether the frame that the stream is in has stopped, or hardly
// comes while it holds memory and others wait for some.
func (s *stream) tooSlow() bool {
	if !s.middle() {
		return false
	}
	if s.silent >= s.c.srv.lim.frame {
		return true
	}
	if s.cur.reserved == 0 || s.waited < s.part() {
		return false
	}
	pace := max(minPace, float64(s.cur.reserved)/s.c.srv.lim.frame.Seconds())
	slow := float64(s.got) < pace*s.waited.Seconds()
	s.waited, s.got = 0, 0
	_, waiting := s.cur.from.used()
	return slow && waiting > 0
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
