package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

// Thousands of senders that connect at once cost the traffic of others nothing.
func TestHandshakesBesideTraffic(t *testing.T) {
	needBinary(t)
	const handshakes, atOnce = 2000, 100
	s := start(t, t.TempDir())
	ca, err := os.ReadFile(s.caFile())
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	conf.RootCAs.AppendCertsFromPEM(ca)
	traffic, err := tls.Dial("tcp", s.ports.TLS[0], conf)
	if err != nil {
		t.Fatal(err)
	}
	defer traffic.Close()

	var left atomic.Int64
	left.Store(handshakes)
	var done sync.WaitGroup
	for range atOnce {
		done.Go(func() {
			for left.Add(-1) >= 0 {
				conn, err := tls.Dial("tcp", s.ports.TLS[0], conf)
				if err != nil {
					t.Error(err)
					return
				}
				conn.Close()
			}
		})
	}
	sent := 0
	for ; left.Load() > 0 || sent == 0; sent++ {
		frame := fmt.Sprintf("<85>1 2026-01-02T03:04:05Z host app - IHE+RFC-3881 - frame %d", sent)
		if _, err := fmt.Fprintf(traffic, "%d %s", len(frame), frame); err != nil {
			t.Fatal(err)
		}
	}
	done.Wait()
	if err := traffic.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	s.awaitStored(sent)
	t.Logf("%d handshakes beside %d frames", handshakes, sent)
}
