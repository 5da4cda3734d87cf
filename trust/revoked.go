package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// revoked is the certificate revocation lists of a listener. lists is replaced by Run's
// goroutine.
type revoked struct {
	paths []string
	now   func() time.Time
	log   *slog.Logger
	lists atomic.Pointer[[]*x509.RevocationList]
}

// load takes what the files hold. A list that is out of date still says who was revoked.
func (r *revoked) load(files [][]byte) error {
	var lists []*x509.RevocationList
	for i, b := range files {
		found, err := parseRevoked(b)
		if err != nil {
			return fmt.Errorf("revocation list %s: %w", r.paths[i], err)
		}
		for _, l := range found {
			if !l.NextUpdate.IsZero() && l.NextUpdate.Before(r.now()) {
				r.log.Warn("a certificate revocation list is out of date: fetch it anew from its CA",
					slog.String("file", r.paths[i]), slog.Time("due", l.NextUpdate))
			}
		}
		lists = append(lists, found...)
	}
	r.lists.Store(&lists)
	return nil
}

// parseRevoked reads lists in PEM, or one in DER.
func parseRevoked(b []byte) (lists []*x509.RevocationList, err error) {
	if len(b) > 0 && b[0] == 0x30 {
		l, err := x509.ParseRevocationList(b)
		return []*x509.RevocationList{l}, err
	}
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		if block.Type != "X509 CRL" {
			continue
		}
		l, err := x509.ParseRevocationList(block.Bytes)
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

// RevocationLists reads the lists in files, in PEM or DER.
func RevocationLists(paths []string) (lists []*x509.RevocationList, err error) {
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate revocation lists: %w", err)
		}
		found, err := parseRevoked(b)
		if err != nil {
			return nil, fmt.Errorf("revocation list %s: %w", path, err)
		}
		lists = append(lists, found...)
	}
	return lists, nil
}

// check is checkRevoked by the lists as they are now.
func (r *revoked) check(chains [][]*x509.Certificate) error {
	lists := r.lists.Load()
	if lists == nil {
		return nil
	}
	return checkRevoked(chains, *lists)
}

// checkRevoked gives nil if one of the chains has no revoked certificate, else which has
// been. A list counts where the issuer above a certificate signed it.
func checkRevoked(chains [][]*x509.Certificate, lists []*x509.RevocationList) error {
	var bad *x509.Certificate
	for _, chain := range chains {
		if bad = revokedIn(chain, lists); bad == nil {
			return nil
		}
	}
	return fmt.Errorf("%.200q was revoked by its issuer: have a new one made", bad.Subject)
}

// revokedIn finds a revoked certificate in a chain, nil for none.
func revokedIn(chain []*x509.Certificate, lists []*x509.RevocationList) *x509.Certificate {
	for i, cert := range chain[:len(chain)-1] {
		for _, l := range lists {
			if !bytes.Equal(l.RawIssuer, cert.RawIssuer) || !issued(l, chain[i+1]) {
				continue
			}
			for _, entry := range l.RevokedCertificateEntries {
				if entry.SerialNumber.Cmp(cert.SerialNumber) == 0 {
					return cert
				}
			}
		}
	}
	return nil
}

// issued says whether a CA issued a list. SHA-1 is taken: a forged list could but have
// somebody refused, and one that is passed over has somebody let in.
func issued(l *x509.RevocationList, ca *x509.Certificate) bool {
	if l.CheckSignatureFrom(ca) == nil {
		return true
	}
	return (ca.KeyUsage == 0 || ca.KeyUsage&x509.KeyUsageCRLSign != 0) &&
		signedSHA1(ca, l.SignatureAlgorithm, l.RawTBSRevocationList, l.Signature)
}
