package trust

import (
	"crypto/tls"
	"errors"
	"fmt"
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
	// Ways are those by which a certificate may be believed.
	Ways Ways
	// CRLs are files with certificate revocation lists, in PEM or DER. They hold for
	// chains, not for certificates that are installed themselves.
	CRLs []string
	// Allow, if it is not empty, lists who of the believed may connect: each as
	// "sha256:FINGERPRINT", "subject:CN=...,O=..." or "name:HOST".
	Allow []string
	// Tolerate are the faults that are passed over.
	Tolerate Faults
}

// errNoBelieved says that Clients lack what they need.
var errNoBelieved = errors.New("client certificates are asked for, but no file says which are believed: name one as client-ca")

// Check reads the files that c names, and says what of c can't be used.
func (c Clients) Check() error {
	if c.Auth == NoClientCert {
		return nil
	}
	if c.Believed.File == "" {
		return errNoBelieved
	}
	if _, err := parseAllowed(c.Allow); err != nil {
		return err
	}
	if _, err := c.Believed.Certificates(); err != nil {
		return fmt.Errorf("client CAs: %w", err)
	}
	_, err := RevocationLists(c.CRLs)
	return err
}

// verifyClient is a tls.Config's VerifyConnection. It is called for resumed sessions, too,
// so that a client that is believed no longer does not come back with a ticket.
func (v *verifier) verifyClient(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return nil // where one is required, crypto/tls has refused already
	}
	return v.verify(cs.PeerCertificates, "")
}
