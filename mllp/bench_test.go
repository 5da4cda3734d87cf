package mllp_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"arr/mllp"
)

// BenchmarkProxy is what the way through a Proxy costs a sender that waits for each answer,
// on one connection, beside asking the archive itself.
func BenchmarkProxy(b *testing.B) {
	dial := archive(b, answering(func(string) []string { return []string{ack("AA", "1")} }))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	p := &mllp.Proxy{Dial: dial, Exchanged: func(mllp.Exchange) {}, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, ln) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	for name, connect := range map[string]func() (net.Conn, error){
		"direct":  func() (net.Conn, error) { return dial(b.Context()) },
		"proxied": func() (net.Conn, error) { return net.Dial("tcp", ln.Addr().String()) },
	} {
		b.Run(name, func(b *testing.B) {
			conn, err := connect()
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			c, message := mllp.NewConn(conn, limit), []byte(adt("1", ""))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.Send(message); err != nil {
					b.Fatal(err)
				}
				if _, err := c.Receive(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
