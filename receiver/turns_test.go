package receiver

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// turned is a client of turns whose handshake reads all that comes.
type turned struct {
	theirs net.Conn
	took   time.Duration
	err    error
}

// begin has a client of peer begin its handshake with bytes.
func begin(t *testing.T, ts *turns, wg *sync.WaitGroup, peer string, bytes []byte, done func()) *turned {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { theirs.Close() })
	c := &turned{theirs: theirs}
	start := time.Now()
	by := start.Add(10 * time.Second)
	arm := func(d time.Duration) { _ = ours.SetReadDeadline(time.Now().Add(d)) }
	arm(10 * time.Second)
	wg.Go(func() {
		defer ours.Close()
		p := newPeeked(ours, helloPeek, time.Second)
		c.err = ts.take(t.Context(), p, &turn{conn: ours, by: by, arm: arm, over: func() bool { return false }}, peer, func() error {
			_, err := io.Copy(io.Discard, p)
			return err
		})
		c.took = time.Since(start)
		done()
	})
	go theirs.Write(bytes)
	synctest.Wait()
	return c
}

// hello is a TLS record of a handshake, of n bytes.
func hello(n int) []byte { return append([]byte{22, 3, 1, byte(n >> 8), byte(n)}, make([]byte, n)...) }

// A client has until its deadline, while others wait for patience, and for haste where its peer
// has most turns. Who comes next is of the peer that has fewest, and of one peer's the last to
// come. They look at how long they waited four times a second.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := &turns{usual: Budget{size: 2, lastFirst: true}, large: Budget{size: 1, lastFirst: true}}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var ended []string
		all := map[string]*turned{}
		for _, c := range []struct {
			name  string
			bytes []byte
			after time.Duration
		}{
			{"a0", hello(300), 0}, {"a1", hello(300), 100 * time.Millisecond}, // both have a turn
			{"half", hello(300)[:200], 500 * time.Millisecond}, {"large", hello(8000), 0}, // need none, or another
			{"a2", hello(300), 0}, {"a3", hello(300), 0}, {"a4", hello(300), 0}, {"b0", hello(300), 0},
		} {
			time.Sleep(c.after + time.Millisecond)
			all[c.name] = begin(t, ts, &wg, c.name[:1], c.bytes, func() {
				mu.Lock()
				defer mu.Unlock()
				ended = append(ended, c.name)
			})
		}
		wg.Wait()
		if got := strings.Join(ended, " "); got != "a0 a1 b0 a4 half large a2 a3" {
			t.Errorf("they ended in the order %s", got)
		}
		for name, c := range all {
			want := map[string]time.Duration{"a0": 800 * time.Millisecond, "a1": time.Second, "b0": 1100 * time.Millisecond, "a4": 1200 * time.Millisecond}[name]
			if want == 0 {
				want = 10 * time.Second
			}
			if !errors.Is(c.err, os.ErrDeadlineExceeded) || c.took.Round(100*time.Millisecond) != want {
				t.Errorf("%s took %v: %v", name, c.took, c.err)
			}
		}
		if used, waiting := ts.usual.used(); used != 0 || waiting != 0 {
			t.Errorf("%d turns are left, %d wait", used, waiting)
		}
	})
}

// What a client sends for a handshake is bounded, though it is never silent.
func TestLargeHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		c := begin(t, newTurns(), &wg, "a", hello(300), func() {})
		sent := 0
		for {
			n, err := c.theirs.Write(make([]byte, 10_000))
			if sent += n; err != nil {
				break
			}
		}
		wg.Wait()
		if !errors.Is(c.err, errLargeHandshake) || sent < maxHandshake-10_000 || sent > maxHandshake+40_000 {
			t.Errorf("after %d bytes: %v", sent, c.err)
		}
	})
}

// Who gives way while it waits for its turn is gone at once, so that the next gets its place.
func TestGivesWayBeforeItsTurn(t *testing.T) {
	s := &Server{}
	s.setup()
	s.turns.usual.size = 1
	if err := s.turns.usual.Wait(t.Context(), "", 1); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	guarded := s.Guard(ln, GuardOptions{TLS: &tls.Config{}, MaxConns: 1})
	defer guarded.Close()
	for n := range 3 * leaving {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(hello(300)); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); s.turns.usual.Waiting() != 1 || s.Stats().GaveWay != uint64(n); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("after %d connections %d gave way and %d wait", n+1, s.Stats().GaveWay, s.turns.usual.Waiting())
			}
		}
	}
	if n := s.Stats().Refused[CauseTooMany]; n != 0 {
		t.Errorf("%d were refused", n)
	}
}
