package receiver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"arr/audit"
)

const (
	// maxDatagram is what an IP packet can carry at most.
	maxDatagram = 65535
	// readBatch is how many datagrams one system call may read.
	readBatch = 32
	// wantReceiveBuffer is asked of the kernel for a socket.
	wantReceiveBuffer = 8 << 20
	// maxPeers bounds the peers whose address is kept as text.
	maxPeers = 4096
)

// batchReader is recvmmsg, for either family.
type batchReader interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
}

// socket reads datagrams into a backlog. One goroutine reads and does nothing
// else, since the kernel drops what is not read in time; a second one hands over.
type socket struct {
	srv     *Server
	conn    *net.UDPConn
	backlog *backlog
	inode   uint64 // of the socket, 0 where it is not known
	// peers are the reading goroutine's.
	peers map[netip.AddrPort]string

	mu      sync.Mutex
	drainBy time.Time
	drops   uint32 // the kernel's count of drops, as last told
}

// ServeUDP takes every datagram of conn for a frame (RFC 5426), and closes conn.
// It returns after Shutdown, or when ctx is done, once all that were read have been
// handed over. Reading that fails is tried again.
func (s *Server) ServeUDP(ctx context.Context, conn *net.UDPConn) {
	s.setup()
	u := &socket{srv: s, conn: conn, backlog: newBacklog(s.lim.backlog, &s.counters.backlog), peers: make(map[netip.AddrPort]string)}
	defer u.abort()
	u.prepare(ctx)
	if !s.add(u) {
		return
	}
	defer s.remove(u)
	defer context.AfterFunc(ctx, u.abort)()
	var delivery sync.WaitGroup
	delivery.Go(func() { u.deliver(ctx) })
	u.read(ctx)
	u.backlog.close()
	delivery.Wait()
}

// prepare asks the kernel for a large buffer and for its count of drops. A socket
// serves without them too, only worse.
func (u *socket) prepare(ctx context.Context) {
	granted, err := prepareSocket(u.conn)
	u.inode = inodeOf(u.conn)
	if err != nil {
		u.srv.log.LogAttrs(ctx, slog.LevelWarn, "a UDP socket lacks a large receive buffer or the kernel's count of drops",
			slog.String("address", u.conn.LocalAddr().String()), slog.Any("error", err))
	}
	if granted == 0 {
		return
	}
	if n := u.srv.counters.receiveBuffer.Load(); n == 0 || int64(granted) < n {
		u.srv.counters.receiveBuffer.Store(int64(granted))
	}
	if granted < wantReceiveBuffer {
		u.srv.trouble(report{peer: u.conn.LocalAddr().String(), cause: CauseSmallBuffer,
			err: fmt.Errorf("asked for %d bytes, granted %d", wantReceiveBuffer, granted)})
	}
}

// read reads until the socket is closed or drained.
func (u *socket) read(ctx context.Context) {
	var r batchReader = ipv4.NewPacketConn(u.conn)
	if a, ok := addrPort(u.conn.LocalAddr()); ok && a.Addr().Is6() {
		r = ipv6.NewPacketConn(u.conn)
	}
	ms := make([]ipv4.Message, readBatch)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, maxDatagram)}
		ms[i].OOB = make([]byte, oobSize)
	}
	pause := time.Duration(0)
	for {
		n, err := r.ReadBatch(ms, 0)
		received := u.srv.now().UnixMicro()
		for i := range max(n, 0) {
			u.take(&ms[i], received)
			ms[i].OOB = ms[i].OOB[:oobSize]
		}
		more := u.goesOn()
		switch {
		case err == nil && more:
			pause = 0
		case err == nil, errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
			return
		default:
			if pause == 0 {
				u.srv.log.LogAttrs(ctx, slog.LevelWarn, "reading datagrams fails; trying again",
					slog.String("address", u.conn.LocalAddr().String()), slog.Any("error", err))
			}
			pause = min(max(2*pause, 5*time.Millisecond), maxBackOff)
			time.Sleep(pause)
		}
	}
}

// take puts one datagram into the backlog.
func (u *socket) take(m *ipv4.Message, received int64) {
	if total, ok := dropsOf(m.OOB[:m.NN]); ok {
		u.dropped(total)
	}
	ap, _ := addrPort(m.Addr)
	if m.N == 0 {
		u.srv.counters.emptyDatagrams.Add(1)
		return
	}
	e := audit.Entry{Received: received, Transport: audit.TransportUDP, Peer: u.peer(ap), Frame: m.Buffers[0][:m.N]}
	if limit := u.srv.lim.maxFrame; m.N > limit {
		e.Frame, e.Flags = e.Frame[:limit], audit.FlagTruncated
		u.srv.counters.flagged(e.Flags)
	}
	if !u.backlog.put(&e) {
		u.srv.trouble(report{peer: ap.Addr().String(), cause: CauseBacklog})
	}
}

// peer is ap as text, made once while not too many peers come between.
func (u *socket) peer(ap netip.AddrPort) string {
	if p, ok := u.peers[ap]; ok {
		return p
	}
	if len(u.peers) >= maxPeers {
		clear(u.peers)
	}
	p := ap.String()
	u.peers[ap] = p
	return p
}

// deliver hands over what is in the backlog until it is closed and empty. A batch
// that can't be stored is lost and counted; the next one may do better.
func (u *socket) deliver(ctx context.Context) {
	local := u.conn.LocalAddr().String()
	d := delivery{srv: u.srv, transport: audit.TransportUDP, onStall: func() {
		u.srv.trouble(report{peer: local, cause: CauseStall})
	}}
	for c := u.backlog.take(); c != nil; c = u.backlog.take() {
		if err := d.hand(ctx, c.entries); err != nil {
			u.srv.counters.lost.Add(uint64(len(c.entries)))
			u.srv.trouble(report{peer: local, cause: CauseHandler, err: err})
		}
		u.backlog.give(c)
	}
}

// goesOn says whether to read on. While the socket is drained, each read may wait
// for drainQuiet.
func (u *socket) goesOn() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.drainBy.IsZero() {
		return true
	}
	_ = u.conn.SetReadDeadline(time.Now().Add(drainQuiet)) // fails on a closed socket only
	return time.Now().Before(u.drainBy)
}

func (u *socket) drain() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.drainBy.IsZero() {
		u.drainBy = time.Now().Add(drainLimit)
		_ = u.conn.SetReadDeadline(time.Now().Add(drainQuiet)) // fails on a closed socket only
	}
}

func (u *socket) abort() { _ = u.conn.Close() }
