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
// A peer is looked for before it is believed, and may have thousands of names.
type allowList struct {
	fingerprints map[[sha256.Size]byte]bool
	subjects     map[string]bool // in lower case
	names        map[string]bool // in lower case, those that are no addresses
	addresses    map[netip.Addr]bool
}

// parseAllowed reads "sha256:FINGERPRINT", "subject:CN=...,O=..." (RFC 4514) and
// "name:NAME", a host name, address, e-mail address or URI among the certificate's
// subject alternative names.
func parseAllowed(texts []string) (*allowList, error) {
	a := &allowList{fingerprints: map[[sha256.Size]byte]bool{}, subjects: map[string]bool{}, names: map[string]bool{}, addresses: map[netip.Addr]bool{}}
	for _, text := range texts {
		kind, value, _ := strings.Cut(text, ":")
		switch {
		case kind == "sha256":
			b, err := hex.DecodeString(strings.ReplaceAll(value, ":", ""))
			if err != nil || len(b) != sha256.Size {
				return nil, fmt.Errorf("%q is no fingerprint: after sha256: write 64 hexadecimal digits, as \"arr cert inspect\" prints them", text)
			}
			a.fingerprints[[sha256.Size]byte(b)] = true
		case kind == "subject" && value != "":
			a.subjects[strings.ToLower(value)] = true
		case kind == "name" && value != "":
			if addr, err := netip.ParseAddr(value); err == nil {
				a.addresses[addr] = true
			} else {
				a.names[strings.ToLower(value)] = true
			}
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
	if len(a.fingerprints)+len(a.subjects)+len(a.names)+len(a.addresses) == 0 || a.fingerprints[sha256.Sum256(c.Raw)] {
		return true
	}
	if len(a.subjects) > 0 && a.subjects[strings.ToLower(c.Subject.String())] {
		return true
	}
	all := names(c)
	if len(all) == 0 && cnOnly {
		all = []string{c.Subject.CommonName}
	}
	return slices.ContainsFunc(all, func(name string) bool {
		if addr, err := netip.ParseAddr(name); err == nil {
			return a.addresses[addr]
		}
		return a.names[strings.ToLower(name)]
	})
}
