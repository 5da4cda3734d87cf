package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" // old certificates are signed with it
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
)

// maxSignatures bounds how many signatures are checked for one peer's chain.
const maxSignatures = 64

// isSHA1 says whether a certificate is signed with SHA-1, which crypto/x509 verifies no
// longer.
func isSHA1(c *x509.Certificate) bool {
	return c.SignatureAlgorithm == x509.SHA1WithRSA || c.SignatureAlgorithm == x509.ECDSAWithSHA1
}

// signed says whether by's key signed a certificate, be it with SHA-1 where that is
// tolerated.
func (v *verifier) signed(c, by *x509.Certificate) bool {
	if isSHA1(c) {
		return v.tolerates(FaultSHA1) && signedSHA1(by, c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	}
	return by.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// signedSHA1 says whether by's key signed a text with SHA-1.
func signedSHA1(by *x509.Certificate, algorithm x509.SignatureAlgorithm, text, signature []byte) bool {
	digest := sha1.Sum(text)
	switch key := by.PublicKey.(type) {
	case *rsa.PublicKey:
		return algorithm == x509.SHA1WithRSA && rsa.VerifyPKCS1v15(key, crypto.SHA1, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		return algorithm == x509.ECDSAWithSHA1 && ecdsa.VerifyASN1(key, digest[:], signature)
	}
	return false
}

// inTime says whether a certificate is valid at this time, or was and that is tolerated.
func (v *verifier) inTime(c *x509.Certificate) bool {
	now := v.now()
	return !now.Before(c.NotBefore) && (!now.After(c.NotAfter) || v.tolerates(FaultExpired))
}

// tolerantChain finds a chain from leaf to a CA as RFC 5280 section 6 has it, but for what
// is tolerated; nil is none. Certificates that constrain names don't occur in it: what
// they say is crypto/x509's to judge.
func (v *verifier) tolerantChain(leaf *x509.Certificate, between []*x509.Certificate) []*x509.Certificate {
	left := maxSignatures
	var climb func(chain []*x509.Certificate) []*x509.Certificate
	climb = func(chain []*x509.Certificate) []*x509.Certificate {
		last := chain[len(chain)-1]
		if !v.inTime(last) {
			return nil
		}
		if len(chain) > 1 && slices.ContainsFunc(v.believed.cas, last.Equal) {
			return chain
		}
		for _, above := range slices.Concat(v.believed.cas, between) {
			if left == 0 || slices.ContainsFunc(chain, above.Equal) || !mayIssue(above, last, len(chain)-1) {
				continue
			}
			left--
			if !v.signed(last, above) {
				continue
			}
			if found := climb(append(slices.Clip(chain), above)); found != nil {
				return found
			}
		}
		return nil
	}
	return climb([]*x509.Certificate{leaf})
}

// mayIssue says whether a CA may have issued a certificate that stands above as many other
// CAs.
func mayIssue(ca, c *x509.Certificate, below int) bool {
	return string(ca.RawSubject) == string(c.RawIssuer) &&
		ca.IsCA && (ca.KeyUsage == 0 || ca.KeyUsage&x509.KeyUsageCertSign != 0) &&
		(ca.MaxPathLen < 0 || ca.MaxPathLen == 0 && !ca.MaxPathLenZero || below <= ca.MaxPathLen) &&
		len(ca.UnhandledCriticalExtensions) == 0 && !constrainsNames(ca)
}

// constrainsNames says whether a CA has name constraints (RFC 5280 section 4.2.1.10).
func constrainsNames(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNameConstraints) })
}

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
