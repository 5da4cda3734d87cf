package mllp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"arr/mllp"
)

const limit = 1 << 20

// archive takes connections and lets each be handled.
func archive(t testing.TB, handle func(*mllp.Conn)) func(context.Context) (net.Conn, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				c := mllp.NewConn(conn, limit)
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", ln.Addr().String())
	}
}

// answering makes an archive that answers each message with what answer gives for it.
func answering(answer func(message string) []string) func(*mllp.Conn) {
	return func(c *mllp.Conn) {
		for {
			m, err := c.Receive()
			if err != nil {
				return
			}
			for _, a := range answer(string(m)) {
				if c.Send([]byte(a)) != nil {
					return
				}
			}
		}
	}
}

// proxy is a served Proxy and what it told.
type proxy struct {
	*mllp.Proxy
	t         *testing.T
	addr      string
	exchanges chan mllp.Exchange
	stop      func()
}

// serve serves a Proxy; stop ends it and waits.
func serve(t *testing.T, p *mllp.Proxy, config *tls.Config) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &proxy{Proxy: p, t: t, addr: ln.Addr().String(), exchanges: make(chan mllp.Exchange, 200)}
	if config != nil {
		ln = tls.NewListener(ln, config)
	}
	p.Exchanged = func(e mllp.Exchange) { s.exchanges <- e }
	p.Log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, ln) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil
	}
	t.Cleanup(s.stop)
	return s
}

// connect gives a sender's connection, whose every operation has to end soon.
func (p *proxy) connect() (*mllp.Conn, *net.TCPConn) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	return mllp.NewConn(conn, limit), conn.(*net.TCPConn)
}

func (p *proxy) exchange() mllp.Exchange {
	p.t.Helper()
	select {
	case e := <-p.exchanges:
		return e
	case <-time.After(10 * time.Second):
		p.t.Fatal("no exchange was told of")
		panic("unreachable")
	}
}

func send(t *testing.T, c *mllp.Conn, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := c.Send([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
}

func receive(t *testing.T, c *mllp.Conn) string {
	t.Helper()
	m, err := c.Receive()
	if err != nil {
		t.Fatal(err)
	}
	return string(m)
}

func adt(id, modes string) string {
	return "MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|" + id + "|P|2.5|||" + modes + "\rPID|||1\r"
}

func ack(code, id string) string {
	return "MSH|^~\\&|C|D|A|B|20260101||ACK|x|P|2.5\rMSA|" + code + "|" + id + "\r"
}

func texts(answers [][]byte) string {
	var all []string
	for _, a := range answers {
		_, msa, _ := strings.Cut(string(a), "MSA|")
		all = append(all, strings.TrimSpace(msa))
	}
	return strings.Join(all, " ")
}

func TestProxyIsTransparent(t *testing.T) {
	odd := ack("AE", "7") + "ERR|\x00\xff\x1c\nno end"
	p := serve(t, &mllp.Proxy{Dial: archive(t, answering(func(m string) []string {
		if m != adt("7", "") {
			return []string{"the archive got " + m}
		}
		return []string{odd}
	}))}, nil)
	c, conn := p.connect()
	send(t, c, adt("7", ""))
	if got := receive(t, c); got != odd {
		t.Errorf("answered %q", got)
	}
	e := p.exchange()
	if string(e.Message) != adt("7", "") || len(e.Answers) != 1 || string(e.Answers[0]) != odd || e.Err != nil {
		t.Errorf("told %+v", e)
	}
	if e.Sender.String() != conn.LocalAddr().String() || e.Local.String() != p.addr || e.Archive == nil || e.Received.IsZero() {
		t.Errorf("ends %v, %v, %v at %v", e.Sender, e.Local, e.Archive, e.Received)
	}
	if s := p.Stats(); s.Messages != 1 || s.Answers != 1 || s.Connections != 1 {
		t.Errorf("%+v", s)
	}
}

// What answers what: by id, else by order; in the enhanced mode there may be two, in
// release 2 a commit acknowledgement comes before.
func TestPairs(t *testing.T) {
	for _, c := range []struct {
		name    string
		modes   string
		answers []string
		told    string
		err     error
		closes  bool
	}{
		{"original", "|", []string{ack("AA", "1")}, "AA|1", nil, false},
		{"other id", "|", []string{ack("AR", "")}, "AR|", nil, false},
		{"both", "AL|AL", []string{ack("CA", "1"), ack("AE", "1")}, "CA|1 AE|1", nil, false},
		{"accept only", "AL|NE", []string{ack("CA", "1")}, "CA|1", nil, false},
		{"accept refuses", "AL|AL", []string{ack("CR", "1")}, "CR|1", nil, false},
		{"none owed", "NE|NE", nil, "", nil, false},
		{"commit", "|", []string{"\x06", ack("AA", "1")}, "AA|1", nil, false},
		{"commit refuses", "|", []string{"\x15"}, "", mllp.ErrRefused, true},
		{"second missing", "AL|AL", []string{ack("CA", "1")}, "CA|1", nil, true},
		{"not an acknowledgement", "|", []string{"hello", ack("AA", "1")}, "AA|1", nil, false},
		{"ends without", "|", nil, "", mllp.ErrNoAnswer, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := serve(t, &mllp.Proxy{Dial: archive(t, func(a *mllp.Conn) {
				if _, err := a.Receive(); err != nil {
					return
				}
				for _, answer := range c.answers {
					a.Send([]byte(answer))
				}
				if !c.closes {
					a.Receive()
				}
			})}, nil)
			s, _ := p.connect()
			send(t, s, adt("1", c.modes))
			for _, want := range c.answers {
				if got := receive(t, s); got != want {
					t.Errorf("received %q, want %q", got, want)
				}
			}
			if e := p.exchange(); texts(e.Answers) != c.told || !errors.Is(e.Err, c.err) {
				t.Errorf("told %q, %v; want %q, %v", texts(e.Answers), e.Err, c.told, c.err)
			}
		})
	}
}

func TestAnswersOutOfOrder(t *testing.T) {
	p := serve(t, &mllp.Proxy{Dial: archive(t, func(a *mllp.Conn) {
		for range 3 {
			a.Receive()
		}
		for _, id := range []string{"3", "1", "2"} {
			a.Send([]byte(ack("AA", id)))
		}
		a.Receive()
	})}, nil)
	c, _ := p.connect()
	send(t, c, adt("1", ""), adt("2", ""), adt("3", ""))
	for _, id := range []string{"3", "1", "2"} {
		if got := receive(t, c); got != ack("AA", id) {
			t.Errorf("received %q", got)
		}
		if e := p.exchange(); string(e.Message) != adt(id, "") || texts(e.Answers) != "AA|"+id {
			t.Errorf("told %q for %q", texts(e.Answers), e.Message)
		}
	}
}

// The archive is down: the sender's connection ends, and nothing is acknowledged.
func TestArchiveDown(t *testing.T) {
	p := serve(t, &mllp.Proxy{Dial: func(context.Context) (net.Conn, error) { return nil, errors.New("refused") }}, nil)
	c, _ := p.connect()
	c.Send([]byte(adt("1", "")))
	if m, err := c.Receive(); err == nil {
		t.Errorf("received %q", m)
	}
	if s := p.Stats(); s.Unreachable != 1 || s.Answers != 0 {
		t.Errorf("%+v", s)
	}
}

// The archive dies with messages that it had: they are told of as not answered.
func TestArchiveDies(t *testing.T) {
	p := serve(t, &mllp.Proxy{Dial: archive(t, func(a *mllp.Conn) {
		a.Receive()
		a.Send([]byte(ack("AA", "1")))
		a.Receive()
	})}, nil)
	c, _ := p.connect()
	send(t, c, adt("1", ""))
	receive(t, c)
	send(t, c, adt("2", ""))
	if m, err := c.Receive(); err == nil {
		t.Errorf("received %q", m)
	}
	if e := p.exchange(); e.Err != nil {
		t.Error(e.Err)
	}
	if e := p.exchange(); string(e.Message) != adt("2", "") || !errors.Is(e.Err, mllp.ErrNoAnswer) {
		t.Errorf("told %+v", e)
	}
}

// A sender that does not stay for its answer does not keep the outcome from being known.
func TestSenderLeavesEarly(t *testing.T) {
	release := make(chan struct{})
	p := serve(t, &mllp.Proxy{Dial: archive(t, answering(func(string) []string {
		<-release
		return []string{ack("AA", "1")}
	}))}, nil)
	c, conn := p.connect()
	send(t, c, adt("1", ""))
	conn.SetLinger(0)
	conn.Close()
	close(release)
	if e := p.exchange(); texts(e.Answers) != "AA|1" || e.Err != nil {
		t.Errorf("told %q, %v", texts(e.Answers), e.Err)
	}
	// And one that ends its side alone has its answer.
	c, conn = p.connect()
	send(t, c, adt("2", ""))
	conn.CloseWrite()
	if got := receive(t, c); got != ack("AA", "1") {
		t.Errorf("received %q", got)
	}
}

// A stop lets the archive answer what it has.
func TestStopDrains(t *testing.T) {
	got, release := make(chan struct{}), make(chan struct{})
	p := serve(t, &mllp.Proxy{Dial: archive(t, answering(func(string) []string {
		close(got)
		<-release
		return []string{ack("AA", "1")}
	}))}, nil)
	c, _ := p.connect()
	send(t, c, adt("1", ""))
	<-got
	stopped := make(chan struct{})
	go func() { p.stop(); close(stopped) }()
	close(release)
	if got := receive(t, c); got != ack("AA", "1") {
		t.Errorf("received %q", got)
	}
	<-stopped
	if e := p.exchange(); texts(e.Answers) != "AA|1" {
		t.Errorf("told %q, %v", texts(e.Answers), e.Err)
	}
}

func TestLimits(t *testing.T) {
	p := serve(t, &mllp.Proxy{MaxMessage: 100, Dial: archive(t, answering(func(string) []string { return []string{ack("AA", "1")} }))}, nil)
	first, _ := p.connect()
	send(t, first, adt("1", ""))
	receive(t, first)
	send(t, first, strings.Repeat("x", 101))
	if _, err := first.Receive(); err == nil {
		t.Error("a message that is too large is answered")
	}
	if s := p.Stats(); s.Accepted != 1 || s.Messages != 1 {
		t.Errorf("%+v", s)
	}
}

// An archive that never answers does not have messages pile up, nor stop the traffic.
func TestUnansweredDoNotPileUp(t *testing.T) {
	const n = 100
	p := serve(t, &mllp.Proxy{Dial: archive(t, answering(func(string) []string { return nil }))}, nil)
	c, conn := p.connect()
	for i := range n {
		send(t, c, adt(fmt.Sprint(i), ""))
	}
	conn.CloseWrite()
	passed := 0
	for i := range n {
		e := p.exchange()
		if string(e.Message) != adt(fmt.Sprint(i), "") || e.Err == nil {
			t.Fatalf("told %+v when %d is due", e, i)
		}
		if errors.Is(e.Err, mllp.ErrPassedOver) {
			passed++
		}
	}
	if passed != n-64 {
		t.Errorf("%d were passed over, want %d", passed, n-64)
	}
}
