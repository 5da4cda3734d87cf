package trust

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// allowList is who may connect of those that are believed. An empty one lets all of them.
type allowList struct {
	fingerprints [][sha256.Size]byte
	subjects     []string
	names        []string
}

// parseAllowed reads "sha256:FINGERPRINT", "subject:CN=...,O=..." (RFC 4514) and
// "name:NAME", a host name, address, e-mail address or URI among the certificate's
// subject alternative names.
func parseAllowed(texts []string) (*allowList, error) {
	a := &allowList{}
	for _, text := range texts {
		kind, value, _ := strings.Cut(text, ":")
		switch {
		case kind == "sha256":
			b, err := hex.DecodeString(strings.ReplaceAll(value, ":", ""))
			if err != nil || len(b) != sha256.Size {
				return nil, fmt.Errorf("%q is no fingerprint: after sha256: write 64 hexadecimal digits, as \"arr cert inspect\" prints them", text)
			}
			a.fingerprints = append(a.fingerprints, [sha256.Size]byte(b))
		case kind == "subject" && value != "":
			a.subjects = append(a.subjects, value)
		case kind == "name" && value != "":
			a.names = append(a.names, value)
		default:
			return nil, fmt.Errorf("%q names nobody: write sha256:FINGERPRINT, subject:CN=...,O=... or name:HOST", text)
		}
	}
	return a, nil
}

// allows says whether a certificate is on the list. Host names and subjects are compared
// without regard to case, addresses by what they mean. The subject's common name counts
// as a name where there is no other and cnOnly says so.
func (a *allowList) allows(c *x509.Certificate, cnOnly bool) bool {
	if len(a.fingerprints)+len(a.subjects)+len(a.names) == 0 || slices.Contains(a.fingerprints, sha256.Sum256(c.Raw)) {
		return true
	}
	equal := func(of string) func(string) bool {
		return func(s string) bool { return strings.EqualFold(s, of) }
	}
	if slices.ContainsFunc(a.subjects, equal(c.Subject.String())) {
		return true
	}
	all := names(c)
	if len(all) == 0 && cnOnly {
		all = []string{c.Subject.CommonName}
	}
	return slices.ContainsFunc(all, func(name string) bool {
		if addr, err := netip.ParseAddr(name); err == nil {
			return slices.ContainsFunc(a.names, func(s string) bool {
				allowed, err := netip.ParseAddr(s)
				return err == nil && allowed == addr
			})
		}
		return slices.ContainsFunc(a.names, equal(name))
	})
}
