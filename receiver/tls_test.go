package receiver_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"arr/audit"
	"arr/receiver"
)

// certificate makes a certificate that signs itself.
func certificate(tb testing.TB, key crypto.Signer, name pkix.Name) tls.Certificate {
	tb.Helper()
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func newCertificate(tb testing.TB, cn string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return certificate(tb, key, pkix.Name{CommonName: cn, Organization: []string{"Ward, 3"}})
}

func serveTLS(tb testing.TB, s *receiver.Server, cfg *tls.Config) *running {
	tb.Helper()
	r := prepare(tb, s)
	ln := listen(tb)
	r.addr = ln.Addr().String()
	r.serve(tb, func(ctx context.Context) error { return s.ServeTLS(ctx, ln, receiver.ListenerOptions{TLS: cfg}) })
	return r
}

func dialTLS(tb testing.TB, addr string, cfg *tls.Config) *tls.Conn {
	tb.Helper()
	c, err := tls.Dial("tcp", addr, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

func TestTLS(t *testing.T) {
	server, client := newCertificate(t, "arr"), newCertificate(t, "archive")
	r := serveTLS(t, &receiver.Server{}, &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequestClientCert})
	anyone := &tls.Config{InsecureSkipVerify: true}
	long := strings.Repeat("x", 100_000)
	c := dialTLS(t, r.addr, anyone)
	send(t, c, counted("a")+counted(long))
	equal(t, r.frames(t, 2), "a", long)
	send(t, c, "<1>line\ntext\n")
	equal(t, r.frames(t, 4), "a", long, "<1>line", "text")

	c = dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{client}})
	send(t, c, counted("b"))
	r.frames(t, 5)
	sum := sha256.Sum256(client.Leaf.Raw)
	for i, e := range r.all() {
		want := audit.Cert{}
		if i == 4 {
			want = audit.Cert{Subject: `CN=archive,O=Ward\, 3`, SHA256: string(sum[:])}
		}
		if e.Transport != audit.TransportTLS || e.Cert != want || e.Flags != 0 {
			t.Errorf("entry %d: %d %+v %d", i, e.Transport, e.Cert, e.Flags)
		}
	}
	c = dialTLS(t, r.addr, anyone)
	send(t, c, "text\n")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	equal(t, r.frames(t, 6)[5:], "text\n")
	if got := r.all()[5].Flags; got != audit.FlagUnframed {
		t.Errorf("flags %d", got)
	}
}

// Sessions can be resumed although every handshake's offer is noted.
func TestTLSResumption(t *testing.T) {
	r := serveTLS(t, &receiver.Server{}, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
	cfg := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(1), MaxVersion: tls.VersionTLS12}
	dialTLS(t, r.addr, cfg).Close()
	if !dialTLS(t, r.addr, cfg).ConnectionState().DidResume {
		t.Error("the session was not resumed")
	}
}

// Nothing lies in a sender's buffer that a sender who never reads would leave there: closing
// would drop what it has sent.
func TestTLSSendersNeedNotRead(t *testing.T) {
	// Where a certificate is asked for a ticket comes by itself, and not in a flight that the
	// client reads as a whole.
	inner := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}, ClientAuth: tls.RequestClientCert}
	for name, cfg := range map[string]*tls.Config{
		"one configuration":    inner,
		"another for a client": {ClientAuth: tls.RequestClientCert, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return inner, nil }},
	} {
		r := serveTLS(t, &receiver.Server{}, cfg)
		raw, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		// Without a cache the client would say that it has no use for tickets.
		c := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(1)})
		send(t, c, counted("a"))
		r.frames(t, 1)
		if v := c.ConnectionState().Version; v != tls.VersionTLS13 {
			t.Errorf("%s: version %x", name, v)
		}
		syscallConn, err := raw.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		unread := -1
		if err := syscallConn.Control(func(fd uintptr) { unread, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); err != nil {
			t.Fatal(err)
		}
		if unread != 0 || err != nil {
			t.Errorf("%s: %d bytes are not read: %v", name, unread, err)
		}
	}
}

// A configuration may be exchanged for each connection.
func TestTLSConfigurationForClient(t *testing.T) {
	asked := make(chan string, 1)
	inner := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "inner")}}
	r := serveTLS(t, &receiver.Server{}, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		asked <- h.ServerName
		return inner, nil
	}})
	c := dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true, ServerName: "arr.example"})
	if cn := c.ConnectionState().PeerCertificates[0].Subject.CommonName; cn != "inner" || <-asked != "arr.example" {
		t.Errorf("served by %s", cn)
	}
}

func TestTLSIdleIsNeverClosed(t *testing.T) {
	r := serveTLS(t, &receiver.Server{HandshakeTimeout: time.Second, FrameTimeout: 30 * time.Millisecond},
		&tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
	c := dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true})
	time.Sleep(300 * time.Millisecond)
	// A busy connection waits with a deadline for a while before it is idle; TLS
	// must read on behind one.
	send(t, c, counted(strings.Repeat("x", 200_000)))
	r.frames(t, 1)
	time.Sleep(1200 * time.Millisecond)
	send(t, c, counted("b"))
	r.frames(t, 2)
}

func TestTLSRefused(t *testing.T) {
	ec := newCertificate(t, "arr")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsa := certificate(t, key, pkix.Name{CommonName: "arr"})
	distrust := &tls.Config{Certificates: []tls.Certificate{ec}, ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(tls.ConnectionState) error { return errors.New("certificate is not installed") }}
	trust := &tls.Config{Certificates: []tls.Certificate{ec, rsa}}
	clients := func(cfg *tls.Config) func(net.Conn) {
		return func(c net.Conn) {
			tc := tls.Client(c, cfg)
			if tc.Handshake() == nil {
				_, _ = io.Copy(io.Discard, tc)
			}
		}
	}
	bytes := func(s string) func(net.Conn) { return func(c net.Conn) { _, _ = io.WriteString(c, s) } }
	for name, c := range map[string]struct {
		server  *tls.Config
		client  func(net.Conn)
		cause   receiver.Cause
		offered string // part of what the log must tell
	}{
		"plain, counted": {trust, bytes("12 <85>1 secret"), receiver.CausePlainSyslog, ""},
		"plain, line":    {trust, bytes("<85>1 secret\n"), receiver.CausePlainSyslog, ""},
		"garbage":        {trust, bytes("GET / HTTP/1.1\r\n\r\n"), receiver.CauseNotTLS, ""},
		"old version": {trust, clients(&tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
			receiver.CauseVersion, "TLS 1.1, TLS 1.0"},
		"old suite": {trust, clients(&tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, ServerName: "arr.example",
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}), receiver.CauseCipherSuite, "TLS_RSA_WITH_AES_128_CBC_SHA"},
		"not believed":        {trust, clients(&tls.Config{ServerName: "arr"}), receiver.CauseServerCert, "server name"},
		"no certificate":      {distrust, clients(&tls.Config{InsecureSkipVerify: true}), receiver.CauseClientCert, "TLS 1.3"},
		"unknown certificate": {distrust, clients(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{ec}}), receiver.CauseClientCert, "TLS 1.3"},
		"silence in the hello": {trust, func(c net.Conn) {
			_, _ = c.Write([]byte{22, 3, 1})
			_, _ = io.Copy(io.Discard, c)
		}, receiver.CauseTimeout, ""},
		"end in the hello": {trust, func(c net.Conn) {
			_, _ = c.Write([]byte{22, 3, 1})
			_ = c.(*net.TCPConn).CloseWrite()
		}, receiver.CauseClosed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			told := make(chan receiver.Refusal, 2)
			s := &receiver.Server{Refused: func(r receiver.Refusal) { told <- r }}
			if c.cause == receiver.CauseTimeout {
				s.HandshakeTimeout = 30 * time.Millisecond
			}
			r := serveTLS(t, s, c.server)
			conn := dial(t, r.addr)
			c.client(conn)
			closed(t, conn)
			if n := r.Stats().Refused[c.cause]; n != 1 {
				t.Errorf("refused: %v; log: %s", r.Stats().Refused, r.log)
			}
			tr := r.Troubles()
			if len(tr) != 1 || tr[0].Peer != "127.0.0.1" || tr[0].Cause != c.cause || !strings.Contains(tr[0].Offered, c.offered) || tr[0].Remedy == "" {
				t.Fatalf("%+v", tr)
			}
			if got := <-told; len(told) != 0 || got.Peer != "127.0.0.1" || got.Local != r.addr || got.Cause != c.cause ||
				!strings.Contains(got.Reason, c.offered) || !strings.Contains(got.Reason, "; remedy: "+tr[0].Remedy) {
				t.Errorf("told %+v", got)
			}
			line := r.log.String()
			if !strings.Contains(line, "cause="+c.cause.String()) || !strings.Contains(line, c.offered) || !strings.Contains(line, tr[0].Remedy) {
				t.Errorf("log: %s", line)
			}
			if len(r.all()) != 0 || strings.Contains(line, "secret") {
				t.Error("a frame came through")
			}
		})
	}
}

func TestTLSProbesLeaveOnlyACount(t *testing.T) {
	r := serveTLS(t, &receiver.Server{HandshakeTimeout: 500 * time.Millisecond}, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
	dial(t, r.addr).Close()
	closed(t, dial(t, r.addr)) // says nothing, until the handshake takes too long
	dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true}).Close()
	eventually(t, "probes", func() bool { return r.Stats().Probes == 3 })
	if r.log.String() != "" || len(r.Troubles()) != 0 {
		t.Errorf("a trace: %s", r.log)
	}
}

// Broken handshakes, however many, are logged in a few lines, and others get through.
func TestHostileHandshakesHarmNobody(t *testing.T) {
	// None of them has to run out of time, and the others have it on a busy machine, too.
	r := serveTLS(t, &receiver.Server{}, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
	c := dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true})
	for i := range 200 {
		h := dial(t, r.addr)
		_, err := h.Write([]byte(strings.Repeat("\x16\x03\x01\xff", i%7) + "0"))
		if err != nil {
			t.Fatal(err)
		}
	}
	send(t, c, counted("a"))
	equal(t, r.frames(t, 1), "a")
	send(t, dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true}), counted("b"))
	r.frames(t, 2)
	eventually(t, "the end of the others", func() bool { return r.Stats().Open == 2 })
	if n := strings.Count(r.log.String(), "\n"); n > 5 {
		t.Errorf("%d lines logged: %s", n, r.log)
	}
}

func TestServeTLSNeedsAConfiguration(t *testing.T) {
	var s receiver.Server
	if err := s.ServeTLS(t.Context(), listen(t), receiver.ListenerOptions{}); err == nil {
		t.Error("no error")
	}
}

// What a peer says of itself in a handshake is told in a bounded text.
func TestToldTextIsBounded(t *testing.T) {
	long := strings.Repeat("certificate ", 2000)
	conf := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}, ClientAuth: tls.RequestClientCert,
		VerifyConnection: func(tls.ConnectionState) error { return errors.New(long) }}
	told := make(chan receiver.Refusal, 1)
	r := serveTLS(t, &receiver.Server{Refused: func(r receiver.Refusal) { told <- r }}, conf)
	conn := dial(t, r.addr)
	tc := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, ServerName: strings.Repeat("x", 16_000)})
	if tc.Handshake() == nil {
		_, _ = io.Copy(io.Discard, tc)
	}
	closed(t, conn)
	got := <-told
	if got.Cause != receiver.CauseClientCert || len(got.Reason) > 4096 || len(r.Troubles()[0].Offered) > 2048 || len(r.log.String()) > 8192 {
		t.Errorf("%v: %d bytes of reason, %d of log, offered %d", got.Cause, len(got.Reason), len(r.log.String()), len(r.Troubles()[0].Offered))
	}
}
