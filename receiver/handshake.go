package receiver

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pires/go-proxyproto"

	"arr/audit"
)

// What is told of a peer is bounded, whatever it sends: how many versions and suites of its
// offer, and the bytes of the server's name in it and of what is wrong with a handshake,
// which names its certificates.
const (
	maxOffered    = 24
	maxServerName = 255
	maxReason     = 1024
)

// shortened is err with a text that is bounded.
func shortened(err error) error {
	text := err.Error()
	if len(text) <= maxReason {
		return err
	}
	return errors.New(strings.ToValidUTF8(text[:maxReason], "") + "…")
}

const (
	// proxyPeek holds any PROXY header of version 1 (107 bytes), helloPeek what usual clients
	// of TLS begin with.
	proxyPeek = 256
	helloPeek = 4 << 10
	// recordHeader is how long the header of a TLS record is, handshakeRecord the type of one
	// that a client begins with.
	recordHeader    = 5
	handshakeRecord = 22
)

// peeked is a connection whose first bytes can be looked at.
type peeked struct {
	net.Conn
	r     *bufio.Reader // nil once its bytes were read
	turn  *turn         // set during the handshake
	hello *tls.ClientHelloInfo
	limit time.Duration // of a write
	ended bool          // the peer has ended TCP
}

func newPeeked(conn net.Conn, size int, limit time.Duration) *peeked {
	return &peeked{Conn: conn, r: bufio.NewReaderSize(conn, size), limit: limit}
}

// first gives the first byte, without taking it.
func (p *peeked) first() (byte, error) {
	b, err := p.r.Peek(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// record waits for the first record of TLS, if it is small enough to, and reports whether it
// is there as a whole. What is no such record is whole: crypto/tls refuses it at once.
func (p *peeked) record() (whole bool, err error) {
	b, err := p.r.Peek(recordHeader)
	if err != nil || b[0] != handshakeRecord {
		return true, err
	}
	n := recordHeader + int(binary.BigEndian.Uint16(b[recordHeader-2:]))
	if n > p.r.Size() {
		return false, nil
	}
	_, err = p.r.Peek(n)
	return true, err
}

func (p *peeked) Read(b []byte) (int, error) {
	if p.r != nil && p.r.Buffered() > 0 {
		return p.r.Read(b)
	}
	p.r = nil
	var n int
	var err error
	if p.turn != nil {
		n, err = p.turn.Read(b)
	} else {
		n, err = p.Conn.Read(b)
	}
	p.ended = p.ended || err == io.EOF
	return n, err
}

// Write bounds each write: TLS answers a client that asks it to, and one that does not
// read the answers would hold the connection and its memory for ever.
func (p *peeked) Write(b []byte) (int, error) {
	if err := p.Conn.SetWriteDeadline(time.Now().Add(p.limit)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// readProxy reads the PROXY header of a trusted balancer, if there is one, and
// says whether the connection may go on.
func (c *conn) readProxy(p *peeked) bool {
	if _, err := p.first(); err != nil {
		c.silent()
		return false
	}
	h, err := proxyproto.Read(p.r)
	if errors.Is(err, proxyproto.ErrNoProxyProtocol) {
		return true
	}
	if err != nil {
		if !c.draining() {
			c.srv.trouble(report{peer: c.host, cause: CauseProxyHeader, err: err})
		}
		return false
	}
	if src, _, ok := h.TCPAddrs(); ok && !h.Command.IsLocal() {
		c.setPeer(src)
		c.seat.move(c.host)
	}
	return true
}

// silent counts a connection that ended, or ran out of time, before its first
// byte.
func (c *conn) silent() {
	if !c.draining() {
		c.srv.counters.probes.Add(1)
	}
}

// handshake does the TLS handshake by then and notes the client's certificate. It reports
// whether there may be frames.
func (c *conn) handshake(ctx context.Context, p *peeked, by time.Time) bool {
	tc, r := c.srv.shake(ctx, p, c.l.tls, c.host, &turn{conn: c.raw, by: by, arm: c.arm, over: c.draining})
	if tc == nil {
		if r != nil && r.cause != CausePlainSyslog {
			endInOrder(c.raw) // so that the alert arrives
		}
		switch {
		case r == nil:
			c.silent()
		case !c.draining():
			c.srv.refuse(r)
		}
		return false
	}
	c.data = tc
	if certs := tc.ConnectionState().PeerCertificates; len(certs) > 0 {
		c.like.Cert = certOf(certs[0])
	}
	return true
}

// shake does a TLS handshake by a configuration that noteHello gave, once it is t's turn.
// Without a connection there is a report of why, or none where the peer said nothing.
func (s *Server) shake(ctx context.Context, p *peeked, conf *tls.Config, host string, t *turn) (*tls.Conn, *report) {
	b, err := p.first()
	if err != nil {
		return nil, nil
	}
	r := &report{peer: host, local: p.LocalAddr().String()}
	if isDigit(b) || b == '<' {
		r.cause = CausePlainSyslog
		return nil, r
	}
	tc := tls.Server(p, conf)
	if err := s.turns.take(ctx, p, t, host, tc.Handshake); err != nil {
		r.cause, r.err = refusal(err), shortened(err)
		if p.hello != nil {
			r.offered = offer(p.hello)
		}
		return nil, r
	}
	p.hello = nil
	return tc, nil
}

// noteHello is cfg, but tells each connection what its client offered, speaks the protocol
// (if any) with clients that offer it, and gives clients of TLS 1.3 no session tickets. It is
// one configuration for all connections, so that sessions of TLS 1.2 can be resumed.
//
// In TLS 1.3 a ticket comes behind the handshake. Most senders of syslog never read, and
// when one closes a connection with bytes that it has not read, its kernel resets it and
// drops what was still to be sent (RFC 9293 section 3.10.4, RFC 2525 section 2.17).
func noteHello(cfg *tls.Config, protocol string) *tls.Config {
	noting := cfg.Clone()
	noting.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if p, ok := hello.Conn.(*peeked); ok {
			p.hello = hello
		}
		chosen := cfg
		if cfg.GetConfigForClient != nil {
			c, err := cfg.GetConfigForClient(hello)
			if err != nil {
				return nil, err
			}
			if c != nil {
				chosen = c
			}
		}
		ticketless := slices.Contains(hello.SupportedVersions, tls.VersionTLS13) && (chosen.MaxVersion == 0 || chosen.MaxVersion >= tls.VersionTLS13)
		spoken := protocol != "" && slices.Contains(hello.SupportedProtos, protocol)
		if ticketless || spoken {
			chosen = chosen.Clone()
			chosen.SessionTicketsDisabled = chosen.SessionTicketsDisabled || ticketless
			if spoken {
				chosen.NextProtos = []string{protocol}
			}
		}
		if chosen == cfg {
			return nil, nil
		}
		return chosen, nil
	}
	return noting
}

func certOf(cert *x509.Certificate) audit.Cert {
	sum := sha256.Sum256(cert.Raw)
	return audit.Cert{Subject: subjectOf(cert), SHA256: string(sum[:])}
}

// subjectOf writes cert's subject as RFC 4514 does, in the order of the
// certificate; pkix.Name would lose the order of attributes that it does not know.
func subjectOf(cert *x509.Certificate) string {
	var rdns pkix.RDNSequence
	if rest, err := asn1.Unmarshal(cert.RawSubject, &rdns); err != nil || len(rest) > 0 {
		return cert.Subject.String()
	}
	return rdns.String()
}

// refusal is why a handshake failed. crypto/tls has no types for most of its
// errors, so that their text must do.
func refusal(err error) Cause {
	var notTLS tls.RecordHeaderError
	var op *net.OpError
	text := err.Error()
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return CauseTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return CauseClosed
	case errors.As(err, &notTLS):
		return CauseNotTLS
	case has("unsupported versions"), has("protocol version"):
		return CauseVersion
	case has("cipher suite"):
		return CauseCipherSuite
	case errors.As(err, &op) && op.Op == "remote error" && (has("certificate") || has("access denied")):
		return CauseServerCert
	case has("certificate"), has("x509"):
		return CauseClientCert
	}
	return CauseHandshake
}

// offer is what a client offered, in words.
func offer(hello *tls.ClientHelloInfo) string {
	var b strings.Builder
	for i, v := range hello.SupportedVersions[:min(len(hello.SupportedVersions), maxOffered)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(tls.VersionName(v))
	}
	b.WriteString("; ")
	for i, id := range hello.CipherSuites[:min(len(hello.CipherSuites), maxOffered)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(tls.CipherSuiteName(id))
	}
	if more := len(hello.CipherSuites) - maxOffered; more > 0 {
		b.WriteString(" and " + strconv.Itoa(more) + " more")
	}
	if hello.ServerName != "" {
		name := hello.ServerName
		b.WriteString("; server name " + strconv.QuoteToASCII(name[:min(len(name), maxServerName)]))
	}
	return b.String()
}
