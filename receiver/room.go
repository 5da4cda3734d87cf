package receiver

import "context"

// room sees to it that need bytes from r on fit into the current buffer and that
// there is space to read into. It waits for memory where it must; the error is
// ctx's.
func (s *stream) room(ctx context.Context, need int) error {
	settled := s.c.queue.settled()
	if s.r == s.w && settled {
		s.r, s.w = 0, 0
	}
	partial := s.w - s.r
	want := s.step(need)
	spent := s.cur.whole && s.r > 0 // the frame that the memory was for is cut
	fits := !spent && len(s.cur.b)-s.r >= want
	if fits && (s.w > 0 || len(s.cur.b) >= s.target) {
		return nil
	}
	if settled && !spent && len(s.cur.b) >= max(want, s.target) {
		copy(s.cur.b, s.cur.b[s.r:s.w])
		s.r, s.w = 0, partial
		return nil
	}
	s.settlePrev()
	var next *buffer
	if s.worthSpeed(need, want) {
		next = s.mem.faster(max(want, s.target))
		if next == nil && !fits {
			next = s.mem.faster(want)
		}
	}
	if next == nil && fits {
		return nil
	}
	if next == nil {
		var err error
		if next, err = s.wholeFrame(ctx, want); err != nil {
			return err
		}
	}
	s.moveTo(next)
	return nil
}

// worthSpeed reports whether a buffer for speed may be had. The steps of a large frame that is
// slow in coming are not worth one: it would hold that while it waits for more of the same
// budget.
func (s *stream) worthSpeed(need, want int) bool { return want >= need || s.target >= want }

// step is how much room there must be from r on. A frame that was announced gets room as it
// comes: the first 4 KB, then as much as small frames may have, and only then all of it. So
// who announces much and does not send it keeps nobody's memory.
func (s *stream) step(need int) int {
	partial := s.w - s.r + minRead
	if s.framer.mode == modeCounted {
		for _, enough := range [...]int{baseBuffer, smallFrame} {
			if partial <= enough {
				return min(need, enough)
			}
		}
	}
	return max(need, partial)
}

// wholeFrame waits for memory for the frame that the stream is in: for the step of an
// announced one, else for as much as a small one may have, and then as the largest may. It
// holds nothing meanwhile that was waited for, but a small frame's memory that became too
// small for it: that comes from another budget.
func (s *stream) wholeFrame(ctx context.Context, want int) (*buffer, error) {
	if s.cur.whole && s.w-s.r <= baseBuffer {
		s.moveTo(s.mem.base())
		s.settlePrev()
	}
	size := s.framer.max + slack
	switch {
	case s.framer.mode == modeCounted:
		size = want + slack
	case want <= smallFrame:
		size = min(size, smallFrame+slack)
	}
	b, err := s.mem.forFrame(ctx, s.c.host, size)
	s.c.gotMemory()
	return b, err
}

// moveTo makes next the current buffer and copies what is not cut yet into it.
func (s *stream) moveTo(next *buffer) {
	n := copy(next.b, s.cur.b[s.r:s.w])
	s.cur.last = s.c.queue.cut
	s.prev, s.cur = s.cur, next
	s.r, s.w = 0, n
	if s.c.queue.settled() {
		s.settlePrev()
	}
}

// settlePrev gives back the previous buffer once its frames are handed over. A
// sender that waits for that gets larger ones.
func (s *stream) settlePrev() {
	if s.prev == nil {
		return
	}
	if s.c.queue.settle(s.prev.last) {
		s.faster()
	}
	s.mem.put(s.prev)
	s.prev = nil
}
