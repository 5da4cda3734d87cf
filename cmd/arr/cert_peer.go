package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"arr/audit"
	"arr/trust"
)

const (
	// inspectTimeout bounds how long a peer may take for its handshake.
	inspectTimeout = 10 * time.Second
	// refusalTimeout is how long a peer may take to refuse who shows no certificate:
	// with TLS 1.3 it does so after the handshake.
	refusalTimeout = time.Second
)

// presented is what a peer shows of itself.
type presented struct {
	address string
	state   tls.ConnectionState
	chain   []*x509.Certificate
	// asked says that it asks for a client's certificate, refused why it takes none
	// without, and cas from whom it takes any.
	asked   bool
	refused error
	cas     [][]byte
}

// inspectPeer takes whatever version and suite the peer can.
func inspectPeer(ctx context.Context, w io.Writer, address string) error {
	p := &presented{address: address}
	if err := p.ask(ctx); err != nil {
		return fmt.Errorf("asking %s for its certificate: %w: does it speak TLS there?", address, err)
	}
	if err := printEntry(w, p.title(), trust.Entry{Chain: p.chain}); err != nil || !p.asked {
		return err
	}
	_, err := io.WriteString(w, p.demand())
	return err
}

// ask does a handshake without a certificate of one's own. A peer that refuses that has
// presented its certificate before.
func (p *presented) ask(ctx context.Context) error {
	host, _, err := net.SplitHostPort(p.address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, inspectTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	tc := tls.Client(conn, p.config(host))
	err = tc.HandshakeContext(ctx)
	if err == nil {
		p.state = tc.ConnectionState()
		if err = tc.SetReadDeadline(time.Now().Add(refusalTimeout)); err == nil && p.asked {
			_, err = tc.Read(make([]byte, 1))
		}
	}
	switch {
	case p.chain == nil:
		return err
	case p.asked && err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.EOF):
		p.refused = err
	}
	return nil
}

func (p *presented) config(host string) *tls.Config {
	conf := &tls.Config{
		InsecureSkipVerify: true, ServerName: host, MinVersion: tls.VersionTLS10,
		GetClientCertificate: func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			p.asked, p.cas = true, r.AcceptableCAs
			return &tls.Certificate{}, nil
		},
		VerifyConnection: func(cs tls.ConnectionState) error {
			p.state, p.chain = cs, cs.PeerCertificates
			return nil
		},
	}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		conf.CipherSuites = append(conf.CipherSuites, s.ID)
	}
	return conf
}

func (p *presented) title() string {
	return fmt.Sprintf("%s speaks %s with %s", p.address, tls.VersionName(p.state.Version), tls.CipherSuiteName(p.state.CipherSuite))
}

// demand says in words what the peer wants of a client.
func (p *presented) demand() string {
	var b strings.Builder
	b.WriteString("It asks for a client's certificate")
	if p.refused != nil {
		fmt.Fprintf(&b, ", and refuses who shows none (%s)", audit.Visible(p.refused.Error()))
	} else {
		b.WriteString(", and takes who shows none")
	}
	if len(p.cas) == 0 {
		b.WriteString(".\nIt does not say whose it believes.\n")
		return b.String()
	}
	b.WriteString(".\nIt says that it believes those of\n")
	for _, raw := range p.cas {
		var name pkix.RDNSequence
		text := "(a name that can't be read)"
		if rest, err := asn1.Unmarshal(raw, &name); err == nil && len(rest) == 0 {
			text = name.String()
		}
		fmt.Fprintf(&b, "  %s\n", audit.Visible(text))
	}
	return b.String()
}
