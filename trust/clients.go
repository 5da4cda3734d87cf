package trust

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync/atomic"
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
	// File is PEM: the certificates of CAs, and such of clients themselves. It is
	// needed where Auth asks for certificates.
	File string
}

// believed is what a file of Clients holds.
type believed struct {
	roots *x509.CertPool
	// installed has every certificate of the file, since ITI-19 has a peer's
	// certificate compared with those as well.
	installed map[[sha256.Size]byte]bool
	// hints are the issuers that clients are told of, so that one that holds several
	// certificates shows the right one; nil tells nothing.
	hints *x509.CertPool
}

// clients checks a listener's clients. believed is replaced by Run's goroutine.
type clients struct {
	file     string
	now      func() time.Time
	believed atomic.Pointer[believed]
}

// load takes what the file holds.
func (c *clients) load(files [][]byte) error {
	b, err := parseBelieved(files[0])
	if err != nil {
		return fmt.Errorf("client CAs %s: %w", c.file, err)
	}
	c.believed.Store(b)
	return nil
}

func parseBelieved(file []byte) (*believed, error) {
	b := &believed{roots: x509.NewCertPool(), hints: x509.NewCertPool(), installed: map[[sha256.Size]byte]bool{}}
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the file can't be read: %w: take it out or have it made anew", len(b.installed)+1, err)
		}
		b.add(cert)
	}
	if len(b.installed) == 0 {
		return nil, errors.New("the file holds no certificate in PEM: convert it with \"openssl x509 -inform der\" or \"openssl pkcs12\"")
	}
	return b, nil
}

func (b *believed) add(cert *x509.Certificate) {
	b.installed[sha256.Sum256(cert.Raw)] = true
	selfIssued := string(cert.RawIssuer) == string(cert.RawSubject)
	// A root of X.509 version 1 has no constraints that could call it a CA.
	isCA := cert.IsCA || cert.Version < 3 && selfIssued
	if isCA {
		b.roots.AddCert(cert)
	}
	switch {
	case b.hints == nil:
	case isCA || selfIssued:
		b.hints.AddCert(cert)
	default:
		// The issuer of an installed certificate is not known here, and clients
		// keep back what none of the hints issued.
		b.hints = nil
	}
}

// verify is a tls.Config's VerifyConnection. It is called for resumed sessions, too,
// so that a client that is believed no longer does not come back with a ticket.
func (c *clients) verify(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return nil // where one is required, crypto/tls has refused already
	}
	leaf, b := cs.PeerCertificates[0], c.believed.Load()
	if b.installed[sha256.Sum256(leaf.Raw)] {
		return nil
	}
	opts := x509.VerifyOptions{
		Roots:         b.roots,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   c.now(),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, cert := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := leaf.Verify(opts); err != nil {
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
	switch leaf.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return fmt.Sprintf("it is signed with %s, which is forged too easily: have it made anew, or put the certificate itself into %s",
			leaf.SignatureAlgorithm, c.file)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("its issuer %.200q is not believed: put the issuer's certificate, or the certificate itself, into %s; a sender has to show the certificates between, too",
			leaf.Issuer, c.file)
	}
	return fmt.Sprintf("%v: have it made anew, or put the certificate itself into %s", err, c.file)
}
