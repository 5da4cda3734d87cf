package trust

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// ClientAuth says whether clients show certificates.
type ClientAuth uint8

// The modes. What a client shows must be believed in either of the last two.
const (
	NoClientCert       ClientAuth = iota // none is asked for
	OptionalClientCert                   // one is asked for, none is fine
	RequiredClientCert                   // without one there is no connection
)

// Clients says whose certificates a listener believes.
type Clients struct {
	Auth ClientAuth
	// Believed has the certificates of CAs, and such of clients themselves. Its file is
	// needed where Auth asks for certificates.
	Believed Store
	// CRLs are files with certificate revocation lists, in PEM or DER. They hold for
	// chains, not for certificates that are installed themselves.
	CRLs []string
	// Allow, if it is not empty, lists who of the believed may connect: each as
	// "sha256:FINGERPRINT", "subject:CN=...,O=..." or "name:HOST".
	Allow []string
}

// believed are certificates that somebody installed.
type believed struct {
	roots *x509.CertPool
	// installed has every certificate of the file, since ITI-19 has a peer's
	// certificate compared with those as well.
	installed map[[sha256.Size]byte]bool
	// hints are the issuers that clients are told of, so that one that holds several
	// certificates shows the right one; nil tells nothing.
	hints *x509.CertPool
}

func newBelieved(certs []*x509.Certificate) *believed {
	b := &believed{roots: x509.NewCertPool(), hints: x509.NewCertPool(), installed: map[[sha256.Size]byte]bool{}}
	for _, cert := range certs {
		b.add(cert)
	}
	return b
}

// has says whether a certificate is installed itself.
func (b *believed) has(c *x509.Certificate) bool { return b.installed[sha256.Sum256(c.Raw)] }

// chains gives the chains from the first of the certificates that a peer showed, by way of
// the others, to those that are believed. A name that it must carry may be empty.
func (b *believed) chains(shown []*x509.Certificate, now time.Time, name string) ([][]*x509.Certificate, error) {
	opts := x509.VerifyOptions{
		Roots:         b.roots,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   now,
		DNSName:       name,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, cert := range shown[1:] {
		opts.Intermediates.AddCert(cert)
	}
	return shown[0].Verify(opts)
}

func (b *believed) add(cert *x509.Certificate) {
	b.installed[sha256.Sum256(cert.Raw)] = true
	self := selfIssued(cert)
	// A root of X.509 version 1 has no constraints that could call it a CA.
	isCA := cert.IsCA || cert.Version < 3 && self
	if isCA {
		b.roots.AddCert(cert)
	}
	switch {
	case b.hints == nil:
	case isCA || self:
		b.hints.AddCert(cert)
	default:
		// The issuer of an installed certificate is not known here, and clients
		// keep back what none of the hints issued.
		b.hints = nil
	}
}

// clients checks the clients of a listener by its terms.
type clients struct {
	believed *believed
	allow    *allowList
	revoked  *revoked
	now      func() time.Time
	// where is what people put a certificate into so that it is believed.
	where string
}

// verify is a tls.Config's VerifyConnection. It is called for resumed sessions, too,
// so that a client that is believed no longer does not come back with a ticket.
func (c *clients) verify(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return nil // where one is required, crypto/tls has refused already
	}
	leaf := cs.PeerCertificates[0]
	if !c.allow.allows(leaf) {
		return fmt.Errorf("client certificate %.200q, SHA-256 %s: it is not on the list of those that may connect: add it with --tls-allow sha256:FINGERPRINT",
			leaf.Subject, fingerprint(leaf))
	}
	if c.believed.has(leaf) {
		return nil
	}
	chains, err := c.believed.chains(cs.PeerCertificates, c.now(), "")
	if err == nil {
		if err = c.revoked.check(chains); err != nil {
			return fmt.Errorf("client certificate %.200q, SHA-256 %s: %w", leaf.Subject, fingerprint(leaf), err)
		}
	}
	if err != nil {
		return fmt.Errorf("client certificate %.200q, SHA-256 %s: %s", leaf.Subject, fingerprint(leaf), c.explain(leaf, err))
	}
	return nil
}

// explain says in words for an operator why a chain is not believed and what helps.
func (c *clients) explain(leaf *x509.Certificate, err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("%.200q is valid from %s to %s: renew it, or set the clocks right",
			invalid.Cert.Subject, invalid.Cert.NotBefore.UTC().Format(time.RFC3339), invalid.Cert.NotAfter.UTC().Format(time.RFC3339))
	}
	if weakSignature(leaf) {
		return fmt.Sprintf("it is signed with %s, which is forged too easily: have it made anew, or put the certificate itself into %s",
			leaf.SignatureAlgorithm, c.where)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("its issuer %.200q is not believed: put the issuer's certificate, or the certificate itself, into %s; a sender has to show the certificates between, too",
			leaf.Issuer, c.where)
	}
	return fmt.Sprintf("%v: have it made anew, or put the certificate itself into %s", err, c.where)
}
