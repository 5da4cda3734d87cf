package mllp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// block gives a message of n bytes as it is on the wire.
func block(n int) []byte { return AppendBlock(nil, bytes.Repeat([]byte("x"), n)) }

// counted is a Memory that has enough.
type counted struct{ taken atomic.Int64 }

func (c *counted) Wait(_ context.Context, _ string, n int64) error { c.taken.Add(n); return nil }
func (c *counted) Release(_ string, n int64)                       { c.taken.Add(-n) }

// stagesOf gives stages that count.
func stagesOf(sizes ...int) (stages []Stage, taken func() []int64) {
	for _, size := range sizes {
		stages = append(stages, Stage{size, &counted{}})
	}
	return stages, func() (all []int64) {
		for _, s := range stages {
			all = append(all, s.Memory.(*counted).taken.Load())
		}
		return all
	}
}

// held notes what memory a connection's messages held.
type held struct{ marks []int64 }

func (h *held) Busy(n int64) { h.marks = append(h.marks, n) }
func (h *held) Idle()        { h.marks = append(h.marks, -1) }

// A message takes memory of one stage at a time, as much as the stage's largest has until
// its length is known and then its own, until the next is read. One that can't be read
// takes nothing, and a small one is free.
func TestLargeMessagesGoThroughStages(t *testing.T) {
	for _, c := range []struct {
		name  string
		wire  []byte
		err   error
		taken []int64
		marks []int64
	}{
		{"small", block(freeBytes - 1), nil, []int64{0, 0}, []int64{0, -1}},
		{"of the first stage", block(40 << 10), nil, []int64{64 << 10, 0}, []int64{0, 64 << 10, -1}},
		{"of a part of the first", block(20 << 10), nil, []int64{20 << 10, 0}, []int64{0, 64 << 10, -1}},
		{"of the second", block(1 << 20), nil, []int64{0, 1<<20 + 1}, []int64{0, 64 << 10, 1<<20 + 1, -1}},
		{"too large", block(1<<20 + 1), ErrTooLarge, []int64{0, 0}, []int64{0, 64 << 10, 1<<20 + 1}},
		{"cut", block(1 << 20)[:1<<19], io.ErrUnexpectedEOF, []int64{0, 0}, []int64{0, 64 << 10, 1<<20 + 1}},
	} {
		stages, taken := stagesOf(64<<10, 1<<20+1)
		timed := &held{}
		r := NewReader(bytes.NewReader(c.wire), 1<<20)
		r.ctx, r.stages, r.timed = t.Context(), stages, timed
		if _, err := r.Next(); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !slices.Equal(taken(), c.taken) || !slices.Equal(timed.marks, c.marks) {
			t.Errorf("%s: took %d and held %d, want %d and %d", c.name, taken(), timed.marks, c.taken, c.marks)
		}
		r.release()
		if got := taken(); got[0]+got[1] != 0 {
			t.Errorf("%s: %d are not given back", c.name, got)
		}
	}
}

// Messages that wait for answers have a bound for all, of which a peer has a quarter or one
// message: what finds no room is told of at once, and the traffic goes on.
func TestUnansweredShare(t *testing.T) {
	const size = 100 << 10
	room := newUnanswered(4 * size)
	var told []error
	of := func(peer string) *pairs {
		return &pairs{tell: func(e Exchange) { told = append(told, e.Err) }, room: room, peer: peer}
	}
	a, b, c := of("a"), of("b"), of("c")
	for _, step := range []struct {
		name string
		sent *pairs
		size int
		told error
	}{
		{"first of a", a, size * 3 / 5, nil},
		{"second of a, in place of the first", a, size * 3 / 5, ErrPassedOver},
		{"another connection of a, beyond its share", of("a"), size * 3 / 5, ErrUnwatched},
		{"one of b that is larger than a share", b, 3 * size, nil},
		{"one of c, where nothing is left", c, size, ErrUnwatched},
	} {
		told = nil
		step.sent.sent(header{id: "1"}, Exchange{Message: make([]byte, step.size)})
		if step.told == nil && len(told) > 0 || step.told != nil && (len(told) != 1 || !errors.Is(told[0], step.told)) {
			t.Errorf("%s: told %v, want %v", step.name, told, step.told)
		}
	}
	for _, p := range []*pairs{a, b, c} {
		p.end(ErrNoAnswer)
	}
	if room.taken != 0 || len(room.peers) != 0 {
		t.Errorf("%d bytes are not given back, of %d peers", room.taken, len(room.peers))
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
	incoming, taken := stagesOf(64<<10, defaultMaxMessage+1)
	answers, answered := stagesOf(64<<10, defaultMaxMessage+1)
	p := &Proxy{Exchanged: func(e Exchange) { told <- e }, Log: slog.New(slog.DiscardHandler), Incoming: incoming, Answers: answers,
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
	if n := append(taken(), answered()...); slices.Max(n) != 0 || slices.Min(n) != 0 || p.unanswered.taken != 0 {
		t.Errorf("%d and %d bytes are not given back", n, p.unanswered.taken)
	}
}
