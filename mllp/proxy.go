package mllp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy serves senders of HL7 messages. Its fields are not to be changed once it
// serves.
type Proxy struct {
	// Dial connects to the archive; nil where there is none, and the Proxy answers.
	Dial func(ctx context.Context) (net.Conn, error)
	// Exchanged is called for each message once its answers have been sent on, by
	// several goroutines. A connection waits for it to return, so it had better be
	// quick. It must not be nil.
	Exchanged func(Exchange)
	// MaxMessage bounds a message, in bytes; 64 MiB if 0. A longer one ends the
	// connection.
	MaxMessage int
	// MaxConns bounds the senders' connections at a time; 1,024 if 0. Those beyond it
	// are closed at once.
	MaxConns int
	// Drain is how long answers are waited for after the sender ended its side or
	// Serve is to stop; 10 s if 0.
	Drain time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log hears of connections that fail; slog.Default() if nil.
	Log *slog.Logger

	memory     *budget
	memoryOnce sync.Once

	conns, accepted, rejected, refused, unreachable, messages, answers atomic.Int64
}

// Stats are figures since a Proxy began, and the number of connections now.
type Stats struct {
	// Connections are open now. Accepted counts all that came, Rejected those beyond
	// MaxConns among them, Refused those whose TLS handshake failed, Unreachable those
	// that were closed since the archive could not be reached.
	Connections, Accepted, Rejected, Refused, Unreachable int64
	// Messages counts what senders sent, Answers what they were answered.
	Messages, Answers int64
}

// Stats gives the figures.
func (p *Proxy) Stats() Stats {
	return Stats{Connections: p.conns.Load(), Accepted: p.accepted.Load(), Rejected: p.rejected.Load(), Refused: p.refused.Load(),
		Unreachable: p.unreachable.Load(), Messages: p.messages.Load(), Answers: p.answers.Load()}
}

const (
	defaultMaxMessage = 64 << 20
	defaultMaxConns   = 1024
	defaultDrain      = 10 * time.Second
	handshakeTimeout  = 30 * time.Second
)

func (p *Proxy) maxMessage() int {
	if p.MaxMessage > 0 {
		return p.MaxMessage
	}
	return defaultMaxMessage
}

func (p *Proxy) drain() time.Duration {
	if p.Drain > 0 {
		return p.Drain
	}
	return defaultDrain
}

func (p *Proxy) log() *slog.Logger {
	if p.Log != nil {
		return p.Log
	}
	return slog.Default()
}

func (p *Proxy) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// Serve takes connections until ctx ends or accepting fails for good; the error is nil
// in the first case. It returns once every connection has ended, for which each has
// the time that Drain says. A listener of package crypto/tls makes it MLLP over TLS.
func (p *Proxy) Serve(ctx context.Context, ln net.Listener) error {
	var open sync.WaitGroup
	defer open.Wait()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	limit := int64(defaultMaxConns)
	if p.MaxConns > 0 {
		limit = int64(p.MaxConns)
	}
	for {
		conn, err := ln.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return nil
		}
		if err != nil {
			if !p.patience(ctx, err) {
				return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
			}
			continue
		}
		p.accepted.Add(1)
		if p.conns.Add(1) > limit {
			p.conns.Add(-1)
			p.rejected.Add(1)
			p.log().Warn("a connection was closed, since there are as many as may be", slog.Any("peer", conn.RemoteAddr()))
			_ = conn.Close()
			continue
		}
		open.Go(func() {
			defer p.conns.Add(-1)
			defer conn.Close()
			if err := p.serve(ctx, conn); err != nil {
				p.log().Warn("an HL7 connection failed", slog.Any("peer", conn.RemoteAddr()), slog.Any("error", err))
			}
		})
	}
}

// patience waits a moment where accepting may succeed again, as when the process has
// no file descriptor left.
func (p *Proxy) patience(ctx context.Context, err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return false
	}
	p.log().Error("accepting HL7 connections fails", slog.Any("error", err))
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
	}
	return true
}

// serve has one connection of a sender.
func (p *Proxy) serve(ctx context.Context, conn net.Conn) error {
	if t, ok := conn.(*tls.Conn); ok {
		limited, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		if err := t.HandshakeContext(limited); err != nil {
			p.refused.Add(1)
			return fmt.Errorf("TLS handshake: %w", err)
		}
	}
	sender := p.newConn(conn)
	if p.Dial == nil {
		return p.answer(ctx, sender)
	}
	out, err := p.Dial(ctx)
	if err != nil {
		p.unreachable.Add(1)
		return fmt.Errorf("connect to the archive: %w", err)
	}
	defer out.Close()
	r := &relay{proxy: p, sender: sender, archive: p.newConn(out)}
	r.pairs = pairs{tell: p.tell, maxBytes: 2 * p.maxMessage()}
	return r.run(ctx)
}

// newConn makes a Conn whose large messages the proxy's memory has to have room for.
func (p *Proxy) newConn(conn net.Conn) *Conn {
	p.memoryOnce.Do(func() { p.memory = newBudget(max(maxMemory, 2*int64(p.maxMessage()))) })
	c := NewConn(conn, p.maxMessage())
	c.reader.budget = p.memory
	return c
}

// tell tells of an exchange, whose message is the caller's from then on.
func (p *Proxy) tell(e Exchange) {
	size := weight(len(e.Message))
	p.Exchanged(e)
	p.memory.give(size)
}

// exchange begins the Exchange of a message that came by a connection.
func (p *Proxy) exchange(conn net.Conn, message []byte) Exchange {
	p.messages.Add(1)
	return Exchange{Sender: conn.RemoteAddr(), Local: conn.LocalAddr(), Received: p.now(), Message: message}
}

// ended gives nil for the end of a stream, or of our own, that comes between blocks.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
