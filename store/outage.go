package store

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"syscall"
	"time"
)

// outage is a time in which something fails and is tried again. It has the log told once
// that it began and once that it is over. One goroutine owns it; full may be read by any.
type outage struct {
	// full says that it fails since the disk is full.
	full  atomic.Bool
	since time.Time
	last  string
}

// begin notes a failure, and reports whether the one before it, if there was one, was not
// the same.
func (o *outage) begin(err error) bool {
	text := err.Error()
	if o.last == "" {
		o.since = time.Now()
	}
	other := text != o.last
	o.full.Store(isFull(err))
	o.last = text
	return other
}

// end notes success, and reports whether it ends an outage, and how long that lasted.
func (o *outage) end() (lasted time.Duration, was bool) {
	if o.last == "" {
		return 0, false
	}
	o.last = ""
	o.full.Store(false)
	return time.Since(o.since), true
}

// stall waits a little for space on a full disk. It is false once the store closes.
func (s *Store) stall(cause error) bool {
	s.stats.beginStall()
	if !s.writing.full.Load() {
		s.log.Error("the disk is full: nothing is taken in until there is space again", slog.Any("error", cause), slog.String("dir", s.dir))
	}
	s.writing.begin(cause)
	select {
	case <-time.After(retryDelay):
		return true
	case <-s.closing:
		return false
	}
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
