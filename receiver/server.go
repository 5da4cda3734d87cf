package receiver

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"arr/audit"
)

// Server takes frames from any number of listeners and sockets and hands them to
// its Handler. Its fields must not change once one of its methods was called; all
// but Handler may be left zero.
type Server struct {
	// Handler takes the frames. A connection has one call at a time in flight, a
	// socket too.
	Handler audit.Handler
	// Log gets warnings about senders, each at most once a minute for one peer and
	// cause; by default they are discarded.
	Log *slog.Logger
	// Refused, if it is set, is told of each TLS handshake that failed, by the goroutine of
	// the connection. It must not block.
	Refused func(Refusal)
	// Now gives the time that entries and troubles carry; by default time.Now.
	// Timeouts are measured by the runtime's clock, as sockets' deadlines are.
	Now func() time.Time
	// MaxFrame is how many bytes of a frame are kept, 16 MiB by default.
	MaxFrame int
	// Memory is the budget of all buffers of connections beyond their first 4 KB,
	// 256 MiB by default. A quarter of it is for frames of up to 64 KB, the rest for
	// larger ones, and at least twice the largest frame.
	Memory int64
	// Backlog is how much memory datagrams of one socket may wait in, 32 MiB by
	// default, and at least one chunk of 256 KiB.
	Backlog int64
	// MaxConns is how many connections may be open, 20,000 by default. Beyond that
	// the longest idle one of the peer that has most gives way to who has fewer.
	MaxConns int
	// HandshakeTimeout bounds a TLS handshake, with the PROXY header before it:
	// 10 s by default.
	HandshakeTimeout time.Duration
	// FrameTimeout is how long the next bytes of a frame may take once it began:
	// 60 s by default. While others wait for memory, a frame that holds some may be
	// silent for a thirtieth of it only, and must come at 16 KiB/s and as fast as to be
	// there within this time. Between frames a connection may be silent for ever.
	FrameTimeout time.Duration
	// StallTimeout is how long the Handler may wait for its disk before the connection
	// that waits for it is closed: 30 s by default. Of a Handler that is an
	// audit.Preparer the time in Prepare does not count.
	StallTimeout time.Duration

	once     sync.Once
	lim      limits
	log      *slog.Logger
	now      func() time.Time
	mem      *memory
	turns    *turns
	seats    *seats
	troubles troubles
	counters counters
	stalled  atomic.Int64 // deliveries that block for longer than StallTimeout

	mu     sync.Mutex
	parts  map[part]struct{} // what is being served
	closed bool              // Shutdown was called
	empty  chan struct{}     // closed once closed is set and parts is empty
}

// limits are a Server's settings with their defaults.
type limits struct {
	maxFrame                int
	maxConns                int
	backlog                 int64
	handshake, frame, stall time.Duration
}

// part is something that Shutdown stops: a listener, a connection, a socket.
type part interface {
	// drain lets the part end once it has read what has come.
	drain()
	// abort closes the part's socket.
	abort()
}

// ListenerOptions say what connections of one listener are like.
type ListenerOptions struct {
	// TLS is the server's configuration; ServeTLS alone uses it, and needs it.
	// Whom to believe is its business: the receiver passes on the certificate of
	// whoever got through the handshake.
	TLS *tls.Config
	// Proxy are the addresses that a PROXY header (version 1 or 2) is taken from.
	// A connection from one of them must begin within HandshakeTimeout.
	Proxy []netip.Prefix
}

// ServeTLS accepts connections from ln that speak RFC 5425, and closes ln. It
// returns once all of them have ended: nil after Shutdown or when ctx is done,
// which closes them at once, else why accepting failed for good.
func (s *Server) ServeTLS(ctx context.Context, ln net.Listener, opts ListenerOptions) error {
	return s.serve(ctx, ln, audit.TransportTLS, opts)
}

// ServeTCP is ServeTLS for connections that speak RFC 6587 without TLS.
func (s *Server) ServeTCP(ctx context.Context, ln net.Listener, opts ListenerOptions) error {
	return s.serve(ctx, ln, audit.TransportTCP, opts)
}

// Shutdown stops accepting, reads what senders have sent already, has it handled,
// closes the connections and returns once every Serve method can. When ctx is
// done first it closes all sockets and returns ctx's error; calls of the Handler
// may then still run.
func (s *Server) Shutdown(ctx context.Context) error {
	s.setup()
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		s.checkEmpty()
	}
	parts := s.list()
	s.mu.Unlock()
	for _, p := range parts {
		p.drain()
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	parts = s.list()
	s.mu.Unlock()
	for _, p := range parts {
		p.abort()
	}
	return ctx.Err()
}

// Troubles gives what recently went wrong with which peer, the latest first: at
// most 256, one for each peer and cause.
func (s *Server) Troubles() []Trouble { return s.troubles.list() }

func (s *Server) setup() {
	s.once.Do(func() {
		s.lim = limits{
			maxFrame:  orDefault(s.MaxFrame, 16<<20),
			maxConns:  orDefault(s.MaxConns, 20_000),
			backlog:   orDefault(s.Backlog, 32<<20),
			handshake: orDefault(s.HandshakeTimeout, 10*time.Second),
			frame:     orDefault(s.FrameTimeout, time.Minute),
			stall:     orDefault(s.StallTimeout, 30*time.Second),
		}
		largest := int64(s.lim.maxFrame + maxDigits + 1 + slack)
		s.mem = newMemory(orDefault(s.Memory, 256<<20), largest)
		s.turns, s.seats = newTurns(), newSeats(s.lim.maxConns)
		s.log, s.now = s.Log, s.Now
		if s.log == nil {
			s.log = slog.New(slog.DiscardHandler)
		}
		if s.now == nil {
			s.now = time.Now
		}
		s.counters.reassembly.start()
		s.parts = make(map[part]struct{})
		s.empty = make(chan struct{})
	})
}

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}

// add notes that p is being served; it refuses after Shutdown.
func (s *Server) add(p part) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.parts[p] = struct{}{}
	return true
}

// remove notes that nothing of p runs any more.
func (s *Server) remove(p part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.parts, p)
	s.checkEmpty()
}

// checkEmpty closes empty if nothing is left to wait for. Its caller holds mu.
func (s *Server) checkEmpty() {
	if s.closed && len(s.parts) == 0 {
		close(s.empty)
	}
}

// list gives the parts. Its caller holds mu.
func (s *Server) list() []part {
	parts := make([]part, 0, len(s.parts))
	for p := range s.parts {
		parts = append(parts, p)
	}
	return parts
}

func (s *Server) trouble(r report) { s.troubles.add(s.log, s.now(), r) }
