package trust

import (
	"crypto/x509"
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
	lists atomic.Pointer[[]*RevocationList]
}

// load takes what the files hold. A list that is out of date still says who was revoked.
func (r *revoked) load(files [][]byte) error {
	var lists []*RevocationList
	for i, b := range files {
		found, err := parseRevoked(b)
		if err != nil {
			return fmt.Errorf("revocation list %s: %w", r.paths[i], err)
		}
		for _, l := range found {
			if !l.due.IsZero() && l.due.Before(r.now()) {
				r.log.Warn("a certificate revocation list is out of date: fetch it anew from its CA",
					slog.String("file", r.paths[i]), slog.Time("due", l.due))
			}
		}
		lists = append(lists, found...)
	}
	r.lists.Store(&lists)
	return nil
}

// RevocationLists reads the lists in files, in PEM or DER.
func RevocationLists(paths []string) (lists []*RevocationList, err error) {
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
func checkRevoked(chains [][]*x509.Certificate, lists []*RevocationList) error {
	var bad *x509.Certificate
	for _, chain := range chains {
		if bad = revokedIn(chain, lists); bad == nil {
			return nil
		}
	}
	return fmt.Errorf("%.200q was revoked by its issuer: have a new one made", bad.Subject)
}

// revokedIn finds a revoked certificate in a chain, nil for none.
func revokedIn(chain []*x509.Certificate, lists []*RevocationList) *x509.Certificate {
	for i, cert := range chain[:len(chain)-1] {
		for _, l := range lists {
			if l.names(cert) && l.issuedBy(chain[i+1]) {
				return cert
			}
		}
	}
	return nil
}
