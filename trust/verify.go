package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// verifier checks peers' certificates.
type verifier struct {
	// who the peers are, for people: "client" or "server".
	who      string
	believed *believed
	ways     Ways
	tolerate Faults
	allow    *allowList
	revoked  func(chains [][]*x509.Certificate) error
	now      func() time.Time
	// where is what people put a certificate into so that it is believed.
	where string
	// checkName has an installed certificate carry the peer's name, too.
	checkName bool
}

// believed are certificates that somebody installed.
type believed struct {
	// roots are the CAs, nil for the system's, and cas the same one by one.
	roots *x509.CertPool
	cas   []*x509.Certificate
	// others are those that are no CAs: they are believed themselves, and nobody for them.
	others []*x509.Certificate
	// installed has every certificate, since ITI-19 has a peer's certificate compared
	// with those as well.
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

func (b *believed) add(cert *x509.Certificate) {
	b.installed[sha256.Sum256(cert.Raw)] = true
	// A certificate of X.509 version 1 has no constraints that could call it a CA: those
	// that devices sign for themselves can't be told from an old root.
	if cert.IsCA {
		b.roots.AddCert(cert)
		b.cas = append(b.cas, cert)
	} else {
		b.others = append(b.others, cert)
	}
	switch {
	case b.hints == nil:
	case cert.IsCA || selfIssued(cert):
		b.hints.AddCert(cert)
	default:
		// The issuer of an installed certificate is not known here, and clients
		// keep back what none of the hints issued.
		b.hints = nil
	}
}

// verify gives nil where the first certificate that a peer presents is believed, else why
// not and what helps. A host, if it is not empty, has to be among its names.
func (v *verifier) verify(presented []*x509.Certificate, host string) error {
	if err := v.judge(presented, host); err != nil {
		return fmt.Errorf("%s certificate %.200q, SHA-256 %s: %w", v.who, presented[0].Subject, fingerprint(presented[0]), err)
	}
	return nil
}

func (v *verifier) judge(presented []*x509.Certificate, host string) error {
	leaf := presented[0]
	if !v.allow.allows(leaf, v.tolerates(FaultCNOnly)) {
		return errors.New("it is not on the list of those that may connect: add it with --tls-allow sha256:FINGERPRINT, or with allow= behind the listener's address")
	}
	if v.ways != ByChain && v.believed.has(leaf) {
		if v.checkName {
			return v.named(leaf, host)
		}
		return nil
	}
	if v.tolerates(FaultSelfSigned) && selfIssued(leaf) && v.signed(leaf, leaf) {
		if !v.inTime(leaf) {
			return errors.New(v.outOfTime(leaf))
		}
		return v.named(leaf, host)
	}
	if v.ways == ByInstalled {
		return fmt.Errorf("it is not installed, and no chain is believed here: put the certificate itself into %s", v.where)
	}
	chains, err := v.chains(presented)
	if err != nil {
		return errors.New(v.explain(presented, err))
	}
	if err := v.revoked(chains); err != nil {
		return err
	}
	return v.named(leaf, host)
}

func (v *verifier) tolerates(f Faults) bool { return v.tolerate&f != 0 }

// chains gives those that lead from a peer's certificate to a CA. ITI-19 lets no
// extension of a node's certificate be a reason to refuse it, so critical ones that
// nobody knows are passed over there.
func (v *verifier) chains(presented []*x509.Certificate) ([][]*x509.Certificate, error) {
	leaf := *presented[0]
	leaf.UnhandledCriticalExtensions = nil
	opts := x509.VerifyOptions{
		Roots:         v.believed.roots,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   v.now(),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, cert := range presented[1:] {
		opts.Intermediates.AddCert(cert)
	}
	chains, err := leaf.Verify(opts)
	if err == nil || !v.tolerates(FaultSHA1|FaultExpired) {
		return chains, err
	}
	if chain := v.tolerantChain(&leaf, presented[1:]); chain != nil {
		return [][]*x509.Certificate{chain}, nil
	}
	return nil, err
}

// named gives nil if host is one of the certificate's names.
func (v *verifier) named(leaf *x509.Certificate, host string) error {
	if host == "" {
		return nil
	}
	err := leaf.VerifyHostname(host)
	if err == nil {
		return nil
	}
	if len(names(leaf)) > 0 {
		return err
	}
	if !v.tolerates(FaultCNOnly) {
		return fmt.Errorf("it names its owner in the subject alone: have it made anew with a subject alternative name, put the certificate itself into %s, or say %s",
			v.where, v.tolerating(FaultCNOnly))
	}
	if !strings.EqualFold(leaf.Subject.CommonName, host) {
		return fmt.Errorf("its common name is %.200q, not %.200q: connect to the name that it has", leaf.Subject.CommonName, host)
	}
	return nil
}

// tolerating is the setting that has a fault passed over.
func (v *verifier) tolerating(f Faults) string {
	if v.who == "client" {
		return "tolerate=" + f.String() + " behind the listener's address"
	}
	return "--tls-tolerate " + f.String()
}

// explain says in words for an operator why a chain is not believed and what helps.
func (v *verifier) explain(presented []*x509.Certificate, err error) string {
	leaf := presented[0]
	if selfIssued(leaf) {
		return fmt.Sprintf("it is signed by itself and not installed: put the certificate itself into %s", v.where)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired && !v.inTime(invalid.Cert) {
		return v.outOfTime(invalid.Cert)
	}
	if i := slices.IndexFunc(presented, v.tooWeak); i >= 0 {
		text := fmt.Sprintf("%.200q is signed with %s, which is forged too easily: have it made anew, or put the %s's certificate itself into %s",
			presented[i].Subject, presented[i].SignatureAlgorithm, v.who, v.where)
		if isSHA1(presented[i]) {
			text += ", or say " + v.tolerating(FaultSHA1)
		}
		return text
	}
	if v.issuedByOther(leaf) {
		return fmt.Sprintf("its issuer %.200q is installed, but is no CA by what it says of itself: put the %s's certificate itself into %s", leaf.Issuer, v.who, v.where)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok || v.tolerates(FaultSHA1|FaultExpired) {
		return fmt.Sprintf("its issuer %.200q is not believed: put the issuer's certificate, or the certificate itself, into %s; a peer has to show the certificates between, too",
			leaf.Issuer, v.where)
	}
	return fmt.Sprintf("%v: have it made anew, or put the certificate itself into %s", err, v.where)
}

// issuedByOther reports whether a certificate names as its issuer one that is installed and
// is no CA.
func (v *verifier) issuedByOther(c *x509.Certificate) bool {
	return slices.ContainsFunc(v.believed.others, func(o *x509.Certificate) bool { return bytes.Equal(o.RawSubject, c.RawIssuer) })
}

// tooWeak says whether a certificate's signature is not taken, although its issuer may be
// believed.
func (v *verifier) tooWeak(c *x509.Certificate) bool {
	return weakSignature(c) && !selfIssued(c) && !(isSHA1(c) && v.tolerates(FaultSHA1))
}

// outOfTime says what to do about a certificate that is not valid at this time.
func (v *verifier) outOfTime(cert *x509.Certificate) string {
	text := fmt.Sprintf("%.200q is valid from %s to %s: renew it, or set the clocks right",
		cert.Subject, cert.NotBefore.UTC().Format(time.RFC3339), cert.NotAfter.UTC().Format(time.RFC3339))
	if v.now().After(cert.NotAfter) && !v.tolerates(FaultExpired) {
		text += ", or say " + v.tolerating(FaultExpired)
	}
	return text
}
