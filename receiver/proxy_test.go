package receiver_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"

	"github.com/pires/go-proxyproto"

	"arr/receiver"
)

func proxyHeader(tb testing.TB, version byte, src string) string {
	tb.Helper()
	h := proxyproto.HeaderProxyFromAddrs(version, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(src)),
		net.TCPAddrFromAddrPort(netip.MustParseAddrPort(src)))
	b, err := h.Format()
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestProxyHeader(t *testing.T) {
	local, err := proxyproto.HeaderProxyFromAddrs(2, nil, nil).Format()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ header, peer string }{
		"v1":         {proxyHeader(t, 1, "192.0.2.7:1234"), "192.0.2.7:1234"},
		"v2":         {proxyHeader(t, 2, "192.0.2.7:1234"), "192.0.2.7:1234"},
		"v1, v6":     {proxyHeader(t, 1, "[2001:db8::7]:1234"), "[2001:db8::7]:1234"},
		"v2, v6":     {proxyHeader(t, 2, "[2001:db8::7]:1234"), "[2001:db8::7]:1234"},
		"v1 unknown": {"PROXY UNKNOWN\r\n", ""},
		"v2 local":   {string(local), ""},
		"none":       {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{Proxy: loopback})
			conn := dial(t, r.addr)
			send(t, conn, c.header+counted("PROXY")+counted("a"))
			equal(t, r.frames(t, 2), "PROXY", "a")
			if c.peer == "" {
				c.peer = conn.LocalAddr().String()
			}
			if got := r.all()[0].Peer; got != c.peer {
				t.Errorf("peer %s, want %s", got, c.peer)
			}
		})
	}
}

func TestProxyHeaderBeforeTLS(t *testing.T) {
	r := prepare(t, &receiver.Server{})
	ln := listen(t)
	opts := receiver.ListenerOptions{Proxy: loopback, TLS: &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}}}
	r.serve(t, func(ctx context.Context) error { return r.ServeTLS(ctx, ln, opts) })
	conn := dial(t, ln.Addr().String())
	send(t, conn, proxyHeader(t, 2, "192.0.2.7:1234"))
	send(t, tls.Client(conn, &tls.Config{InsecureSkipVerify: true}), counted("a"))
	equal(t, r.frames(t, 1), "a")
	if got := r.all()[0].Peer; got != "192.0.2.7:1234" {
		t.Errorf("peer %s", got)
	}

	conn = dial(t, ln.Addr().String())
	send(t, conn, proxyHeader(t, 1, "192.0.2.8:1234")+"<1>plain\n")
	closed(t, conn)
	if tr := r.Troubles(); len(tr) != 1 || tr[0].Peer != "192.0.2.8" || tr[0].Cause != receiver.CausePlainSyslog {
		t.Errorf("%+v", tr)
	}
}

// Who is not trusted to be a balancer can't say where he comes from.
func TestProxyHeaderOfAStranger(t *testing.T) {
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{Proxy: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	conn := dial(t, r.addr)
	send(t, conn, "PROXY TCP4 192.0.2.7 192.0.2.1 1234 514\r\n"+counted("a"))
	equal(t, r.frames(t, 2), "PROXY TCP4 192.0.2.7 192.0.2.1 1234 514\r", "a")
	if got := r.all()[1].Peer; got != conn.LocalAddr().String() {
		t.Errorf("peer %s", got)
	}
}

func TestBadProxyHeader(t *testing.T) {
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{Proxy: loopback})
	conn := dial(t, r.addr)
	send(t, conn, "PROXY TCP4 nonsense\r\n"+counted("a"))
	closed(t, conn)
	if n := r.Stats().Refused[receiver.CauseProxyHeader]; n != 1 || len(r.all()) != 0 {
		t.Errorf("refused %d, %d frames", n, len(r.all()))
	}
}
