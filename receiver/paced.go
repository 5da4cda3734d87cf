package receiver

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// ErrFrameTimeout is the error of a read from a Conn whose frame stopped, or hardly came
// while it held memory that others waited for.
var ErrFrameTimeout = errors.New("the frame stopped in its middle, or came too slowly while others waited for memory")

// Conn is a connection of a guarded listener with GuardOptions.Waiting. Whoever reads frames
// from it says when one begins and ends; in between each read is held against the rules of
// syslog's connections: bytes come within Server.FrameTimeout, and where the frame holds
// memory that others wait for, sooner and fast enough. Between frames it may be silent for
// ever. Read, Busy and Idle are one goroutine's.
type Conn struct {
	net.Conn
	srv     *Server
	seat    *seat
	peer    string
	waiting func() int

	busy bool
	held int64
	pace pace

	mu   sync.Mutex
	by   time.Time // the deadline that was asked for
	next time.Time // the bound of the read under way, zero for none
}

func (s *Server) paced(conn net.Conn, st *seat, peer string, waiting func() int) *Conn {
	return &Conn{Conn: conn, srv: s, seat: st, peer: peer, waiting: waiting, pace: pace{limit: s.lim.frame}}
}

// Busy says that a frame began, or goes on, and how many bytes of memory it holds beyond
// what every connection has.
func (c *Conn) Busy(held int64) {
	if !c.busy {
		c.pace.next()
		c.seat.mark(true)
	}
	c.busy, c.held = true, held
}

// Idle says that the frame is whole, and that the next has not begun.
func (c *Conn) Idle() {
	c.busy, c.held = false, 0
	c.seat.mark(false)
}

// Read reads as the connection beneath does. Its error is ErrFrameTimeout where the frame
// has taken too long.
func (c *Conn) Read(b []byte) (int, error) {
	for {
		var limit time.Duration
		if c.busy {
			limit = c.pace.reading(c.held)
		}
		start := time.Now()
		c.arm(limit)
		n, err := c.Conn.Read(b)
		if !c.busy {
			return n, err
		}
		c.pace.note(n, time.Since(start), limit)
		if c.pace.tooSlow(c.held, c.waiting) {
			c.srv.trouble(report{peer: c.peer, cause: CauseFrameTimeout})
			return n, ErrFrameTimeout
		}
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || c.due() {
			return n, err
		}
	}
}

// arm bounds the next read, 0 lifts the bound; the deadline that was asked for holds in any
// case.
func (c *Conn) arm(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = time.Time{}
	if limit > 0 {
		c.next = time.Now().Add(limit)
	}
	// A deadline can only not be set on a connection that is closed, and there reading
	// fails at once.
	_ = c.apply()
}

// apply sets the sooner deadline. Its caller holds mu.
func (c *Conn) apply() error {
	t := c.by
	if t.IsZero() || !c.next.IsZero() && c.next.Before(t) {
		t = c.next
	}
	return c.Conn.SetReadDeadline(t)
}

// due reports whether the deadline that was asked for is over.
func (c *Conn) due() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.by.IsZero() && !time.Now().Before(c.by)
}

// SetReadDeadline sets a deadline beside the Conn's own.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by = t
	return c.apply()
}

// SetDeadline sets both.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.Conn.SetWriteDeadline(t))
}

// CloseWrite ends the connection's own direction.
func (c *Conn) CloseWrite() error { return closeWrite(c.Conn) }

// NetConn is the connection beneath, *tls.Conn where it is encrypted.
func (c *Conn) NetConn() net.Conn { return c.Conn }
