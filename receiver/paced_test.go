package receiver_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"arr/receiver"
)

// pipes is a listener whose connections are pipes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- ours
	return theirs
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// write writes b again and again until done.
func write(c net.Conn, b []byte, every time.Duration, done <-chan struct{}) {
	for {
		select {
		case <-time.After(every):
			c.Write(b)
		case <-done:
			return
		}
	}
}

// TestConnPace: how long a frame's reads may last, by what it holds and who waits. A step is
// what the sender waits before its next bytes.
func TestConnPace(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name    string
		held    int64
		waiting int64
		every   time.Duration
		bytes   int
		lasts   time.Duration // until the read fails, 0 where it does not within 10 minutes
	}{
		{"slow, without memory", 0, 1, 59 * time.Second, 1, 0},
		{"silent, without memory", 0, 1, time.Hour, 1, time.Minute},
		{"slow, and nobody waits", mib, 0, 59 * time.Second, 1, 0},
		{"silent, and nobody waits", mib, 0, time.Hour, 1, time.Minute},
		{"silent, and others wait", mib, 1, time.Hour, 1, 2 * time.Second},
		{"slow, and others wait", mib, 1, time.Second, 1000, 5 * time.Second},
		{"fast, and others wait", mib, 1, time.Second, 20000, 0},
		{"too slow for what it holds", 16 * mib, 1, time.Second, 20000, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := newPipes()
				srv := &receiver.Server{}
				guarded := srv.Guard(ln, receiver.GuardOptions{MaxConns: 1, Waiting: func() int { return int(c.waiting) }})
				defer guarded.Close()
				theirs := ln.dial()
				defer theirs.Close()
				accepted, err := guarded.Accept()
				if err != nil {
					t.Fatal(err)
				}
				conn := accepted.(*receiver.Conn)
				defer conn.Close()
				go write(theirs, make([]byte, c.bytes), c.every, t.Context().Done())
				conn.Busy(c.held)
				start := time.Now()
				for time.Since(start) < 10*time.Minute && err == nil {
					_, err = conn.Read(make([]byte, c.bytes))
				}
				lasted := time.Since(start)
				if errors.Is(err, receiver.ErrFrameTimeout) != (c.lasts > 0) || c.lasts > 0 && lasted != c.lasts {
					t.Errorf("it lasted %v: %v", lasted, err)
				}
				if n := srv.Stats().FrameTimeouts; (n == 1) != (c.lasts > 0) {
					t.Errorf("%d frames timed out", n)
				}
			})
		})
	}
}

// Between frames a Conn may be silent; the deadline that its owner asks for holds in and
// between them, also one that comes while a read waits.
func TestConnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		guarded := (&receiver.Server{}).Guard(ln, receiver.GuardOptions{MaxConns: 1, Waiting: func() int { return 0 }})
		defer guarded.Close()
		theirs := ln.dial()
		defer theirs.Close()
		conn, err := guarded.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		read := func(want error, lasts time.Duration) {
			t.Helper()
			start := time.Now()
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, want) || time.Since(start) != lasts {
				t.Errorf("%v after %v, want %v after %v", err, time.Since(start), want, lasts)
			}
		}
		for _, held := range []int64{0, 1 << 20} {
			conn.(*receiver.Conn).Busy(held)
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			read(os.ErrDeadlineExceeded, 10*time.Second)
			conn.SetReadDeadline(time.Time{})
			time.AfterFunc(5*time.Second, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
			read(os.ErrDeadlineExceeded, 5*time.Second)
			conn.SetReadDeadline(time.Time{})
			read(receiver.ErrFrameTimeout, 45*time.Second) // in all a minute
			conn.(*receiver.Conn).Idle()
		}
		time.AfterFunc(time.Hour, func() { theirs.Write([]byte("x")) })
		read(nil, time.Hour)
		theirs.Close()
		read(io.EOF, 0)
	})
}
