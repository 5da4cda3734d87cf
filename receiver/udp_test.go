package receiver_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/receiver"
)

func serveUDP(tb testing.TB, s *receiver.Server, address string) *running {
	tb.Helper()
	r := prepare(tb, s)
	pc, err := net.ListenPacket("udp", address)
	if err != nil {
		tb.Skipf("no such address here: %v", err)
	}
	r.addr = pc.LocalAddr().String()
	r.serve(tb, func(ctx context.Context) error {
		s.ServeUDP(ctx, pc.(*net.UDPConn))
		return nil
	})
	return r
}

func dialUDP(tb testing.TB, addr string) net.Conn {
	tb.Helper()
	c, err := net.Dial("udp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

func TestUDP(t *testing.T) {
	for address, largest := range map[string]int{"127.0.0.1:0": 65507, "[::1]:0": 65527} {
		r := serveUDP(t, &receiver.Server{}, address)
		c := dialUDP(t, r.addr)
		want := []string{"<85>1 a", "12 counted is not read here", "two\nlines\n", strings.Repeat("x", largest)}
		for i, s := range want {
			send(t, c, s)
			r.frames(t, i+1)
		}
		equal(t, r.frames(t, len(want)), want...)
		for i, e := range r.all() {
			if e.Transport != audit.TransportUDP || e.Peer != c.LocalAddr().String() || e.Received != testTime.UnixMicro() || e.Flags != 0 {
				t.Errorf("entry %d: %d %s %d", i, e.Transport, e.Peer, e.Flags)
			}
		}
		eventually(t, "the count", func() bool { return r.Stats().UDP.Frames == uint64(len(want)) })
		if st := r.Stats(); st.ReceiveBuffer == 0 {
			t.Error("the receive buffer's size is not known")
		}
	}
}

// An IPv4 sender on a socket of both families has an IPv4 address.
func TestUDPBothFamilies(t *testing.T) {
	r := serveUDP(t, &receiver.Server{}, ":0")
	_, port, err := net.SplitHostPort(r.addr)
	if err != nil {
		t.Fatal(err)
	}
	c := dialUDP(t, "127.0.0.1:"+port)
	send(t, c, "a")
	r.frames(t, 1)
	if got := r.all()[0].Peer; got != c.LocalAddr().String() {
		t.Errorf("peer %s", got)
	}
}

func TestUDPLimits(t *testing.T) {
	r := serveUDP(t, &receiver.Server{MaxFrame: 10}, "127.0.0.1:0")
	c := dialUDP(t, r.addr)
	send(t, c, "")
	send(t, c, strings.Repeat("x", 11))
	send(t, c, "b")
	equal(t, r.frames(t, 2), strings.Repeat("x", 10), "b")
	if got := r.all()[0].Flags; got != audit.FlagTruncated {
		t.Errorf("flags %d", got)
	}
	if st := r.Stats(); st.EmptyDatagrams != 1 || st.Truncated != 1 {
		t.Errorf("%d empty, %d truncated", st.EmptyDatagrams, st.Truncated)
	}
}

// What finds the backlog full is counted by source, and the rest is stored.
func TestUDPBacklogOverflows(t *testing.T) {
	var g gate
	g.close()
	r := serveUDP(t, &receiver.Server{Handler: &recorder{before: g.before}, Backlog: 1, StallTimeout: 20 * time.Millisecond}, "127.0.0.1:0")
	c := dialUDP(t, r.addr)
	sent := 0
	for r.Stats().BacklogDrops < 10 {
		for range 20 {
			send(t, c, strconv.Itoa(sent)+strings.Repeat("x", 2000))
			sent++
		}
		time.Sleep(time.Millisecond)
	}
	tr := r.Troubles()
	var seen bool
	for _, x := range tr {
		seen = seen || x.Cause == receiver.CauseBacklog && x.Peer == "127.0.0.1" && x.Count >= 10
	}
	if !seen || !strings.Contains(r.log.String(), "cause=backlog") {
		t.Errorf("%+v; log: %s", tr, r.log)
	}
	eventually(t, "the stall", func() bool { return r.Stats().Stalled == 1 })
	g.open()
	eventually(t, "the rest", func() bool {
		st := r.Stats()
		return st.UDP.Frames+st.BacklogDrops+st.KernelDrops == uint64(sent)
	})
	send(t, c, "behind")
	eventually(t, "what came behind", func() bool {
		all := r.all()
		return string(all[len(all)-1].Frame) == "behind"
	})
}

func TestUDPHandlerFails(t *testing.T) {
	r := serveUDP(t, &receiver.Server{Handler: &recorder{before: func(_ context.Context, e []audit.Entry) error {
		if string(e[0].Frame) == "bad" {
			panic("bad")
		}
		return nil
	}}}, "127.0.0.1:0")
	c := dialUDP(t, r.addr)
	send(t, c, "bad")
	eventually(t, "the failure", func() bool { st := r.Stats(); return st.NotStored == 1 && st.Panics == 1 })
	send(t, c, "good")
	equal(t, r.frames(t, 1), "good")
}

// Shutdown takes what the kernel still holds.
func TestUDPShutdownDrains(t *testing.T) {
	r := serveUDP(t, &receiver.Server{}, "127.0.0.1:0")
	c := dialUDP(t, r.addr)
	eventually(t, "a large receive buffer", func() bool { return r.Stats().ReceiveBuffer > 0 })
	const n = 500
	for range n {
		send(t, c, "x")
	}
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := len(r.all()); got != n {
		t.Errorf("%d of %d datagrams", got, n)
	}
}
