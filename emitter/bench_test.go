package emitter_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
)

// discard takes TLS connections, reads them to their ends and drops what it read. It gives
// where it does, and whom to trust.
func discard(b *testing.B) (emitter.Target, *tls.Config) {
	b.Helper()
	cert := certificate(b)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go drop(conn)
		}
	}()
	to, err := emitter.ParseTarget("tls://" + ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return to, &tls.Config{RootCAs: roots}
}

// drop reads a connection to its end. As arr does it ends TLS and TCP then.
func drop(conn net.Conn) {
	defer conn.Close()
	memory := make([]byte, 256<<10)
	for {
		if _, err := conn.Read(memory); err != nil {
			return
		}
	}
}

// BenchmarkPipelined is what one TLS connection carries into a receiver that discards.
func BenchmarkPipelined(b *testing.B) {
	to, config := discard(b)
	d := emitter.Dialer{TLS: config}
	s, err := d.Dial(b.Context(), to)
	if err != nil {
		b.Fatal(err)
	}
	frame := []byte(strings.Repeat("x", 1500))
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if err := s.Send(frame); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// studyAccessed is a message such as archives log most.
func studyAccessed(b *testing.B) *audit.Message {
	b.Helper()
	builder := emitter.Builder{Source: audit.AuditSource{ID: "pacs"}}
	m, err := builder.InstancesAccessed("R", emitter.Person("jane", "192.0.2.7"), emitter.Patient("17^^^HOSPITAL&1.2.3&ISO", "DOE^JOHN"),
		[]audit.ParticipantObject{emitter.Study("1.2.840.113619.2.1.1.322987881.621.736170080.681")})
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// BenchmarkLogger is the whole way of a message, from Log by the spool, with its fsync, and one TLS
// connection at a time until it has arrived: of messages that are logged one by one by many, as an
// archive's threads do, and in batches, as arr hl7 does.
func BenchmarkLogger(b *testing.B) {
	for _, c := range []struct {
		name           string
		callers, batch int
	}{{"single", 256, 1}, {"batches", 2, 256}} {
		b.Run(c.name, func(b *testing.B) {
			to, config := discard(b)
			l := open(b, b.TempDir(), nil, emitter.Repository{Name: "main", To: to, Dialer: emitter.Dialer{TLS: config}, MaxIdle: time.Millisecond, MaxBytes: 1 << 40})
			batch := make([]*audit.Message, c.batch)
			for i := range batch {
				batch[i] = studyAccessed(b)
			}
			left := make(chan int, c.callers)
			var callers sync.WaitGroup
			b.ResetTimer()
			for range c.callers {
				callers.Go(func() {
					for n := range left {
						if err := l.Log(batch[:n]...); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for n := b.N; n > 0; n -= c.batch {
				left <- min(n, c.batch)
			}
			close(left)
			callers.Wait()
			logged := b.Elapsed()
			for l.Stats()[0].WaitingBytes > 0 {
				time.Sleep(100 * time.Microsecond)
			}
			b.ReportMetric(float64(b.N)/logged.Seconds(), "logged/s")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkDrain is how fast a spool is sent once its repository is back.
func BenchmarkDrain(b *testing.B) {
	to, config := discard(b)
	dir, m := b.TempDir(), studyAccessed(b)
	away := emitter.Repository{Name: "main", To: emitter.Target{Network: "tcp", Host: "127.0.0.1", Port: "1"}, MaxBytes: 1 << 40}
	l := open(b, dir, nil, away)
	batch := make([]*audit.Message, 1024)
	for i := range batch {
		batch[i] = m
	}
	for n := b.N; n > 0; n -= len(batch) {
		if err := l.Log(batch[:min(n, len(batch))]...); err != nil {
			b.Fatal(err)
		}
	}
	closeNow(b, l)
	b.ResetTimer()
	l = open(b, dir, nil, emitter.Repository{Name: "main", To: to, Dialer: emitter.Dialer{TLS: config}, MaxIdle: time.Millisecond, MaxBytes: 1 << 40})
	for l.Stats()[0].WaitingBytes > 0 {
		time.Sleep(100 * time.Microsecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
