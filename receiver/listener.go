package receiver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"arr/audit"
)

// maxBackOff bounds the pause after an error of Accept, such as too many open
// files.
const maxBackOff = time.Second

// keepAlive finds senders that are gone: an idle connection is never closed
// otherwise.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}

// listener accepts connections and waits for them to end.
type listener struct {
	srv       *Server
	ln        net.Listener
	transport audit.Transport
	tls       *tls.Config // nil for plain TCP
	proxy     []netip.Prefix
	conns     sync.WaitGroup
	stop      chan struct{} // closed by abort
	stopOnce  sync.Once
}

func (s *Server) serve(ctx context.Context, ln net.Listener, transport audit.Transport, opts ListenerOptions) error {
	s.setup()
	l := &listener{srv: s, ln: ln, transport: transport, proxy: opts.Proxy, stop: make(chan struct{})}
	if transport == audit.TransportTLS {
		if opts.TLS == nil {
			ln.Close()
			return fmt.Errorf("serve TLS on %s: no TLS configuration", ln.Addr())
		}
		l.tls = noteHello(opts.TLS, audit.ProtocolStored)
	}
	defer l.abort()
	if !s.add(l) {
		return nil
	}
	defer s.remove(l)
	defer context.AfterFunc(ctx, l.abort)()
	err := l.accept(ctx)
	l.conns.Wait()
	return err
}

func (l *listener) drain() { l.abort() }

func (l *listener) abort() {
	l.stopOnce.Do(func() {
		close(l.stop)
		l.ln.Close()
	})
}

// accept starts a goroutine for every connection, until the listener is closed.
func (l *listener) accept(ctx context.Context) error {
	pause := time.Duration(0)
	for {
		nc, err := l.ln.Accept()
		select {
		case <-l.stop:
			if err == nil {
				nc.Close()
			}
			return nil
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("accept on %s: %w", l.ln.Addr(), err)
		}
		if err != nil {
			if pause == 0 {
				l.srv.log.LogAttrs(ctx, slog.LevelWarn, "accepting connections fails; trying again",
					slog.String("address", l.ln.Addr().String()), slog.Any("error", err))
			}
			pause = min(max(2*pause, 5*time.Millisecond), maxBackOff)
			select {
			case <-time.After(pause):
			case <-l.stop:
			}
			continue
		}
		pause = 0
		l.start(ctx, nc)
	}
}

// start serves nc in its own goroutine, or closes it where it would only wait or
// use up what others need.
func (l *listener) start(ctx context.Context, nc net.Conn) {
	s := l.srv
	resetUnlessEnded(nc)
	c := newConn(l, nc)
	s.counters.connections.Add(1)
	switch {
	case s.stalled.Load() > 0:
		s.trouble(report{peer: c.host, cause: CauseStall})
		nc.Close()
		return
	case !s.add(c):
		nc.Close()
		return
	}
	if c.seat = s.seats.take(c.host, c.giveWay); c.seat == nil {
		s.trouble(report{peer: c.host, cause: CauseTooMany})
		nc.Close()
		s.remove(c)
		return
	}
	if tc, ok := nc.(*net.TCPConn); ok {
		if err := tc.SetKeepAliveConfig(keepAlive); err != nil {
			s.log.LogAttrs(ctx, slog.LevelDebug, "no TCP keep-alive", slog.String("peer", c.host), slog.Any("error", err))
		}
	}
	s.counters.open.Add(1)
	l.conns.Go(func() {
		defer s.remove(c)
		defer s.counters.open.Add(-1)
		defer c.seat.free()
		c.serve(ctx)
	})
}

// trusts says whether a PROXY header from addr is believed.
func (l *listener) trusts(addr netip.Addr) bool {
	for _, p := range l.proxy {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
