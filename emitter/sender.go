package emitter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"arr/audit"
)

// Sender hands frames over. It is for one goroutine at a time. After an error other
// than a *SizeError it is of no more use but to be closed.
type Sender interface {
	// Send takes one frame: a syslog message without transport framing. The frame
	// may wait in a buffer until Flush; it is not kept after Send returns.
	Send(frame []byte) error
	// Flush returns nil once the operating system has taken all frames.
	Flush() error
	// Handed is how many frames the operating system has taken whole: those that
	// may have arrived. After a nil from Close, those that did, as far as the
	// transport can tell.
	Handed() int
	// Close flushes, ends the connection and waits for the peer to end it too. Nil
	// means that nothing speaks against all frames' having arrived.
	Close() error
}

var (
	// ErrPeerClosed says that the peer ended the connection first. What was handed
	// over shortly before is probably lost.
	ErrPeerClosed = errors.New("the peer closed the connection")
	// ErrUnconfirmed says that the peer did not close its side in time, so that it
	// can't be told whether it has read everything.
	ErrUnconfirmed = errors.New("the peer did not end the connection in time")
)

// Dialer makes Senders. The zero value dials with the system's trusted
// certificates and the timeouts below.
type Dialer struct {
	// TLS is used for tls:// alone. Its ServerName is the host's name if empty.
	TLS *tls.Config
	// ConnectTimeout bounds connecting with the TLS handshake; 30 s if 0.
	ConnectTimeout time.Duration
	// WriteTimeout bounds one write; 60 s if 0: a repository whose disk stalls
	// reads again or closes within 30 s.
	WriteTimeout time.Duration
	// Linger bounds how long Close waits for the peer's end; 30 s if 0.
	Linger time.Duration
}

// Target is where frames go.
type Target struct {
	// Network is "tls", "tcp" or "udp".
	Network string
	// Host is a name or an address without brackets, Port a number or a service.
	Host, Port string
}

// String gives the form that ParseTarget reads.
func (t Target) String() string { return t.Network + "://" + net.JoinHostPort(t.Host, t.Port) }

// ParseTarget reads "tls://host:port", "tcp://host:port" or "udp://host:port".
// Without a port it is 6514 for TLS (RFC 5425 section 4.1), else 514 (RFC 5426
// section 3.3).
func ParseTarget(s string) (Target, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Target{}, fmt.Errorf("target %q is not of the form tls://host:6514", s)
	}
	t := Target{Network: u.Scheme, Host: u.Hostname(), Port: u.Port()}
	if t.Host == "" {
		return Target{}, fmt.Errorf("target %q names no host: write it as tls://host:6514", s)
	}
	switch t.Network {
	case "tls", "tcp", "udp":
	default:
		return Target{}, fmt.Errorf("target %q: unknown transport %q: use tls, tcp or udp", s, t.Network)
	}
	if t.Port == "" {
		t.Port = "514"
		if t.Network == "tls" {
			t.Port = "6514"
		}
	}
	return t, nil
}

// Dial connects to a target; for TLS it completes the handshake. ctx bounds the
// dialling alone.
func (d *Dialer) Dial(ctx context.Context, to Target) (Sender, error) {
	ctx, cancel := context.WithTimeout(ctx, orElse(d.ConnectTimeout, 30*time.Second))
	defer cancel()
	switch to.Network {
	case "udp":
		conn, err := connect(ctx, "udp", to)
		if err != nil {
			return nil, err
		}
		return newDatagram(conn.(*net.UDPConn), to), nil
	case "tls":
		return d.dialTLS(ctx, to)
	}
	conn, err := connect(ctx, "tcp", to)
	if err != nil {
		return nil, err
	}
	return newStream(conn, to, d), nil
}

func connect(ctx context.Context, network string, to Target) (net.Conn, error) {
	var nd net.Dialer
	conn, err := nd.DialContext(ctx, network, net.JoinHostPort(to.Host, to.Port))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", to, err)
	}
	return conn, nil
}

// dialTLS asks the peer for its promise (audit.ProtocolStored). Nearly all that do not know
// it pass over that; those that refuse to talk are asked again without.
func (d *Dialer) dialTLS(ctx context.Context, to Target) (Sender, error) {
	c := &tls.Config{}
	if d.TLS != nil {
		c = d.TLS.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = to.Host
	}
	plain := c.Clone()
	c.NextProtos = append(slices.Clip(c.NextProtos), audit.ProtocolStored)
	t, err := handshake(ctx, to, c)
	if refusesProtocols(err) {
		t, err = handshake(ctx, to, plain)
	}
	if err != nil {
		return nil, err
	}
	s := newStream(t, to, d)
	s.promised = t.ConnectionState().NegotiatedProtocol == audit.ProtocolStored
	return s, nil
}

func handshake(ctx context.Context, to Target, c *tls.Config) (*tls.Conn, error) {
	conn, err := connect(ctx, "tcp", to)
	if err != nil {
		return nil, err
	}
	t := tls.Client(&underTLS{TCPConn: conn.(*net.TCPConn)}, c)
	if err := t.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("TLS handshake with %s: %w", to, err)
	}
	return t, nil
}

// refusesProtocols reports whether a peer ended the handshake since it knows none of the
// protocols that it was offered.
func refusesProtocols(err error) bool {
	const noApplicationProtocol tls.AlertError = 120
	op, ok := errors.AsType[*net.OpError](err)
	// The alert of a peer has a type of crypto/tls's own.
	return ok && op.Op == "remote error" && op.Err.Error() == noApplicationProtocol.Error()
}

func orElse(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}
