package emitter_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
)

func TestEachRepositoryGetsWhatItWants(t *testing.T) {
	a, b := newRepository(t), newRepository(t)
	a.start()
	b.start()
	second := quick("second", b.target)
	second.Wants = func(m *audit.Message) bool { return strings.HasPrefix(m.Sources[0].ID, "1") }
	l := open(t, t.TempDir(), nil, quick("first", a.target), second)
	logIDs(t, l, ids(0, 20)...)
	until(t, "all was sent", sentAll(l))
	if got := a.ids(); !slices.Equal(got, ids(0, 20)) {
		t.Errorf("the first has %q", got)
	}
	if got, want := b.ids(), append([]string{"1"}, ids(10, 20)...); !slices.Equal(got, want) {
		t.Errorf("the second has %q, want %q", got, want)
	}
	if s := l.Stats()[1]; s.Repository != "second" || s.Taken != 11 || s.Sent != 11 || s.Away {
		t.Errorf("figures %+v", s)
	}
}

// An outage is told of once, however often it is tried to end it, and no audit message
// tells of it; nothing is lost, and the order stays.
func TestRepositoryAwayAndBack(t *testing.T) {
	var e events
	r := newRepository(t)
	l := open(t, t.TempDir(), &e, quick("main", r.target))
	logIDs(t, l, ids(0, 50)...)
	until(t, "it was tried often", func() bool { return l.Stats()[0].Failures > 5 })
	if got := e.kinds(); got != "away" || !l.Stats()[0].Away {
		t.Errorf("told: %q, %+v", got, l.Stats()[0])
	}
	r.start()
	logIDs(t, l, ids(50, 60)...)
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, ids(0, 60)) {
		t.Errorf("stored %q", got)
	}
	if got := e.kinds(); got != "away back" {
		t.Errorf("told: %q", got)
	}
}

// What waited when the process ended is sent by the next, without a new message having
// to come first.
func TestSpoolIsSentAfterARestart(t *testing.T) {
	dir, r := t.TempDir(), newRepository(t)
	l := open(t, dir, nil, quick("main", r.target))
	logIDs(t, l, ids(0, 10)...)
	closeNow(t, l)
	if err := l.Log(message("late")); err == nil {
		t.Error("a closed Logger takes messages")
	}
	r.start()
	l = open(t, dir, nil, quick("main", r.target))
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, ids(0, 10)) {
		t.Errorf("stored %q", got)
	}
}

func TestCloseSendsWhatWaits(t *testing.T) {
	r := newRepository(t)
	r.start()
	repository := quick("main", r.target)
	repository.MaxIdle, repository.MaxHeld = time.Hour, time.Hour
	l := open(t, t.TempDir(), nil, repository)
	logIDs(t, l, ids(0, 100)...)
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.ids(); !slices.Equal(got, ids(0, 100)) || l.Stats()[0].WaitingBytes != 0 {
		t.Errorf("stored %q, %+v", got, l.Stats()[0])
	}
}

func TestAuditingIsOff(t *testing.T) {
	var off *emitter.Logger
	for _, l := range []*emitter.Logger{off, open(t, t.TempDir(), nil)} {
		if err := l.Log(message("x")); err != nil {
			t.Error(err)
		}
		if len(l.Stats()) != 0 {
			t.Error("there are figures of no repository")
		}
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// A repository that dies with what it has not read, or that stands still, has not
// stored it: the kernel's having taken it proves nothing.
func TestRepositoryStopsReading(t *testing.T) {
	r := newRepository(t)
	r.hold = make(chan struct{})
	r.start()
	l := open(t, t.TempDir(), nil, quick("main", r.target))
	logIDs(t, l, ids(0, 10)...)
	until(t, "it is connected", func() bool { return l.Stats()[0].Connections == 1 })
	time.Sleep(50 * time.Millisecond) // far beyond MaxIdle: the connection is being ended
	if s := l.Stats()[0]; s.Sent != 0 || s.WaitingBytes == 0 {
		t.Errorf("what nobody read left the spool: %+v", s)
	}
	close(r.hold)
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, ids(0, 10)) {
		t.Errorf("stored %q", got)
	}
}

func TestRepositoryDiesUnderLoad(t *testing.T) {
	var e events
	r := newRepository(t)
	r.start()
	l := open(t, t.TempDir(), &e, quick("main", r.target))
	for round := range 5 {
		logIDs(t, l, ids(round*100, round*100+100)...)
		r.stop()
		logIDs(t, l, fmt.Sprintf("away %d", round))
		r.start()
	}
	until(t, "all was sent", sentAll(l))
	seen := map[string]bool{}
	var order []string
	for _, id := range r.ids() {
		if !seen[id] {
			order = append(order, id)
		}
		seen[id] = true
	}
	var want []string
	for round := range 5 {
		want = append(append(want, ids(round*100, round*100+100)...), fmt.Sprintf("away %d", round))
	}
	if !slices.Equal(order, want) {
		t.Errorf("%d distinct messages came, want %d in the order of their logging", len(order), len(want))
	}
}

// Under TLS 1.3 a refused client certificate shows only after the first write.
func TestRefusedCertificateLosesNothing(t *testing.T) {
	cert := certificate(t)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	r := newRepository(t)
	r.target.Network = "tls"
	r.tls = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert}
	r.start()
	var e events
	repository := quick("main", r.target)
	repository.Dialer.TLS = &tls.Config{RootCAs: roots}
	l := open(t, t.TempDir(), &e, repository)
	logIDs(t, l, ids(0, 5)...)
	until(t, "it failed twice", func() bool { return l.Stats()[0].Failures > 1 })
	if s := l.Stats()[0]; s.Sent != 0 || e.kinds() != "away" || !strings.Contains(e.all[0].Err.Error(), "certificate required") {
		t.Errorf("%+v, told %+v", s, e.all)
	}
	r.stop()
	r.tls = &tls.Config{Certificates: r.tls.Certificates}
	r.start()
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, ids(0, 5)) {
		t.Errorf("stored %q", got)
	}
}

func TestTLSSessionsAreResumed(t *testing.T) {
	cert := certificate(t)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	r := newRepository(t)
	r.target.Network = "tls"
	r.tls = &tls.Config{Certificates: []tls.Certificate{cert}}
	r.start()
	repository := quick("main", r.target)
	repository.Dialer.TLS = &tls.Config{RootCAs: roots}
	repository.MaxPipelined = 1
	l := open(t, t.TempDir(), nil, repository)
	logIDs(t, l, ids(0, 5)...)
	until(t, "all was sent", sentAll(l))
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := l.Stats()[0]; s.Connections != 5 || r.accepted != 5 || r.resumptions != 4 {
		t.Errorf("%d connections, %d accepted, %d resumed; want 5, 5, 4", s.Connections, r.accepted, r.resumptions)
	}
}

func TestFullSpoolRefusesAndTells(t *testing.T) {
	var e events
	r := newRepository(t)
	repository := quick("main", r.target)
	repository.MaxBytes = 2000
	var minutes atomic.Int64
	start := time.Now()
	l, err := emitter.Open(emitter.Options{Dir: t.TempDir(), Repositories: []emitter.Repository{repository}, Notify: e.note,
		Now: func() time.Time { return start.Add(time.Duration(minutes.Load()) * time.Minute) }})
	if err != nil {
		t.Fatal(err)
	}
	defer closeNow(t, l)
	taken := 0
	for ; l.Log(message(fmt.Sprint(taken))) == nil; taken++ {
	}
	for range 3 {
		if err := l.Log(message("refused")); !errors.Is(err, emitter.ErrSpoolFull) {
			t.Fatalf("a full spool says %v", err)
		}
	}
	until(t, "it failed", func() bool { return l.Stats()[0].Away })
	r.start()
	until(t, "all was sent", sentAll(l))
	logIDs(t, l, "again")
	if strings.Contains(e.kinds(), "room") {
		t.Errorf("there is room at once: %s", e.kinds())
	}
	minutes.Store(1)
	logIDs(t, l, "later")
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, append(ids(0, taken), "again", "later")) {
		t.Errorf("stored %q", got)
	}
	if s := l.Stats()[0]; s.Refused != 4 || strings.Count(e.kinds(), "full") != 1 || strings.Count(e.kinds(), "room") != 1 {
		t.Errorf("%+v, told %q", s, e.kinds())
	}
	for _, event := range e.all {
		if event.Kind == emitter.Room && event.Messages != 4 {
			t.Errorf("%d messages are said to be refused, want 4", event.Messages)
		}
	}
}

func TestOldMessagesExpire(t *testing.T) {
	var e events
	var hours atomic.Int64
	start := time.Now()
	r := newRepository(t)
	repository := quick("main", r.target)
	repository.MaxAge = 24 * time.Hour
	l, err := emitter.Open(emitter.Options{Dir: t.TempDir(), Repositories: []emitter.Repository{repository}, Notify: e.note,
		Now: func() time.Time { return start.Add(time.Duration(hours.Load()) * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer closeNow(t, l)
	logIDs(t, l, ids(0, 5)...)
	hours.Store(20)
	logIDs(t, l, ids(5, 8)...)
	hours.Store(30)
	until(t, "five are given up", func() bool { return l.Stats()[0].Expired == 5 })
	r.start()
	until(t, "all was sent", sentAll(l))
	if got := r.ids(); !slices.Equal(got, ids(5, 8)) {
		t.Errorf("stored %q", got)
	}
	if strings.Count(e.kinds(), "expired") != 1 {
		t.Errorf("told %q", e.kinds())
	}
}

// A repository that does not end connections is given the time that Linger says.
func TestRepositoryThatNeverEnds(t *testing.T) {
	stop := make(chan struct{})
	got := make(chan string, 1)
	s := serve(t, "tcp", 0, func(c net.Conn) []byte {
		frame, _ := emitter.NewReader(c).Next()
		got <- string(frame)
		<-stop
		return nil
	})
	defer close(stop)
	repository := quick("main", s.target)
	repository.NeverEnds = true
	repository.Dialer.Linger = 20 * time.Millisecond
	l := open(t, t.TempDir(), nil, repository)
	logIDs(t, l, "1")
	until(t, "it counts as sent", func() bool { return l.Stats()[0].Sent == 1 })
	if frame := <-got; !strings.Contains(frame, `"1"`) {
		t.Errorf("got %q", frame)
	}
}

func TestDatagramsLeaveTheSpool(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	to, err := emitter.ParseTarget("udp://" + conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, t.TempDir(), nil, quick("main", to))
	var size *emitter.SizeError
	if err := l.Log(message(strings.Repeat("x", 70000))); !errors.As(err, &size) {
		t.Errorf("a message that no datagram can carry: %v", err)
	}
	logIDs(t, l, "1")
	until(t, "all was sent", sentAll(l))
	buf := make([]byte, 2000)
	n, _, err := conn.ReadFrom(buf)
	if s := l.Stats()[0]; err != nil || !strings.Contains(string(buf[:n]), `"1"`) || s.Oversized != 1 || s.Sent != 1 {
		t.Errorf("%q, %v, %+v", buf[:n], err, s)
	}
}

func TestCloseIsPromptWhenNothingIsRead(t *testing.T) {
	r := newRepository(t)
	r.hold = make(chan struct{})
	defer close(r.hold)
	r.start()
	repository := quick("main", r.target)
	repository.Dialer.Linger = time.Hour
	dir := t.TempDir()
	l := open(t, dir, nil, repository)
	logIDs(t, l, "1")
	until(t, "it is connected", func() bool { return l.Stats()[0].Connections == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats()[0]; s.Sent != 0 || s.WaitingBytes == 0 {
		t.Errorf("it counts as sent: %+v", s)
	}
}

func TestNamesOfRepositories(t *testing.T) {
	to := emitter.Target{Network: "tcp", Host: "127.0.0.1", Port: "1"}
	for _, names := range [][]string{{""}, {"a/b"}, {".."}, {"a", "A"}} {
		var all []emitter.Repository
		for _, n := range names {
			all = append(all, quick(n, to))
		}
		if _, err := emitter.Open(emitter.Options{Dir: t.TempDir(), Repositories: all}); err == nil {
			t.Errorf("names %q were taken", names)
		}
	}
}

// A spool that can't be had keeps nobody from working: who logs is told, the other
// repositories get theirs, and it is used once it can be had. Here another process has it.
func TestSpoolThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	a, b := newRepository(t), newRepository(t)
	b.start()
	first := open(t, dir, nil, quick("a", a.target))
	logIDs(t, first, "0")
	var e events
	second := open(t, dir, &e, quick("a", a.target), quick("b", b.target))
	if err := second.Log(message("1")); err == nil {
		t.Error("a message that no spool holds is said to be kept")
	}
	until(t, "the other repository has it", func() bool { return slices.Equal(b.ids(), []string{"1"}) })
	if s := second.Stats(); s[0].Spooling || s[0].Refused != 1 || !s[1].Spooling || e.kinds() != "failing" {
		t.Errorf("figures %+v, told %q", s, e.kinds())
	}
	closeNow(t, first)
	until(t, "the spool is open", func() bool { return second.Stats()[0].Spooling })
	a.start()
	logIDs(t, second, "2")
	until(t, "all was sent", sentAll(second))
	if got := a.ids(); !slices.Equal(got, []string{"0", "2"}) {
		t.Errorf("stored %q", got)
	}
	if got := e.kinds(); !strings.HasPrefix(got, "failing working") || e.all[1].Messages != 1 {
		t.Errorf("told %q, %+v", got, e.all)
	}
}

// Closing does not wait for a spool that can't be opened.
func TestCloseWithoutASpool(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, file, nil, emitter.Repository{Name: "a", To: newRepository(t).target})
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
