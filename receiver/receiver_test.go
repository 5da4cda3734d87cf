package receiver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arr/audit"
	"arr/receiver"
)

// recorder is a handler that keeps copies of what it is handed.
type recorder struct {
	mu      sync.Mutex
	entries []audit.Entry
	// before, if set, is called before entries are kept; an error of it refuses
	// them.
	before func(ctx context.Context, entries []audit.Entry) error
}

func (r *recorder) HandleFrames(ctx context.Context, entries []audit.Entry) error {
	if r.before != nil {
		if err := r.before(ctx, entries); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries {
		e.Frame = bytes.Clone(e.Frame)
		r.entries = append(r.entries, e)
	}
	return nil
}

func (r *recorder) all() []audit.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]audit.Entry(nil), r.entries...)
}

// frames waits for n frames and gives all that came.
func (r *recorder) frames(tb testing.TB, n int) []string {
	tb.Helper()
	eventually(tb, strconv.Itoa(n)+" frames", func() bool { return len(r.all()) >= n })
	var frames []string
	for _, e := range r.all() {
		frames = append(frames, string(e.Frame))
	}
	return frames
}

// eventually waits until done, for a while.
func eventually(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("waited in vain for %s", what)
		}
	}
}

// logs keeps what a server logs.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a server under test.
type running struct {
	*receiver.Server
	*recorder
	log  *logs
	addr string
}

var testTime = time.Date(2026, 3, 1, 12, 0, 0, 1234000, time.UTC)

// prepare completes s and has it shut down when the test ends, which must leave no
// part of it running.
func prepare(tb testing.TB, s *receiver.Server) *running {
	tb.Helper()
	r := &running{Server: s, log: &logs{}}
	switch h := s.Handler.(type) {
	case *recorder:
		r.recorder = h
	case nil:
		r.recorder = &recorder{}
		s.Handler = r.recorder
	}
	s.Log = slog.New(slog.NewTextHandler(r.log, nil))
	if s.Now == nil {
		s.Now = func() time.Time { return testTime }
	}
	return r
}

func (r *running) serve(tb testing.TB, serve func(context.Context) error) {
	tb.Helper()
	done := make(chan error, 1)
	go func() { done <- serve(tb.Context()) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			tb.Errorf("Shutdown: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("Serve: %v", err)
		}
		if st := r.Stats(); st.Open != 0 || st.Memory != 0 || st.Backlog != 0 {
			tb.Errorf("left behind: %d connections, %d bytes, a backlog of %d", st.Open, st.Memory, st.Backlog)
		}
	})
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return ln
}

func serveTCP(tb testing.TB, s *receiver.Server, opts receiver.ListenerOptions) *running {
	tb.Helper()
	r := prepare(tb, s)
	ln := listen(tb)
	r.addr = ln.Addr().String()
	r.serve(tb, func(ctx context.Context) error { return s.ServeTCP(ctx, ln, opts) })
	return r
}

func dial(tb testing.TB, addr string) net.Conn {
	tb.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

// dialFrom is dial from one of the host's own addresses.
func dialFrom(tb testing.TB, from, addr string) net.Conn {
	tb.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

func send(tb testing.TB, c net.Conn, s string) {
	tb.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		tb.Fatalf("write: %v", err)
	}
}

// counted frames s as RFC 5425 does.
func counted(s string) string { return strconv.Itoa(len(s)) + " " + s }

// closed waits until the receiver closed c.
func closed(tb testing.TB, c net.Conn) {
	tb.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		tb.Fatal("the connection was not closed")
	}
}

// refused says that a connection is ended at once, which dialing may see already.
func refused(tb testing.TB, addr string) {
	tb.Helper()
	c, err := net.Dial("tcp", addr)
	if err == nil {
		defer c.Close()
		closed(tb, c)
	} else if !errors.Is(err, syscall.ECONNRESET) {
		tb.Fatal(err)
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// open says that c is still open: nothing to read, but no end.
func open(tb testing.TB, c net.Conn) {
	tb.Helper()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		tb.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !isTimeout(err) {
		tb.Fatalf("the connection was closed: %v", err)
	}
}

func equal(tb testing.TB, got []string, want ...string) {
	tb.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			tb.Fatalf("frame %d has %d bytes, %.100q, want %d bytes, %.100q", i, len(got[i]), got[i], len(want[i]), want[i])
		}
	}
	if len(got) != len(want) {
		tb.Fatalf("%d frames, want %d", len(got), len(want))
	}
}

func TestEntry(t *testing.T) {
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
	c := dial(t, r.addr)
	send(t, c, counted("<85>1 a")+"<85>1 b\n")
	r.frames(t, 2)
	for i, e := range r.all() {
		if e.Received != testTime.UnixMicro() || e.Transport != audit.TransportTCP || e.Peer != c.LocalAddr().String() ||
			e.Flags != 0 || e.Format != audit.FormatSyslog || e.Cert != (audit.Cert{}) || e.Number != 0 {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	eventually(t, "the count", func() bool { return r.Stats().TCP.Frames == 2 })
	if st := r.Stats(); st.TCP.Bytes != 14 || st.Open != 1 || st.Connections != 1 {
		t.Errorf("%+v", st)
	}
}

// Frames of every size between nothing and a megabyte, in writes that end
// anywhere, come out as they went in.
func TestFramesOfAllSizes(t *testing.T) {
	for name, memory := range map[string]int64{"enough memory": 0, "little memory": 1} {
		t.Run(name, func(t *testing.T) {
			r := serveTCP(t, &receiver.Server{MaxFrame: 3 << 20, Memory: memory}, receiver.ListenerOptions{})
			var stream strings.Builder
			var want []string
			for i := range 400 {
				size := 1 + i*i%6000
				switch {
				case i%100 == 99:
					size = 2<<20 + i
				case i%10 == 9:
					size = i * 500
				}
				frame := "<85>" + strings.Repeat(string(rune('a'+i%26)), size)
				want = append(want, frame)
				if i%3 == 0 {
					stream.WriteString(frame + "\n")
				} else {
					stream.WriteString(counted(frame))
				}
			}
			c := dial(t, r.addr)
			for rest, n := stream.String(), 1; len(rest) > 0; n = n*3%99991 + 1 {
				n = min(n, len(rest))
				send(t, c, rest[:n])
				rest = rest[n:]
			}
			equal(t, r.frames(t, len(want)), want...)
		})
	}
}

func TestManySenders(t *testing.T) {
	r := serveTCP(t, &receiver.Server{MaxFrame: 1 << 20, Memory: 1}, receiver.ListenerOptions{})
	const senders, each = 20, 50
	var wg sync.WaitGroup
	for i := range senders {
		c := dial(t, r.addr)
		wg.Go(func() {
			for k := range each {
				if _, err := io.WriteString(c, counted(strconv.Itoa(i)+" "+strings.Repeat("x", k*i*100))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	r.frames(t, senders*each)
	last := make(map[string]int)
	for _, e := range r.all() {
		if n, ok := last[e.Peer]; ok && len(e.Frame) < n {
			t.Fatal("frames of one sender out of order")
		}
		last[e.Peer] = len(e.Frame)
	}
}

func TestTruncated(t *testing.T) {
	r := serveTCP(t, &receiver.Server{MaxFrame: 10_000}, receiver.ListenerOptions{})
	c := dial(t, r.addr)
	long := strings.Repeat("x", 50_000)
	send(t, c, counted(long)+counted("b")+"<1>"+long+"\n"+counted("c"))
	equal(t, r.frames(t, 4), long[:10_000], "b", "<1>"+long[:9_997], "c")
	for i, want := range []audit.Flags{audit.FlagTruncated, 0, audit.FlagTruncated, 0} {
		if got := r.all()[i].Flags; got != want {
			t.Errorf("frame %d has flags %d, want %d", i, got, want)
		}
	}
	open(t, c)
}

func TestCutAtClose(t *testing.T) {
	for _, stream := range []string{"10 abc", "<abc"} {
		r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
		c := dial(t, r.addr)
		send(t, c, counted("whole")+stream)
		c.Close()
		equal(t, r.frames(t, 2), "whole", strings.TrimPrefix(stream, "10 "))
		if got := r.all()[1].Flags; got != audit.FlagCutAtClose {
			t.Errorf("%q: flags %d", stream, got)
		}
	}
}

func TestFramingFault(t *testing.T) {
	for _, stream := range []string{"0 abc", "012 abc", "12345678901 abc"} {
		r := serveTCP(t, &receiver.Server{MaxFrame: 100}, receiver.ListenerOptions{})
		c := dial(t, r.addr)
		send(t, c, counted("good")+stream)
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		equal(t, r.frames(t, 2), "good", stream)
		if got := r.all()[1].Flags; got != audit.FlagUnframed {
			t.Errorf("%q: flags %d", stream, got)
		}

		c = dial(t, r.addr)
		send(t, c, stream+strings.Repeat("1", 200))
		closed(t, c)
		if frames := r.frames(t, 3); len(frames[2]) != 100 || r.all()[2].Flags != audit.FlagUnframed|audit.FlagTruncated {
			t.Errorf("%q: %d bytes, flags %d", stream, len(frames[2]), r.all()[2].Flags)
		}
		if n := r.Stats().FramingFaults; n != 2 {
			t.Errorf("%d framing faults", n)
		}
		tr := r.Troubles()
		if len(tr) != 1 || tr[0].Peer != "127.0.0.1" || tr[0].Cause != receiver.CauseFraming || tr[0].Count != 2 || tr[0].Remedy == "" {
			t.Errorf("%+v", tr)
		}
		if n := strings.Count(r.log.String(), "cause=framing"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		if strings.Contains(r.log.String(), "abc") {
			t.Error("a frame's bytes in the log")
		}
	}
}

func TestProbesLeaveOnlyACount(t *testing.T) {
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
	for range 3 {
		dial(t, r.addr).Close()
	}
	eventually(t, "probes", func() bool { return r.Stats().Probes == 3 })
	if r.log.String() != "" || len(r.Troubles()) != 0 || len(r.all()) != 0 {
		t.Errorf("a trace: %s %v", r.log, r.Troubles())
	}
}
