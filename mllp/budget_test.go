package mllp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
)

// block gives a message of n bytes as it is on the wire.
func block(n int) []byte { return AppendBlock(nil, bytes.Repeat([]byte("x"), n)) }

// Large messages take of the budget what they weigh, until somebody gives it back; those that
// find none, and those that can't be read, take nothing. Small ones are free.
func TestLargeMessagesShareABudget(t *testing.T) {
	const size = 300 << 10
	b := newBudget(2*size + freeBytes)
	left := func() int64 { return b.left.Load() }
	read := func(wire []byte) (int, error) {
		r := NewReader(bytes.NewReader(wire), 2*size)
		r.budget = b
		m, err := r.Next()
		return len(m), err
	}
	for _, step := range []struct {
		name string
		wire []byte
		err  error
		left int64
	}{
		{"one", block(size), nil, size + freeBytes},
		{"another", block(size), nil, freeBytes},
		{"a third", block(size), ErrBusy, freeBytes},
		{"a small one", block(freeBytes - 1), nil, freeBytes},
		{"one that is cut", block(freeBytes)[:freeBytes], nil, freeBytes},
		{"one that is too large", block(3 * size), ErrBusy, freeBytes},
	} {
		_, err := read(step.wire)
		if step.err != nil && !errors.Is(err, step.err) || left() != step.left {
			t.Errorf("%s: %v, %d are left, want %d", step.name, err, left(), step.left)
		}
	}
	b.give(weight(size))
	if n, err := read(block(size)); n != size || err != nil || left() != freeBytes {
		t.Errorf("once one is gone: %d bytes, %v, %d are left", n, err, left())
	}
}

// What a proxy read is given back once it was told of, and what the archive answered once it was sent on.
func TestProxyGivesMemoryBack(t *testing.T) {
	large := strings.Repeat("x", 200<<10)
	archive, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	go func() {
		conn, err := archive.Accept()
		if err != nil {
			return
		}
		c := NewConn(conn, 1<<20)
		defer c.Close()
		for {
			if _, err := c.Receive(); err != nil {
				return
			}
			c.Send(append(answer("AA", "1"), large...))
		}
	}()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan Exchange, 3)
	p := &Proxy{Exchanged: func(e Exchange) { told <- e }, Log: slog.New(slog.DiscardHandler),
		Dial: func(context.Context) (net.Conn, error) { return net.Dial("tcp", archive.Addr().String()) }}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := NewConn(conn, 1<<20)
	for _, modes := range []string{"", "|||NE|NE", always} { // the last has no second answer
		if err := c.Send(append(request("1", modes), large...)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Receive(); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	for range 3 {
		if e := <-told; len(e.Message) < len(large) {
			t.Errorf("told of %d bytes", len(e.Message))
		}
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if left := p.memory.left.Load(); left != maxMemory {
		t.Errorf("%d bytes are left of %d", left, maxMemory)
	}
}
