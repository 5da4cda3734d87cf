package emitter_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
)

// repository is an audit record repository that can go away and come back at the same
// address. What it read of connections that it let end in order is what it stored.
type repository struct {
	t      testing.TB
	target emitter.Target
	tls    *tls.Config
	// hold, if set, is waited for before a connection is read.
	hold chan struct{}

	mu          sync.Mutex
	listener    net.Listener
	conns       map[net.Conn]bool
	stored      []string
	accepted    int
	resumptions int
	serving     sync.WaitGroup
}

// newRepository gives one that is away.
func newRepository(t testing.TB) *repository {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	host, port, _ := net.SplitHostPort(ln.Addr().String())
	r := &repository{t: t, target: emitter.Target{Network: "tcp", Host: host, Port: port}, conns: map[net.Conn]bool{}}
	t.Cleanup(r.stop)
	return r
}

// start has it listen.
func (r *repository) start() {
	r.t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort(r.target.Host, r.target.Port))
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.listener = ln
	r.mu.Unlock()
	r.serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if r.tls != nil {
				conn = tls.Server(conn, r.tls)
			}
			r.mu.Lock()
			r.accepted++
			r.conns[conn] = true
			r.mu.Unlock()
			r.serving.Go(func() { r.serve(conn) })
		}
	})
}

func (r *repository) serve(conn net.Conn) {
	defer func() {
		conn.Close()
		r.mu.Lock()
		delete(r.conns, conn)
		r.mu.Unlock()
	}()
	if r.hold != nil {
		<-r.hold
	}
	frames := emitter.NewReader(conn)
	for {
		frame, err := frames.Next()
		if err != nil {
			break
		}
		_, xml, _ := strings.Cut(string(frame), " - <")
		_, id, _ := strings.Cut(xml, `AuditSourceID="`)
		id, _, _ = strings.Cut(id, `"`)
		r.mu.Lock()
		r.stored = append(r.stored, id)
		r.mu.Unlock()
	}
	if c, ok := conn.(*tls.Conn); ok && c.ConnectionState().DidResume {
		r.mu.Lock()
		r.resumptions++
		r.mu.Unlock()
	}
}

// stop ends it as a crash would: connections are reset.
func (r *repository) stop() {
	r.mu.Lock()
	if r.listener != nil {
		r.listener.Close()
	}
	for c := range r.conns {
		if t, ok := c.(*tls.Conn); ok {
			c = t.NetConn()
		}
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	r.mu.Unlock()
	r.serving.Wait()
}

func (r *repository) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.stored)
}

// events notes what a Logger tells.
type events struct {
	mu  sync.Mutex
	all []emitter.Event
}

func (e *events) note(event emitter.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

// kinds gives the events in words.
func (e *events) kinds() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var words []string
	for _, event := range e.all {
		words = append(words, event.Kind.String())
	}
	return strings.Join(words, " ")
}

// message is one that its source tells from others.
func message(id string) *audit.Message {
	return &audit.Message{Sources: []audit.AuditSource{{ID: id}}}
}

// quick are the settings of a repository that tests do not wait for.
func quick(name string, to emitter.Target) emitter.Repository {
	return emitter.Repository{Name: name, To: to, MinRetry: time.Millisecond, MaxRetry: 20 * time.Millisecond,
		MaxIdle: 5 * time.Millisecond, MaxHeld: 50 * time.Millisecond, Dialer: emitter.Dialer{Linger: 5 * time.Second}}
}

// open opens a Logger that the test's end closes.
func open(t testing.TB, dir string, e *events, repositories ...emitter.Repository) *emitter.Logger {
	t.Helper()
	o := emitter.Options{Dir: dir, Repositories: repositories}
	if e != nil {
		o.Notify = e.note
	}
	l, err := emitter.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNow(t, l) })
	return l
}

// closeNow closes a Logger without waiting for what is to be sent.
func closeNow(t testing.TB, l *emitter.Logger) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Close(ctx); err != nil {
		t.Error(err)
	}
}

func logIDs(t testing.TB, l *emitter.Logger, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := l.Log(message(id)); err != nil {
			t.Fatal(err)
		}
	}
}

func ids(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come true within 10 s that %s", what)
		}
	}
}

func sentAll(l *emitter.Logger) func() bool {
	return func() bool {
		for _, s := range l.Stats() {
			if s.WaitingBytes > 0 {
				return false
			}
		}
		return true
	}
}
