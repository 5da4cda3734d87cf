package e2e

import (
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// soak reports whether tests are to run in full, which takes hours, and not as a sample.
func soak() bool { return os.Getenv("ARR_SOAK") != "" }

// rounds is how often a test does something: in full or as a sample.
func rounds(full, sample int) int {
	if soak() {
		return full
	}
	return sample
}

// TestKillConfirmsNothing kills the repository again and again while all that arr sends
// with sends to it, over TLS and over TCP: what one of them was told is stored is found in
// the end. The gateways are killed now and then, too.
func TestKillConfirmsNothing(t *testing.T) {
	needBinary(t)
	m := newMortal(t, t.TempDir())
	l := startLoad(t, m)
	for i := range rounds(160, 6) {
		m.awaitStored(1 + rand.IntN(200))
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		m.kill()
		if i%4 == 2 {
			l.killGateways()
		}
		m.serve()
	}
	l.settle()
}

// TestKillOnFullDisk kills the repository while it has messages in hand that its disk has no
// room for.
func TestKillOnFullDisk(t *testing.T) {
	needBinary(t)
	mount := smallDisk(t, "192m")
	m := newMortal(t, filepath.Join(mount, "data"))
	l := startLoad(t, m)
	for range rounds(40, 2) {
		m.awaitStored(1 + rand.IntN(200))
		filler := filepath.Join(mount, "filler")
		fill(t, filler)
		flood, ended := make(chan struct{}), make(chan struct{})
		go func() { sendNumbered(m.s, 0, flood); close(ended) }()
		m.awaitStall()
		// Senders end their side and wait for the repository's.
		time.Sleep(time.Duration(200+rand.IntN(300)) * time.Millisecond)
		m.kill()
		close(flood)
		<-ended
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		m.serve()
	}
	l.settle()
}

// mortal is a repository at addresses that stay, over TLS and TCP.
type mortal struct {
	t        *testing.T
	dir      string
	tls, tcp string // their ports
	s        *server
}

func newMortal(t *testing.T, dir string) *mortal {
	m := &mortal{t: t, dir: dir, tls: lastingPort(t), tcp: lastingPort(t)}
	m.serve()
	return m
}

// lastingPort gives a TCP port that stays free while nobody listens on it: no connection is
// made from such a one.
func lastingPort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20_000 + rand.IntN(10_000))
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func (m *mortal) serve() {
	m.s = start(m.t, m.dir, "--tls", "127.0.0.1:"+m.tls, "--tcp", "127.0.0.1:"+m.tcp)
}

func (m *mortal) kill() { m.s.kill() }

// awaitStored waits until so many records were stored since the last start.
func (m *mortal) awaitStored(n int) {
	m.t.Helper()
	until(m.t, time.Minute, "messages are stored", func() bool { return storedSoFar(m.s) >= n })
}

// awaitStall waits until nothing is stored any more.
func (m *mortal) awaitStall() {
	m.t.Helper()
	before := -1
	until(m.t, time.Minute, "the disk is full", func() bool {
		last := before
		before = storedSoFar(m.s)
		return before == last
	})
}
