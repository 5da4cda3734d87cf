package mllp

import (
	"context"
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
	// Incoming is the memory of senders' messages of more than 8 KiB, in stages of growing
	// size of which the last holds the largest message and a byte more, and Answers that of
	// the archive's. Without any they are not bounded together.
	Incoming, Answers []Stage
	// MaxUnanswered bounds the messages that wait for their answers, in bytes; 64 MiB, or
	// the largest message, if 0.
	MaxUnanswered int64
	// Drain is how long answers are waited for after the sender ended its side or
	// Serve is to stop; 10 s if 0.
	Drain time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log hears of connections that fail; slog.Default() if nil.
	Log *slog.Logger

	unanswered *unanswered
	once       sync.Once

	conns, accepted, unreachable, messages, answers atomic.Int64
}

// Stats are figures since a Proxy began, and the number of connections now.
type Stats struct {
	// Connections are open now. Accepted counts all that came, Unreachable those that were
	// closed since the archive could not be reached.
	Connections, Accepted, Unreachable int64
	// Messages counts what senders sent, Answers what they were answered.
	Messages, Answers int64
}

// Stats gives the figures.
func (p *Proxy) Stats() Stats {
	return Stats{Connections: p.conns.Load(), Accepted: p.accepted.Load(), Unreachable: p.unreachable.Load(),
		Messages: p.messages.Load(), Answers: p.answers.Load()}
}

const (
	defaultMaxMessage    = 64 << 20
	defaultMaxUnanswered = 64 << 20
	defaultDrain         = 10 * time.Second
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
// the time that Drain says. A listener of package crypto/tls makes it MLLP over TLS. How
// many connections there may be is the listener's to say, and how slowly a message may
// come: its connections may be Timed.
func (p *Proxy) Serve(ctx context.Context, ln net.Listener) error {
	var open sync.WaitGroup
	defer open.Wait()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
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
		p.conns.Add(1)
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

// serve has one connection of a sender. The archive gets one once the sender sends something.
func (p *Proxy) serve(ctx context.Context, conn net.Conn) error {
	sender := p.newConn(ctx, conn, conn, p.Incoming)
	if p.Dial == nil {
		return p.answer(ctx, sender)
	}
	if began, err := sender.begins(ctx); !began {
		if err != nil {
			err = fmt.Errorf("receive from the sender: %w", err)
		}
		return err
	}
	out, err := p.Dial(ctx)
	if err != nil {
		p.unreachable.Add(1)
		return fmt.Errorf("connect to the archive: %w", err)
	}
	defer out.Close()
	r := &relay{proxy: p, sender: sender, archive: p.newConn(ctx, out, conn, p.Answers)}
	r.pairs = pairs{tell: p.Exchanged, room: p.unanswered, peer: r.sender.reader.peer}
	return r.run(ctx)
}

// newConn makes a Conn whose large messages take memory of stages, on behalf of the host at
// the other end of sender.
func (p *Proxy) newConn(ctx context.Context, conn, sender net.Conn, stages []Stage) *Conn {
	p.once.Do(func() {
		size := p.MaxUnanswered
		if size == 0 {
			size = max(defaultMaxUnanswered, int64(p.maxMessage())+pendingBytes)
		}
		p.unanswered = newUnanswered(size)
	})
	c := NewConn(conn, p.maxMessage())
	c.reader.ctx, c.reader.stages, c.reader.peer = ctx, stages, hostOf(sender)
	if t, ok := conn.(Timed); ok {
		c.reader.timed = t
	}
	return c
}

// hostOf gives the host at a connection's other end.
func hostOf(conn net.Conn) string {
	address := conn.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// exchange begins the Exchange of a message that came by a connection.
func (p *Proxy) exchange(conn net.Conn, message []byte) Exchange {
	p.messages.Add(1)
	return Exchange{Sender: conn.RemoteAddr(), Local: conn.LocalAddr(), Received: p.now(), Message: message}
}

// ended gives nil for the end of a stream that comes between blocks, or of our own.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
