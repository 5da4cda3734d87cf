package emitter_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
)

// server is a repository of one connection: it gives what serve returned for it.
type server struct {
	target emitter.Target
	roots  *x509.CertPool
	got    chan []byte
}

// serve starts a server; handle has the accepted connection, and what it returns comes
// out of got. Over TLS it speaks the protocols, if there are any, and no others.
func serve(t *testing.T, network string, auth tls.ClientAuthType, handle func(net.Conn) []byte, protocols ...string) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	host, port, _ := net.SplitHostPort(ln.Addr().String())
	s := &server{target: emitter.Target{Network: network, Host: host, Port: port}, got: make(chan []byte, 1)}
	if network == "tls" {
		cert := certificate(t)
		s.roots = x509.NewCertPool()
		s.roots.AddCert(cert.Leaf)
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: auth, NextProtos: protocols})
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if t, ok := conn.(*tls.Conn); ok && protocols != nil && t.Handshake() != nil {
				conn.Close()
				continue
			}
			defer conn.Close()
			s.got <- handle(conn)
			return
		}
	}()
	return s
}

func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func readAll(conn net.Conn) []byte {
	b, _ := io.ReadAll(conn)
	return b
}

func (s *server) dial(t *testing.T, d emitter.Dialer) emitter.Sender {
	t.Helper()
	if s.roots != nil {
		d.TLS = &tls.Config{RootCAs: s.roots}
	}
	c, err := d.Dial(t.Context(), s.target)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStreamsCarryFrames(t *testing.T) {
	for _, network := range []string{"tcp", "tls"} {
		s := serve(t, network, tls.NoClientCert, readAll)
		c := s.dial(t, emitter.Dialer{})
		var want []byte
		const n = 500
		for i := range n {
			frame := bytes.Repeat([]byte{'a' + byte(i%26)}, 1+i*7)
			if i == 300 {
				frame = bytes.Repeat([]byte("large"), 200_000)
			}
			want = emitter.AppendCounted(want, frame)
			if err := c.Send(frame); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatalf("%s: %v", network, err)
		}
		if got := <-s.got; !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes came, want %d", network, len(got), len(want))
		}
		if c.Handed() != n {
			t.Errorf("%s: handed %d frames, want %d", network, c.Handed(), n)
		}
		if err := c.Send([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Send after Close: %v", network, err)
		}
	}
}

func TestEmptyFrameIsRefused(t *testing.T) {
	s := serve(t, "tcp", 0, readAll)
	c := s.dial(t, emitter.Dialer{})
	if err := c.Send(nil); err == nil {
		t.Error("an empty frame was taken")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// sendUntilError sends until the sender learns what happened to its peer.
func sendUntilError(c emitter.Sender) error {
	for {
		if err := c.Send([]byte("frame")); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
	}
}

func TestPeerClosesFirst(t *testing.T) {
	for _, network := range []string{"tcp", "tls"} {
		s := serve(t, network, 0, func(c net.Conn) []byte {
			if tc, ok := c.(*tls.Conn); ok {
				tc.Handshake()
			}
			return nil
		})
		c := s.dial(t, emitter.Dialer{})
		<-s.got
		err := sendUntilError(c)
		if err == nil || !strings.Contains(err.Error(), s.target.String()) {
			t.Errorf("%s: %v", network, err)
		}
		if again := c.Close(); again == nil {
			t.Errorf("%s: Close says that all arrived", network)
		}
	}
}

func TestRefusedClientCertificateIsNoticed(t *testing.T) {
	s := serve(t, "tls", tls.RequireAnyClientCert, readAll)
	c := s.dial(t, emitter.Dialer{})
	if err := c.Send([]byte("frame")); err != nil {
		t.Fatal(err)
	}
	err := c.Close()
	if err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("Close: %v", err)
	}
}

func TestUnreadFramesAreNotConfirmed(t *testing.T) {
	stop := make(chan struct{})
	s := serve(t, "tcp", 0, func(net.Conn) []byte { <-stop; return nil })
	defer close(stop)
	c := s.dial(t, emitter.Dialer{Linger: 50 * time.Millisecond})
	if err := c.Send([]byte("frame")); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); !errors.Is(err, emitter.ErrUnconfirmed) {
		t.Errorf("Close: %v", err)
	}
	if c.Handed() != 1 {
		t.Errorf("handed %d frames, want 1: the operating system has it", c.Handed())
	}
}

// A repository that gives up closes with frames unread, over TLS with a close_notify: they
// have not arrived.
func TestPeerClosesWithFramesUnread(t *testing.T) {
	for _, network := range []string{"tcp", "tls"} {
		unread := make(chan struct{})
		s := serve(t, network, 0, func(c net.Conn) []byte {
			if tc, ok := c.(*tls.Conn); ok {
				if err := tc.Handshake(); err != nil {
					t.Error(err)
				}
			}
			<-unread
			return nil
		})
		c := s.dial(t, emitter.Dialer{})
		// More than the peer's TLS may have read with the end of the handshake.
		if err := c.Send(make([]byte, 256<<10)); err != nil {
			t.Fatal(err)
		}
		// Close has ended the sender's side long before the peer ends its own.
		time.AfterFunc(50*time.Millisecond, func() { close(unread) })
		if err := c.Close(); err == nil {
			t.Errorf("%s: Close says that all arrived", network)
		}
	}
}

// A peer that has promised to say TLS's close_notify once it has stored everything is taken
// at its word, and at no other. Of one that has not, the end of TCP must do.
func TestPromisedEnds(t *testing.T) {
	closeNotify := func(c *tls.Conn) { c.Close() }
	reset := func(c *tls.Conn) { c.NetConn().(*net.TCPConn).SetLinger(0); c.NetConn().Close() }
	for _, c := range []struct {
		name      string
		protocols []string
		end       func(*tls.Conn)
		arrived   bool
	}{
		{"promised and said", []string{audit.ProtocolStored}, closeNotify, true},
		{"promised and said, then reset", []string{audit.ProtocolStored}, func(c *tls.Conn) { c.CloseWrite(); reset(c) }, true},
		{"promised, TCP ended", []string{audit.ProtocolStored}, func(c *tls.Conn) { c.NetConn().Close() }, false},
		{"promised, TCP reset", []string{audit.ProtocolStored}, reset, false},
		{"not promised, said", nil, closeNotify, true},
		{"not promised, TCP ended", nil, func(c *tls.Conn) { c.NetConn().Close() }, true},
		{"not promised, TCP reset", nil, reset, false},
		{"a peer of other protocols alone", []string{"h2"}, closeNotify, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, "tls", 0, func(conn net.Conn) []byte {
				got := readAll(conn)
				c.end(conn.(*tls.Conn))
				return got
			}, c.protocols...)
			sender := s.dial(t, emitter.Dialer{})
			if err := sender.Send([]byte("frame")); err != nil {
				t.Fatal(err)
			}
			if err := sender.Close(); (err == nil) != c.arrived {
				t.Errorf("Close: %v", err)
			}
			if got := <-s.got; string(got) != "5 frame" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestUntrustedServer(t *testing.T) {
	s := serve(t, "tls", 0, readAll)
	s.roots = x509.NewCertPool()
	d := emitter.Dialer{TLS: &tls.Config{RootCAs: s.roots}}
	_, err := d.Dial(t.Context(), s.target)
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("Dial: %v", err)
	}
}

func TestDatagrams(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := dialUDP(t, conn.LocalAddr())
	var size *emitter.SizeError
	if err := c.Send(make([]byte, 65508)); !errors.As(err, &size) || size.Limit != 65507 || size.Size != 65508 {
		t.Errorf("a frame that is too large: %v", err)
	}
	buf := make([]byte, 70000)
	for i, frame := range [][]byte{[]byte("one"), bytes.Repeat([]byte("x"), 65507)} {
		if err := c.Send(frame); err != nil {
			t.Fatal(err)
		}
		n, _, err := conn.ReadFrom(buf)
		if err != nil || !bytes.Equal(buf[:n], frame) {
			t.Errorf("datagram %d: %d bytes, %v, want %d", i, n, err, len(frame))
		}
	}
	if err := c.Close(); err != nil || c.Handed() != 2 {
		t.Errorf("handed %d, Close: %v", c.Handed(), err)
	}
}

func dialUDP(t *testing.T, to net.Addr) emitter.Sender {
	t.Helper()
	target, err := emitter.ParseTarget(fmt.Sprintf("udp://%s", to))
	if err != nil {
		t.Fatal(err)
	}
	c, err := new(emitter.Dialer).Dial(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNobodyListensOnUDP(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr()
	conn.Close()
	c := dialUDP(t, addr)
	if err := c.Send([]byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err == nil || !strings.Contains(err.Error(), "nothing listens") {
		t.Errorf("Close: %v", err)
	}
}
