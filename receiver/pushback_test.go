package receiver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arr/audit"
	"arr/receiver"
)

// gate is a handler's before that blocks while it is closed.
type gate struct{ ch atomic.Pointer[chan struct{}] }

func (g *gate) close() { ch := make(chan struct{}); g.ch.Store(&ch) }
func (g *gate) open()  { close(*g.ch.Swap(nil)) }

func (g *gate) before(context.Context, []audit.Entry) error {
	if ch := g.ch.Load(); ch != nil {
		<-*ch
	}
	return nil
}

// A connection whose frames are not stored is read no further than its buffers
// reach, and what its sender can't send it keeps.
func TestBackPressure(t *testing.T) {
	var g gate
	g.close()
	r := serveTCP(t, &receiver.Server{Handler: &recorder{before: g.before}}, receiver.ListenerOptions{})
	c := dial(t, r.addr).(*net.TCPConn)
	if err := c.SetWriteDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	frame := counted("<85>1 " + strings.Repeat("x", 994))
	sent := 0
	chunk := []byte(strings.Repeat(frame, 100))
	for sent < 64<<20 {
		n, err := c.Write(chunk)
		sent += n
		if err != nil {
			break
		}
	}
	if sent == 64<<20 {
		t.Fatal("never pushed back")
	}
	if st := r.Stats(); st.TCP.Frames != 0 || st.Memory > 4<<20 {
		t.Errorf("%d frames counted, %d bytes of memory", st.TCP.Frames, st.Memory)
	}
	g.open()
	c.Close()
	r.frames(t, sent/len(frame))
}

// Of a handler that blocks for long, the connections are closed and new ones
// refused; what was read is stored once it can be.
func TestStall(t *testing.T) {
	var g gate
	g.close()
	r := serveTCP(t, &receiver.Server{Handler: &recorder{before: g.before}, StallTimeout: 50 * time.Millisecond}, receiver.ListenerOptions{})
	idle := dial(t, r.addr)
	c := dial(t, r.addr)
	send(t, c, counted("a")+counted("b"))
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	// An orderly end would tell a sender that ended its side that all was stored.
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the connection ends with %v, wanted a reset", err)
	}
	if st := r.Stats(); st.Stalls != 1 || st.Stalled != 1 {
		t.Errorf("%d stalls, %d at this moment", st.Stalls, st.Stalled)
	}
	refused(t, r.addr)
	open(t, idle)
	g.open()
	equal(t, r.frames(t, 2), "a", "b")
	eventually(t, "the end of the stall", func() bool { return r.Stats().Stalled == 0 })
	send(t, idle, counted("c"))
	send(t, dial(t, r.addr), counted("d"))
	r.frames(t, 4)
}

func TestHandlerFails(t *testing.T) {
	for name, before := range map[string]func(context.Context, []audit.Entry) error{
		"error": func(_ context.Context, e []audit.Entry) error {
			if string(e[0].Frame) == "bad" {
				return errors.New("disk on fire")
			}
			return nil
		},
		"panic": func(_ context.Context, e []audit.Entry) error {
			if string(e[0].Frame) == "bad" {
				panic(fmt.Sprintf("secret %s", e[0].Frame))
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := serveTCP(t, &receiver.Server{Handler: &recorder{before: before}}, receiver.ListenerOptions{})
			other, c := dial(t, r.addr), dial(t, r.addr)
			send(t, c, counted("bad"))
			closed(t, c)
			send(t, other, counted("good"))
			equal(t, r.frames(t, 1), "good")
			eventually(t, "the counts", func() bool { st := r.Stats(); return st.NotStored == 1 && st.TCP.Frames == 1 })
			if tr := r.Troubles(); len(tr) != 1 || tr[0].Cause != receiver.CauseHandler {
				t.Errorf("%+v", tr)
			}
			if strings.Contains(r.log.String(), "secret") {
				t.Error("a panic's value in the log")
			}
		})
	}
}

// Half-read frames that hold all the memory do not keep other frames out for ever,
// nor do they hold up small ones at all.
func TestMemoryIsFair(t *testing.T) {
	const large = 1 << 20
	r := serveTCP(t, &receiver.Server{MaxFrame: large, Memory: 1, FrameTimeout: 2400 * time.Millisecond}, receiver.ListenerOptions{})
	count := func(f string, flags audit.Flags) (n int) {
		for _, e := range r.all() {
			if e.Flags == flags && string(e.Frame) == f {
				n++
			}
		}
		return n
	}
	half := strings.Repeat("x", 70_000) // beyond what is read before the frame gets all its memory
	var hogs []net.Conn
	for range 6 {
		c := dial(t, r.addr)
		send(t, c, fmt.Sprintf("%d %s", large, half))
		hogs = append(hogs, c)
	}
	eventually(t, "waiting", func() bool { return r.Stats().MemoryWaits > 0 })
	send(t, dial(t, r.addr), strings.Repeat(counted("small"), 1000))
	eventually(t, "the small frames", func() bool { return count("small", 0) == 1000 })
	last := dial(t, r.addr)
	want := strings.Repeat("y", large)
	go last.Write([]byte(counted(want)))
	// Each hog has to give way in a part of FrameTimeout after it got its memory.
	eventually(t, "the large frame", func() bool { return count(want, 0) == 1 })
	if n := r.Stats().FrameTimeouts; n < 5 {
		t.Errorf("%d timeouts", n)
	}
	for _, c := range hogs {
		c.Close()
	}
	eventually(t, "what came of the others", func() bool { return count(half, audit.FlagCutAtClose) == len(hogs) })
}

// A sender that never stops, but hardly sends, must give way.
func TestSlowSenderGivesWay(t *testing.T) {
	const large = 1 << 20
	r := serveTCP(t, &receiver.Server{MaxFrame: large, Memory: 1, FrameTimeout: 300 * time.Millisecond}, receiver.ListenerOptions{})
	var slow []net.Conn
	for range 2 {
		c := dial(t, r.addr)
		send(t, c, fmt.Sprintf("%d %s", large, strings.Repeat("x", 70_000)))
		slow = append(slow, c)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ended := 0; ended < len(slow); time.Sleep(20 * time.Millisecond) {
			ended = 0
			for _, c := range slow {
				if _, err := c.Write([]byte("x")); err != nil {
					ended++
				}
			}
		}
	}()
	eventually(t, "the memory to be taken", func() bool { return r.Stats().Memory >= 2*large })
	for range 2 {
		c := dial(t, r.addr)
		go c.Write([]byte(counted(strings.Repeat("y", large))))
	}
	<-done
	eventually(t, "the others' frames", func() bool {
		n := 0
		for _, e := range r.all() {
			if len(e.Frame) == large {
				n++
			}
		}
		return n == 2
	})
}

func TestIdleIsNeverClosed(t *testing.T) {
	r := serveTCP(t, &receiver.Server{FrameTimeout: 30 * time.Millisecond, HandshakeTimeout: 30 * time.Millisecond}, receiver.ListenerOptions{})
	silent, c := dial(t, r.addr), dial(t, r.addr)
	send(t, c, counted("a"))
	r.frames(t, 1)
	time.Sleep(100 * time.Millisecond)
	open(t, c)
	open(t, silent)
	send(t, c, counted("b"))
	send(t, silent, counted("c"))
	r.frames(t, 3)
}

func TestFrameTimeout(t *testing.T) {
	for _, stream := range []string{"10 abc", "<1>abc", "12", "<AuditMessage>\n<a/>\n"} {
		r := serveTCP(t, &receiver.Server{FrameTimeout: 30 * time.Millisecond}, receiver.ListenerOptions{})
		c := dial(t, r.addr)
		send(t, c, stream)
		closed(t, c)
		r.frames(t, 1)
		if e := r.all()[0]; e.Flags != audit.FlagCutAtClose || !strings.Contains(stream, string(e.Frame)) {
			t.Errorf("%q: %+v", stream, e)
		}
		if n := r.Stats().FrameTimeouts; n != 1 {
			t.Errorf("%d timeouts", n)
		}
	}
}

// A thousand connections that were busy and fell silent cost little and harm
// nobody.
func TestManyIdleConnections(t *testing.T) {
	const conns = 1000
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
	for i := range conns {
		c := dial(t, r.addr)
		if i%2 == 0 {
			send(t, c, strings.Repeat(counted(strings.Repeat("x", 1000)), 20))
		}
	}
	r.frames(t, conns/2*20)
	eventually(t, "memory to be given back", func() bool { return r.Stats().Memory == 0 })
	send(t, dial(t, r.addr), counted("another"))
	frames := r.frames(t, conns/2*20+1)
	if frames[len(frames)-1] != "another" {
		t.Error("the other sender's frame is missing")
	}
}

// Where all connections are taken, the peer that has most gives up the one that has been idle
// for longest. TestSeats has who goes when.
func TestTooManyConnections(t *testing.T) {
	r := serveTCP(t, &receiver.Server{MaxConns: 2}, receiver.ListenerOptions{})
	a, b := dialFrom(t, "127.0.0.2", r.addr), dialFrom(t, "127.0.0.2", r.addr)
	for i, c := range []net.Conn{a, b, a} {
		send(t, c, "1 x")
		r.frames(t, i+1)
	}
	c := dialFrom(t, "127.0.0.3", r.addr)
	closed(t, b)
	for i, c := range []net.Conn{a, c} {
		open(t, c)
		send(t, c, "1 x")
		r.frames(t, 4+i)
	}
	if st := r.Stats(); st.Refused[receiver.CauseTooMany] != 0 || st.GaveWay != 1 {
		t.Errorf("%d refused, %d gave way", st.Refused[receiver.CauseTooMany], st.GaveWay)
	}
}

// Shutdown keeps what senders have sent, and ends.
func TestShutdownDrains(t *testing.T) {
	var g gate
	g.close()
	r := serveTCP(t, &receiver.Server{Handler: &recorder{before: g.before}}, receiver.ListenerOptions{})
	idle, c := dial(t, r.addr), dial(t, r.addr)
	const n = 20_000
	send(t, c, strings.Repeat(counted("<85>1 frame"), n)+"10 part")
	eventually(t, "both to be accepted", func() bool { return r.Stats().Open == 2 })
	shut := make(chan error)
	go func() { shut <- r.Shutdown(context.Background()) }()
	closed(t, idle)
	g.open()
	if err := <-shut; err != nil {
		t.Fatal(err)
	}
	frames := r.frames(t, n+1)
	if last := r.all()[n]; frames[n] != "part" || last.Flags != audit.FlagCutAtClose {
		t.Errorf("%d frames, the last %q with flags %d", len(frames), frames[n], last.Flags)
	}
	if _, err := net.Dial("tcp", r.addr); err == nil {
		t.Error("still listening")
	}
}

// Shutdown keeps what a sender has sent whose frames wait for memory, also where those who
// have it go on sending until they are cut off.
func TestShutdownDrainsWhoWaits(t *testing.T) {
	t.Parallel()
	r := serveTCP(t, &receiver.Server{Memory: 1, MaxFrame: 1 << 20}, receiver.ListenerOptions{})
	const frames, size = 100, 20_000
	announced := []int{1 << 20, 1 << 20, 60_000, 60_000}
	stop := make(chan struct{})
	defer close(stop)
	taken := int64(0)
	for _, n := range announced {
		c := dial(t, r.addr)
		send(t, c, fmt.Sprintf("%d %s", n, strings.Repeat("x", min(n-1000, 70_000))))
		go func() {
			for tick := time.NewTicker(10 * time.Millisecond); ; {
				select {
				case <-tick.C:
					_, _ = c.Write([]byte("x")) // until it is cut off
				case <-stop:
					tick.Stop()
					return
				}
			}
		}()
		taken += int64(n)
		eventually(t, "the memory to be taken", func() bool { return r.Stats().Memory >= taken })
	}
	c := dial(t, r.addr)
	send(t, c, strings.Repeat(counted(strings.Repeat("y", size)), frames))
	c.Close()
	eventually(t, "a connection to wait", func() bool { return r.Stats().MemoryWaits == 1 })
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, f := range r.frames(t, len(announced)+frames) {
		if f[0] == 'y' && len(f) == size {
			whole++
		}
	}
	if whole != frames {
		t.Errorf("%d of %d frames are kept", whole, frames)
	}
}

func TestShutdownGivesUp(t *testing.T) {
	var g gate
	g.close()
	r := prepare(t, &receiver.Server{Handler: &recorder{before: g.before}})
	ln := listen(t)
	done := make(chan error)
	go func() { done <- r.ServeTCP(context.Background(), ln, receiver.ListenerOptions{}) }()
	c := dial(t, ln.Addr().String())
	send(t, c, counted("a"))
	eventually(t, "a connection", func() bool { return r.Stats().Open == 1 })
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := r.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown: %v", err)
	}
	closed(t, c)
	g.open()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	equal(t, r.frames(t, 1), "a")
}

func TestContextEndsServing(t *testing.T) {
	r := prepare(t, &receiver.Server{})
	ln := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.ServeTCP(ctx, ln, receiver.ListenerOptions{}) }()
	c := dial(t, ln.Addr().String())
	send(t, c, counted("a"))
	r.frames(t, 1)
	cancel()
	closed(t, c)
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// failingListener fails to accept a few times, as where files run out.
type failingListener struct {
	net.Listener
	left atomic.Int32
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.left.Add(-1) >= 0 {
		return nil, errors.New("too many open files")
	}
	return l.Listener.Accept()
}

func TestAcceptIsTriedAgain(t *testing.T) {
	r := prepare(t, &receiver.Server{})
	ln := &failingListener{Listener: listen(t)}
	ln.left.Store(3)
	r.serve(t, func(ctx context.Context) error { return r.ServeTCP(ctx, ln, receiver.ListenerOptions{}) })
	send(t, dial(t, ln.Addr().String()), counted("a"))
	equal(t, r.frames(t, 1), "a")
	if n := strings.Count(r.log.String(), "too many open files"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}
