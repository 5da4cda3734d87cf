package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"sync"
	"time"
)

// RevocationList is a certificate revocation list. It is indexed once, since a CA may have
// revoked a million certificates and each handshake asks.
type RevocationList struct {
	due     time.Time // when its CA has a new one; zero where it does not say
	issuer  []byte
	serials map[string]struct{} // of those revoked, as serialKey has them
	signed  x509.RevocationList // of it the signature, and what is signed

	mu      sync.Mutex
	issuers map[[sha256.Size]byte]bool // by certificate, whether its key signed the list; guarded by mu
}

// maxIssuers bounds the certificates that a list remembers to have, or not to have, signed it.
const maxIssuers = 64

// parseRevoked reads lists in PEM, or one in DER.
func parseRevoked(b []byte) (lists []*RevocationList, err error) {
	if len(b) > 0 && b[0] == 0x30 {
		l, err := parseList(b)
		return []*RevocationList{l}, err
	}
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		if block.Type != "X509 CRL" {
			continue
		}
		l, err := parseList(block.Bytes)
		if err != nil {
			return nil, err
		}
		lists = append(lists, l)
	}
	if len(lists) == 0 {
		return nil, errors.New("there is none in it, in PEM or DER: is it the right file?")
	}
	return lists, nil
}

// parseList reads a list in DER.
func parseList(der []byte) (*RevocationList, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	l := &RevocationList{
		due: list.NextUpdate, issuer: list.RawIssuer,
		serials: make(map[string]struct{}, len(list.RevokedCertificateEntries)),
		// The entries as they were parsed take several times the room of the list itself.
		signed: x509.RevocationList{RawTBSRevocationList: list.RawTBSRevocationList,
			SignatureAlgorithm: list.SignatureAlgorithm, Signature: list.Signature},
		issuers: map[[sha256.Size]byte]bool{},
	}
	for i := range list.RevokedCertificateEntries {
		l.serials[serialKey(list.RevokedCertificateEntries[i].SerialNumber)] = struct{}{}
	}
	return l, nil
}

// serialKey is a serial number as a key: its sign and its bytes.
func serialKey(n *big.Int) string { return string(append(n.Bytes(), byte(n.Sign()))) }

// names reports whether the list says that a certificate is revoked. It is for who signed
// the list to say so, see issuedBy.
func (l *RevocationList) names(c *x509.Certificate) bool {
	if !bytes.Equal(l.issuer, c.RawIssuer) {
		return false
	}
	_, named := l.serials[serialKey(c.SerialNumber)]
	return named
}

// issuedBy reports whether a CA issued the list. SHA-1 is taken: a forged list could but have
// somebody refused, and one that is passed over has somebody let in. What is found is
// remembered, since a signature is over all of the list.
func (l *RevocationList) issuedBy(ca *x509.Certificate) bool {
	key := sha256.Sum256(ca.Raw)
	l.mu.Lock()
	issued, known := l.issuers[key]
	l.mu.Unlock()
	if known {
		return issued
	}
	issued = l.signed.CheckSignatureFrom(ca) == nil ||
		(ca.KeyUsage == 0 || ca.KeyUsage&x509.KeyUsageCRLSign != 0) &&
			signedSHA1(ca, l.signed.SignatureAlgorithm, l.signed.RawTBSRevocationList, l.signed.Signature)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.issuers) < maxIssuers {
		l.issuers[key] = issued
	}
	return issued
}
