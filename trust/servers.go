package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Servers says whose certificates a sender believes, where they are installed one by one and
// not the system's.
type Servers struct {
	// Believed are the certificates of CAs, and such of servers themselves. The latter are
	// believed as they are.
	Believed []*x509.Certificate
	// Host is the name or address that a certificate must carry that a CA issued.
	Host string
	// CheckName has installed ones carry Host, too.
	CheckName bool
	// Where is what people put a certificate into so that it is believed, for errors.
	Where string
	// Now is the clock.
	Now func() time.Time
}

// Apply has a sender's configuration believe these and no others.
func (s Servers) Apply(conf *tls.Config) {
	b := newBelieved(s.Believed)
	// What crypto/tls would check it would check by the system's CAs.
	conf.InsecureSkipVerify = true
	conf.VerifyConnection = func(cs tls.ConnectionState) error {
		if len(cs.PeerCertificates) == 0 {
			return errors.New("the server shows no certificate")
		}
		leaf := cs.PeerCertificates[0]
		var err error
		switch {
		case !b.has(leaf):
			_, err = b.chains(cs.PeerCertificates, s.Now(), s.Host)
		case s.CheckName:
			err = leaf.VerifyHostname(s.Host)
		}
		if err != nil {
			return fmt.Errorf("server certificate %.200q, SHA-256 %s, is not believed: %w: put it, or its issuer's, into %s", leaf.Subject, fingerprint(leaf), err, s.Where)
		}
		return nil
	}
}
