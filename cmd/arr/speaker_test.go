package main

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arr/trust"
)

// What files hold is read again once they change. What can't be used is refused, and what
// was read before is presented on.
func TestSpeakerReadsAgain(t *testing.T) {
	first, second, server := newNode(t), newNode(t), newNode(t)
	file := filepath.Join(t.TempDir(), "client.pem")
	replace := func(from string, minutes time.Duration) {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(file, content, 0o600)
		}
		if err == nil {
			err = os.Chtimes(file, time.Time{}, time.Now().Add(minutes*time.Minute))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	replace(first.file, 0)
	s := &speaker{files: []string{file}, read: func() (i identity, err error) {
		i.servers.Now = time.Now
		i.servers.Believed, err = trust.Store{File: server.ca}.Certificates()
		if err == nil {
			var pair tls.Certificate
			pair, err = trust.Pair{Cert: file, Key: file}.Load()
			i.certificates = []tls.Certificate{pair}
		}
		return i, err
	}}
	if err := s.load(); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	expect := func(what string, want node, loads, failures int64) {
		t.Helper()
		if got := presentedTo(t, s, server); got == nil || !got.Equal(want.pair.Leaf) {
			t.Errorf("%s: another certificate is presented", what)
		}
		if s.loads.Load() != loads || s.failures.Load() != failures {
			t.Errorf("%s: %d loads, %d failures", what, s.loads.Load(), s.failures.Load())
		}
	}
	expect("at first", first, 1, 0)
	s.look(log, false)
	s.look(log, true)
	expect("unchanged", first, 1, 0)
	replace(server.ca, 1) // no key
	s.look(log, false)
	s.look(log, false)
	expect("spoiled", first, 1, 1)
	replace(second.file, 2)
	s.look(log, false)
	expect("replaced", second, 2, 1)
}

// presentedTo is the certificate that a server sees.
func presentedTo(t *testing.T, s *speaker, server node) *x509.Certificate {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{server.pair}, ClientAuth: tls.RequestClientCert})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	seen := make(chan *x509.Certificate, 1)
	go func() {
		defer close(seen)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		accepted := conn.(*tls.Conn)
		if accepted.Handshake() == nil && len(accepted.ConnectionState().PeerCertificates) > 0 {
			seen <- accepted.ConnectionState().PeerCertificates[0]
		}
	}()
	conn, err := tls.Dial("tcp", ln.Addr().String(), s.to("localhost"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return <-seen
}
