package receiver

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"arr/audit"
)

const (
	// drainQuiet is how long a connection that is being drained may be silent
	// before nothing more is expected of it. A sender that goes on and on is left, after
	// drainLimit, as soon as it has been silent for drainGap, since what is under way then
	// is lost; drainLast later even if it is not. Waiting for memory does not count to that,
	// up to drainWait: what others give back as they end is what it waits for.
	drainQuiet = 100 * time.Millisecond
	drainLimit = 3 * time.Second
	drainGap   = time.Millisecond
	drainLast  = time.Second
	drainWait  = 6 * time.Second
)

// conn is one connection of a listener. Its goroutine reads (see stream); a second
// one, which the first waits for, hands over (deliver).
type conn struct {
	l   *listener
	srv *Server
	// raw is the connection as accepted; data is where frames are read from, behind
	// a PROXY header and TLS. Owner: the connection's goroutine.
	raw, data net.Conn
	// host is the peer's address without port.
	host string
	// like is what all entries of the connection have in common.
	like  audit.Entry
	queue *queue
	seat  *seat

	mu      sync.Mutex
	drainBy time.Time          // when to stop reading; zero until drained
	giveUp  context.CancelFunc // ends waiting for memory
	late    *time.Timer        // calls giveUp when draining has lasted for too long
}

func newConn(l *listener, nc net.Conn) *conn {
	c := &conn{l: l, srv: l.srv, raw: nc, data: nc, queue: newQueue()}
	c.like.Transport = l.transport
	c.setPeer(nc.RemoteAddr())
	return c
}

// setPeer notes who the peer is.
func (c *conn) setPeer(addr net.Addr) {
	if ap, ok := addrPort(addr); ok {
		c.host, c.like.Peer = ap.Addr().String(), ap.String()
	} else {
		c.host, c.like.Peer = addr.String(), addr.String()
	}
}

// addrPort is addr as it is written in an entry: an IPv4 address is one, even on a
// socket that takes both families.
func addrPort(addr net.Addr) (netip.AddrPort, bool) {
	var ap netip.AddrPort
	switch a := addr.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), ap.IsValid()
}

// serve is the connection's life.
func (c *conn) serve(ctx context.Context) {
	defer context.AfterFunc(ctx, c.abort)()
	waitCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	c.giveUp = cancel
	if !c.drainBy.IsZero() {
		cancel()
	}
	c.mu.Unlock()
	defer c.close()
	if !c.open(waitCtx) {
		return
	}
	var delivery sync.WaitGroup
	delivery.Go(func() { c.deliver(ctx) })
	st := newStream(c)
	ended := st.run(waitCtx)
	c.queue.close()
	delivery.Wait()
	st.free()
	if ended {
		c.confirm()
	}
	c.srv.counters.lost.Add(c.queue.lost)
	if st.bytes == 0 && !c.draining() {
		c.srv.counters.probes.Add(1)
	}
}

// open gets the connection ready for frames, within HandshakeTimeout. It reports
// whether there may be any; why not, it has said.
func (c *conn) open(ctx context.Context) bool {
	limit := c.srv.lim.handshake
	from, _ := addrPort(c.raw.RemoteAddr())
	behind := c.l.trusts(from.Addr())
	if !behind && c.l.tls == nil {
		return true
	}
	by := time.Now().Add(limit)
	c.arm(limit)
	size := proxyPeek
	if c.l.tls != nil {
		size = helloPeek
	}
	p := newPeeked(c.raw, size, limit)
	c.data = p
	if behind && !c.readProxy(p) {
		return false
	}
	return c.l.tls == nil || c.handshake(ctx, p, by)
}

// deliver hands over what the reader cuts, until there is no more or the handler
// fails.
func (c *conn) deliver(ctx context.Context) {
	d := delivery{srv: c.srv, transport: c.like.Transport, onStall: func() {
		c.srv.trouble(report{peer: c.host, cause: CauseStall})
		c.abort()
	}}
	for batch := c.queue.take(); len(batch) > 0; batch = c.queue.take() {
		err := d.hand(ctx, batch)
		c.queue.give(batch, err == nil)
		if err != nil {
			c.srv.trouble(report{peer: c.host, cause: CauseHandler, err: err})
			c.abort()
			return
		}
	}
}

// arm bounds the next reads; 0 lifts the bound. While the connection is drained
// it may be silent for drainQuiet at most, in the end for drainGap.
func (c *conn) arm(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armLocked(d)
}

func (c *conn) armLocked(d time.Duration) {
	if !c.drainBy.IsZero() {
		quiet := drainQuiet
		if time.Now().After(c.drainBy) {
			quiet = drainGap
		}
		if d == 0 || d > quiet {
			d = quiet
		}
	}
	var t time.Time
	if d > 0 {
		t = time.Now().Add(d)
	}
	// A deadline can only not be set on a socket that is closed, and there reading
	// fails at once.
	_ = c.raw.SetReadDeadline(t)
}

func (c *conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.drainBy.IsZero() {
		return
	}
	c.drainBy = time.Now().Add(drainLimit)
	c.armLocked(drainQuiet)
	if c.giveUp != nil {
		c.late = time.AfterFunc(drainWait, c.giveUp)
	}
}

// gotMemory lets draining begin anew for a connection that had to wait for memory.
func (c *conn) gotMemory() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.drainBy.IsZero() {
		c.drainBy = time.Now().Add(drainLimit)
	}
}

// giveWay gives the connection up to make room for another's. What was read is stored, and
// that it ends is no fault of its sender's.
func (c *conn) giveWay(peer string) {
	c.srv.trouble(report{peer: peer, cause: CauseGaveWay})
	c.mu.Lock()
	c.drainBy = time.Now()
	c.mu.Unlock()
	c.abort()
}

func (c *conn) draining() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.drainBy.IsZero()
}

// drained says whether draining has lasted for long enough.
func (c *conn) drained() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.drainBy.IsZero() && time.Now().After(c.drainBy.Add(drainLast))
}

// abort gives the connection up.
func (c *conn) abort() {
	c.raw.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.giveUp != nil {
		c.giveUp()
	}
}

// close frees what the connection has of the system.
func (c *conn) close() {
	c.mu.Lock()
	if c.late != nil {
		c.late.Stop()
	}
	c.mu.Unlock()
	c.raw.Close()
}
