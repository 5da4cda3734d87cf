package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// floodConns is how many hostile connections are open at once.
	floodConns = 10_000
	// floodMemory is what the server may hold in memory under them, in MiB.
	floodMemory = 600
)

// TestFlood: beside 10,000 hostile connections a sender that keeps to the rules loses
// nothing and is not held up for long, and the server's memory stays bounded.
func TestFlood(t *testing.T) {
	needBinary(t)
	needFiles(t, floodConns+500)
	s := start(t, t.TempDir())
	stop := make(chan struct{})
	var sent int
	var gap time.Duration
	var wg sync.WaitGroup
	wg.Go(func() { sent, gap = sendSteadily(t, s, stop) })

	conns := flood(t, s)
	for range 5 {
		// Those that announced much go on, very slowly.
		for _, c := range conns {
			c.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
			io.WriteString(c, "0") // a connection that was closed has got what it deserves
		}
		time.Sleep(time.Second)
	}
	if peak := peakMiB(t, s.cmd.Process.Pid); peak > floodMemory {
		t.Errorf("the server took %d MiB", peak)
	}
	close(stop)
	wg.Wait()
	for _, c := range conns {
		c.Close()
	}
	t.Logf("%d frames sent beside %d hostile connections, at most %v apart, in %d MiB", sent, len(conns), gap, peakMiB(t, s.cmd.Process.Pid))
	if gap > 10*time.Second {
		t.Errorf("the honest sender was held up for %v", gap)
	}
	s.stop()
	stored := splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "source:steady", "--format", "raw"))
	seen := map[string]bool{}
	for _, f := range stored {
		seen[f] = true
	}
	if len(stored) != sent || len(seen) != sent {
		t.Errorf("%d honest frames are stored, %d different ones, %d were sent", len(stored), len(seen), sent)
	}
}

// steadyFrame is larger than what a connection has memory for without asking.
func steadyFrame(i int) string {
	return fmt.Sprintf(`<85>1 - host app %d IHE+RFC-3881 - <AuditMessage><EventIdentification EventActionCode="R" `+
		`EventDateTime="2026-11-01T10:00:00Z" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification>`+
		`<ActiveParticipant UserID="%s" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="steady"/></AuditMessage>`,
		i, strings.Repeat("0123456789", 600))
}

// sendSteadily sends frames over TLS until stop is closed. It gives how many, and the
// longest that one took.
func sendSteadily(t *testing.T, s *server, stop <-chan struct{}) (n int, gap time.Duration) {
	c, err := tls.Dial("tcp", s.ports.TLS[0], trusting(t, s))
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	defer c.Close()
	for ; ; n++ {
		select {
		case <-stop:
			return n, gap
		case <-time.After(500 * time.Microsecond):
		}
		f, began := steadyFrame(n), time.Now()
		if _, err := fmt.Fprintf(c, "%d %s", len(f), f); err != nil {
			t.Errorf("the honest sender's connection: %v", err)
			return n, gap
		}
		gap = max(gap, time.Since(began))
	}
}

func trusting(t *testing.T, s *server) *tls.Config {
	pem, err := os.ReadFile(s.caFile())
	if err != nil {
		t.Error(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

// flood opens the hostile connections, 64 at a time, and leaves each with what its kind
// sends at first: at the port for TCP, and at that for TLS, where some do their handshake.
func flood(t *testing.T, s *server) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, floodConns)
	kinds := slices.Concat(syslogKinds, tlsKinds, syslogKinds[:4])
	var wg sync.WaitGroup
	for k := range 64 {
		wg.Go(func() {
			for i := k; i < len(conns); i += 64 {
				kind, to := kinds[i%len(kinds)], s.ports.TCP[0]
				encrypted := i%len(kinds) >= len(syslogKinds)
				if encrypted {
					to = s.ports.TLS[0]
				}
				c, err := dialFrom(hostileHost, "tcp", to, encrypted && !kind.raw)
				if err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
				conns[i] = c
				io.WriteString(c, kind.sends)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return conns
}

// needFiles skips the test where a process may not have n files open.
func needFiles(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < n {
		t.Skipf("a process may have %d files open here, the test needs %d (ulimit -n)", limit.Cur, n)
	}
}
