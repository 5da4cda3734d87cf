package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// Servers says whose certificates a sender believes.
type Servers struct {
	// Believed are the certificates of CAs, and such of servers themselves. The latter are
	// believed as they are. Without any the system's CAs are believed.
	Believed []*x509.Certificate
	// Host is the name or address that a certificate must carry that a CA issued.
	Host string
	// CheckName has installed ones carry Host, too.
	CheckName bool
	// Revoked are certificate revocation lists; they hold for chains.
	Revoked []*RevocationList
	// Tolerate are the faults that are passed over; those of chains need Believed.
	Tolerate Faults
	// Where is what people put a certificate into so that it is believed, for errors.
	Where string
	// Now is the clock.
	Now func() time.Time
}

// Apply has a sender's configuration believe these and no others.
func (s Servers) Apply(conf *tls.Config) {
	check := &verifier{who: "server", believed: &believed{}, tolerate: s.Tolerate, allow: &allowList{}, now: s.Now, where: s.Where,
		checkName: s.CheckName, revoked: func(chains [][]*x509.Certificate) error { return checkRevoked(chains, s.Revoked) }}
	if len(s.Believed) > 0 {
		check.believed = newBelieved(s.Believed)
	}
	// What crypto/tls would check is checked by VerifyConnection.
	conf.InsecureSkipVerify = true
	conf.VerifyConnection = func(cs tls.ConnectionState) error {
		if len(cs.PeerCertificates) == 0 {
			return errors.New("the server shows no certificate")
		}
		return check.verify(cs.PeerCertificates, s.Host)
	}
}
