package e2e

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// A certificate that is replaced is served after SIGHUP, to those who connect; who is
// connected stays so. A bad one is refused: the old one stays, and log and metrics say so.
func TestCertificatesAreReloaded(t *testing.T) {
	needBinary(t)
	peertest.Program(t, "openssl")
	first, second := newIdentity(t, "first"), newIdentity(t, "second")
	dir := t.TempDir()
	pair := filepath.Join(dir, "server.pem")
	join(t, pair, first.cert, first.key)
	s := start(t, filepath.Join(dir, "data"), "--tls-cert", pair)
	served := func() string {
		conn, err := tls.Dial("tcp", s.ports.TLS[0], &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	open, err := tls.Dial("tcp", s.ports.TLS[0], &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	send := func(word string) {
		frame := "<85>1 - host app - - - " + word
		if _, err := fmt.Fprintf(open, "%d %s", len(frame), frame); err != nil {
			t.Fatalf("the connection that was open: %v", err)
		}
	}
	send("before")

	join(t, pair, second.cert, second.key)
	s.reload("arr_trust_loads_total", 2)
	if got := served(); got != "second" {
		t.Errorf("after the change %q is served", got)
	}
	if err := os.WriteFile(pair, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.reload("arr_trust_failures_total", 1)
	if got := served(); got != "second" {
		t.Errorf("after a bad change %q is served", got)
	}
	send("after")
	s.awaitStored(2)
	s.stop()
	if log := s.log.String(); !strings.Contains(log, "a changed file is refused, what was loaded before stays") {
		t.Errorf("the log does not tell of the bad file: %s", log)
	}
}

// reload sends SIGHUP and waits until a metric has a value.
func (s *server) reload(metric string, want float64) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); s.metric(metric) != want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s is %v, want %v\n%s", metric, s.metric(metric), want, s.log)
		}
	}
}
