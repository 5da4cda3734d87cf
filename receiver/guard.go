package receiver

import (
	"context"
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
	// MaxConns is how many of them may be open. Beyond that the one that has been idle for
	// longest, of the peer that has most, gives way to who has fewer.
	MaxConns int
	// Waiting, if it is set, makes the connections *Conn, which time the frames that come by
	// them. It is how many frames wait for memory, such as Budget.Waiting gives.
	Waiting func() int
}

// guarded is a listener of another protocol than syslog.
type guarded struct {
	net.Listener
	srv     *Server
	tls     *tls.Config
	waiting func() int
	seats   *seats
	ready   chan accepted
	ctx     context.Context // done once Close was called
	close   context.CancelFunc

	once sync.Once
	work sync.WaitGroup

	mu      sync.Mutex
	shaking map[net.Conn]struct{} // connections in their handshake; nil once closed
}

type accepted struct {
	conn net.Conn
	err  error
}

// Guard gives a listener for another protocol, such as HTTP, whose connections pass what
// those of ServeTLS do: the handshake within HandshakeTimeout, side by side with others'
// as far as the turns of all listeners allow, and its refusals among the Troubles. With TLS
// its connections are *tls.Conn with the handshake done, or *Conn around such. Closing it
// closes ln and all connections that are not handed out yet.
//
// The listener has methods Busy(net.Conn) and Idle(net.Conn), so that the right connections
// give way when too many are open: whoever serves one tells of each request that begins, and
// of the end of the last. One that is busy gives way after all that are idle, and only to a
// peer that then has half as many as its own.
func (s *Server) Guard(ln net.Listener, opts GuardOptions) net.Listener {
	s.setup()
	ctx, cancel := context.WithCancel(context.Background())
	g := &guarded{Listener: ln, srv: s, waiting: opts.Waiting, seats: newSeats(opts.MaxConns), ready: make(chan accepted),
		ctx: ctx, close: cancel, shaking: make(map[net.Conn]struct{})}
	if opts.TLS != nil {
		g.tls = noteHello(opts.TLS, "")
	}
	g.work.Go(g.accept)
	return g
}

// Busy says that conn, which the listener gave out, began something, or the next thing.
func (g *guarded) Busy(conn net.Conn) { mark(conn, true) }

// Idle says that conn waits for something to begin, as a connection does that is new.
func (g *guarded) Idle(conn net.Conn) { mark(conn, false) }

// mark looks for the seat of a connection, which may stand beneath TLS and other layers.
func mark(conn net.Conn, busy bool) {
	for conn != nil {
		switch c := conn.(type) {
		case *seated:
			c.seat.mark(busy)
			return
		case *peeked:
			conn = c.Conn
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return
		}
	}
}

// Accept gives the next connection that got through.
func (g *guarded) Accept() (net.Conn, error) {
	select {
	case a := <-g.ready:
		return a.conn, a.err
	case <-g.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close ends what was not handed out, and waits for it.
func (g *guarded) Close() error {
	err := net.ErrClosed
	g.once.Do(func() {
		g.close()
		err = g.Listener.Close()
		g.mu.Lock()
		for conn := range g.shaking {
			conn.Close()
		}
		g.shaking = nil
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
		peer := hostOf(nc)
		conn := &seated{Conn: nc}
		ctx, cancel := context.WithCancel(g.ctx)
		conn.seat = g.seats.take(peer, func(peer string) {
			g.srv.trouble(report{peer: peer, cause: CauseGaveWay})
			cancel()
			nc.Close()
		})
		if conn.seat == nil {
			cancel()
			g.srv.trouble(report{peer: peer, cause: CauseTooMany})
			nc.Close()
			continue
		}
		// An answer without a length ends with its connection, and one that was cut must not
		// look whole.
		resetUnlessEnded(nc)
		if !g.note(conn) {
			cancel()
			_ = conn.Close()
			return
		}
		g.work.Go(func() {
			defer cancel()
			g.open(ctx, conn, peer)
		})
	}
}

// note remembers a connection in its handshake; it refuses after Close.
func (g *guarded) note(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shaking != nil {
		g.shaking[conn] = struct{}{}
	}
	return g.shaking != nil
}

// open does the handshake of a connection, if there is one, and hands it out.
func (g *guarded) open(ctx context.Context, conn *seated, peer string) {
	var out net.Conn = conn
	if g.tls != nil {
		out = g.handshake(ctx, conn, peer)
	}
	g.mu.Lock()
	delete(g.shaking, conn)
	g.mu.Unlock()
	if out != nil && g.waiting != nil {
		out = g.srv.paced(out, conn.seat, peer, g.waiting)
	}
	if out == nil || !g.hand(accepted{conn: out}) {
		_ = conn.Close()
	}
}

// handshake gives the connection with TLS, nil where it failed.
func (g *guarded) handshake(ctx context.Context, conn net.Conn, peer string) net.Conn {
	by := time.Now().Add(g.srv.lim.handshake)
	if err := conn.SetReadDeadline(by); err != nil {
		return nil
	}
	arm := func(d time.Duration) {
		_ = conn.SetReadDeadline(time.Now().Add(d)) // fails on a closed socket only
	}
	p := newPeeked(conn, helloPeek, guardWrite)
	tc, r := g.srv.shake(ctx, p, g.tls, peer, &turn{conn: conn, by: by, arm: arm, over: func() bool { return ctx.Err() != nil }})
	switch {
	case tc != nil:
		if conn.SetReadDeadline(time.Time{}) == nil {
			return tc
		}
	case ctx.Err() != nil:
	case r == nil:
		g.srv.counters.probes.Add(1)
	default:
		g.srv.refuse(r)
	}
	return nil
}

// hand gives a to Accept, and reports whether that took it.
func (g *guarded) hand(a accepted) bool {
	select {
	case g.ready <- a:
		return true
	case <-g.ctx.Done():
		return false
	}
}

// seated is a connection that gives its seat back once it is closed.
type seated struct {
	net.Conn
	seat *seat
}

func (s *seated) Close() error {
	s.seat.free()
	endInOrder(s.Conn)
	return s.Conn.Close()
}

// CloseWrite ends the connection's own direction, where it has two.
func (s *seated) CloseWrite() error { return closeWrite(s.Conn) }

// closeWrite is CloseWrite of a connection that can do that, and Close of others.
func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return conn.Close()
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
