package receiver_test

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"arr/audit"
	"arr/receiver"
)

// counter is a handler that only counts.
type counter struct{ n atomic.Int64 }

func (c *counter) HandleFrames(_ context.Context, entries []audit.Entry) error {
	c.n.Add(int64(len(entries)))
	return nil
}

// benchmarkStream sends b.N frames of 1.8 KB over one connection and waits until
// the last is handled. The sender's work is part of the time.
func benchmarkStream(b *testing.B, r *running, c net.Conn) {
	b.Helper()
	h := r.Handler.(*counter)
	frame := counted("<85>1 - - - - - - <AuditMessage>" + strings.Repeat("x", 1750) + "</AuditMessage>")
	const batch = 30
	chunk := []byte(strings.Repeat(frame, batch))
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	b.ResetTimer()
	for left := b.N; left > 0; left -= batch {
		if left < batch {
			chunk = chunk[:left*len(frame)]
		}
		if _, err := c.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	eventually(b, "all frames", func() bool { return h.n.Load() == int64(b.N) })
}

func BenchmarkTCP(b *testing.B) {
	r := serveTCP(b, &receiver.Server{Handler: &counter{}}, receiver.ListenerOptions{})
	benchmarkStream(b, r, dial(b, r.addr))
}

func BenchmarkTLS(b *testing.B) {
	r := serveTLS(b, &receiver.Server{Handler: &counter{}}, &tls.Config{Certificates: []tls.Certificate{newCertificate(b, "arr")}})
	benchmarkStream(b, r, dialTLS(b, r.addr, &tls.Config{InsecureSkipVerify: true}))
}

func BenchmarkUDP(b *testing.B) {
	r := serveUDP(b, &receiver.Server{Handler: &counter{}}, "127.0.0.1:0")
	c := dialUDP(b, r.addr)
	frame := []byte("<85>1 - - - - - - <AuditMessage>" + strings.Repeat("x", 1750) + "</AuditMessage>")
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(frame); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(r.Stats().UDP.Frames)/float64(b.N), "stored/op")
}
