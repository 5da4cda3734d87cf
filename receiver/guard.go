package receiver

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// guardWrite bounds a write over TLS to a guarded connection whose client does not read.
const guardWrite = 30 * time.Second

// GuardOptions say what connections of a guarded listener pass.
type GuardOptions struct {
	// TLS is the server's configuration; nil for connections without TLS.
	TLS *tls.Config
	// MaxConns is how many of them may be open.
	MaxConns int
}

// guarded is a listener of another protocol than syslog.
type guarded struct {
	net.Listener
	srv   *Server
	tls   *tls.Config
	slots chan struct{} // one for each open connection
	ready chan accepted
	done  chan struct{} // closed by Close

	once sync.Once
	work sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	shaking map[net.Conn]struct{} // connections in their handshake
}

type accepted struct {
	conn net.Conn
	err  error
}

// Guard gives a listener for another protocol, such as HTTP, whose connections pass what
// those of ServeTLS do: the handshake within HandshakeTimeout, side by side with others',
// and its refusals among the Troubles. With TLS its connections are *tls.Conn with the
// handshake done. Closing it closes ln and all connections that are not handed out yet.
func (s *Server) Guard(ln net.Listener, opts GuardOptions) net.Listener {
	s.setup()
	g := &guarded{Listener: ln, srv: s, slots: make(chan struct{}, opts.MaxConns), ready: make(chan accepted),
		done: make(chan struct{}), shaking: make(map[net.Conn]struct{})}
	if opts.TLS != nil {
		g.tls = noteHello(opts.TLS, "")
	}
	g.work.Go(g.accept)
	return g
}

// Accept gives the next connection that got through.
func (g *guarded) Accept() (net.Conn, error) {
	select {
	case a := <-g.ready:
		return a.conn, a.err
	case <-g.done:
		return nil, net.ErrClosed
	}
}

// Close ends what was not handed out, and waits for it.
func (g *guarded) Close() error {
	err := net.ErrClosed
	g.once.Do(func() {
		close(g.done)
		err = g.Listener.Close()
		g.mu.Lock()
		g.closed = true
		for conn := range g.shaking {
			conn.Close()
		}
		g.mu.Unlock()
		g.work.Wait()
	})
	return err
}

// accept takes connections and has each do its handshake, until the listener is closed.
func (g *guarded) accept() {
	for {
		nc, err := g.Listener.Accept()
		if err != nil {
			if !g.hand(accepted{err: err}) {
				return
			}
			continue
		}
		select {
		case g.slots <- struct{}{}:
		default:
			g.srv.trouble(report{peer: hostOf(nc), cause: CauseTooMany})
			nc.Close()
			continue
		}
		// An answer without a length ends with its connection, and one that was cut must not
		// look whole.
		resetUnlessEnded(nc)
		var conn net.Conn = &slotted{Conn: nc, slots: g.slots}
		if !g.note(conn) {
			conn.Close()
			return
		}
		g.work.Go(func() { g.open(conn) })
	}
}

// note remembers a connection in its handshake; it refuses after Close.
func (g *guarded) note(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.shaking[conn] = struct{}{}
	}
	return !g.closed
}

// open does the handshake of a connection, if there is one, and hands it out.
func (g *guarded) open(conn net.Conn) {
	out := conn
	if g.tls != nil {
		out = g.handshake(conn)
	}
	g.mu.Lock()
	delete(g.shaking, conn)
	g.mu.Unlock()
	if out == nil || !g.hand(accepted{conn: out}) {
		conn.Close()
	}
}

// handshake gives the connection with TLS, nil where it failed.
func (g *guarded) handshake(conn net.Conn) net.Conn {
	if err := conn.SetReadDeadline(time.Now().Add(g.srv.lim.handshake)); err != nil {
		return nil
	}
	p := newPeeked(conn, firstPeek, guardWrite)
	tc, r := shake(p, g.tls, hostOf(conn))
	switch {
	case tc != nil:
		if conn.SetReadDeadline(time.Time{}) == nil {
			return tc
		}
	case g.ended():
	case r == nil:
		g.srv.counters.probes.Add(1)
	default:
		g.srv.refuse(r)
	}
	return nil
}

// hand gives a to Accept, and says whether that took it.
func (g *guarded) hand(a accepted) bool {
	select {
	case g.ready <- a:
		return true
	case <-g.done:
		return false
	}
}

func (g *guarded) ended() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// slotted is a connection that gives its slot back once it is closed.
type slotted struct {
	net.Conn
	slots chan struct{}
	once  sync.Once
}

func (s *slotted) Close() error {
	s.once.Do(func() {
		<-s.slots
		endInOrder(s.Conn)
	})
	return s.Conn.Close()
}

// hostOf is a connection's peer without its port, "unix" for one of this machine's.
func hostOf(conn net.Conn) string {
	addr := conn.RemoteAddr()
	if addr.Network() == "unix" {
		return "unix"
	}
	if ap, ok := addrPort(addr); ok {
		return ap.Addr().String()
	}
	return addr.String()
}
